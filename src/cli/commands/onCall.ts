import { columns, shown } from "../../report/formats/text/style.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { isFault } from "../server/client.ts";
import type { EscalationBody, EscalationList, OnCallBody } from "../server/model.ts";
import { timeText } from "../server/times.ts";
import { type Asking, print, withServer } from "../server/withServer.ts";
import type { Streams } from "../streams.ts";

/** Who is on call, and who is being called for what. */
export function onCall(options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const calendars = await api.get<OnCallBody>("/v1/on-call");
    if (isFault(calendars)) return calendars;
    const calls = await api.get<EscalationList>("/v1/escalations");
    if (isFault(calls)) return calls;
    print(options, streams, { ...calendars, ...calls }, (one) => {
      const rows = [...one.calendars.map(dutyCells), ...one.escalations.map(callCells)];
      return rows.length === 0
        ? "no calendar, and nobody is being called\n"
        : `${columns(rows).join("\n")}\n`;
    });
    return calls.escalations.length === 0 ? EXIT.clean : EXIT.findings;
  });
}

/** Says that one has it in hand: nobody else is called. */
export function acknowledgeCall(id: string, options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const path = `/v1/escalations/${encodeURIComponent(id)}/acknowledge`;
    const call = await api.send<EscalationBody>("POST", path);
    if (isFault(call)) return call;
    print(options, streams, call, (one) => `${callCells(one).join("  ")}\n`);
    return EXIT.clean;
  });
}

function dutyCells({ name, now, next }: OnCallBody["calendars"][number]): readonly string[] {
  const until = now.untilMs === null ? "" : `until ${timeText(now.untilMs)} UTC`;
  const then = next === null ? "" : `then ${shown(next.login ?? "nobody")}`;
  return [`on-call:${shown(name)}`, shown(now.login ?? "nobody"), until, then];
}

function callCells(call: EscalationBody): readonly string[] {
  const { id, state, step, steps, nextMs, acknowledged, told, title } = call;
  const has = acknowledged === null ? "" : ` (${shown(acknowledged.by)} has it in hand)`;
  const called = [...new Set(told.map(({ login }) => shown(login)))].join(", ");
  const place = step === null ? state : `${state}, step ${step} of ${steps}`;
  const next = nextMs === null ? "" : `next at ${timeText(nextMs)} UTC`;
  return [`escalation ${id}`, `${place}${has}`, next, `called ${called}: ${shown(title)}`];
}
