import { setTimeout as sleep } from "node:timers/promises";
import { shown } from "../../report/formats/text/style.ts";
import { EXIT, type ExitCode } from "../exit.ts";
import { tellUsage } from "../problems.ts";
import { applyText } from "../server/changeText.ts";
import { type Api, type CallFault, isFault } from "../server/client.ts";
import type { ApplyBody } from "../server/model.ts";
import { timeText } from "../server/times.ts";
import { type Asking, print, withServer } from "../server/withServer.ts";
import type { Streams } from "../streams.ts";
import { changePath } from "./change.ts";

export interface ApplyOptions extends Asking {
  readonly window: string;
  readonly insist?: string;
}

/** Milliseconds between two looks at an apply. */
const LOOK_MS = 200;

/** Makes a change so, and tells how it goes until it is over. */
export function apply(id: string, options: ApplyOptions, streams: Streams): Promise<ExitCode> {
  const windowS = Number(options.window);
  if (!Number.isInteger(windowS)) {
    const help = "take whole seconds: the device restores by itself when they are over";
    tellUsage(streams.error, `a window of \`${options.window}\` is none`, help);
    return Promise.resolve(EXIT.usage);
  }
  return withServer(options, streams, async (api) => {
    const body = { windowS, insist: options.insist ?? null };
    const started = await api.send<ApplyBody>("POST", `${changePath(id)}/apply`, body);
    if (isFault(started)) return started;
    const { device } = started;
    streams.error.write(
      `applying change ${id} to ${device}; it restores what runs now unless that is earned within ${windowS} s\n`,
    );
    for (const loss of started.losses) streams.error.write(`  ${shown(loss)}\n`);
    const over = await follow(api, started, options, streams);
    if (isFault(over)) return over;
    return over.state.kind === "confirmed" ? EXIT.clean : EXIT.findings;
  });
}

/** Takes back what is being applied. */
export function rollback(id: string, options: Asking, streams: Streams): Promise<ExitCode> {
  return withServer(options, streams, async (api) => {
    const asked = await api.send<ApplyBody>("POST", `${applyPath(id)}/rollback`);
    if (isFault(asked)) return asked;
    const over = await follow(api, asked, options, streams);
    if (isFault(over)) return over;
    /* What was confirmed first stays, and of what is stuck nobody knows what runs. */
    const { kind } = over.state;
    return kind === "rolledBack" || kind === "refused" ? EXIT.clean : EXIT.findings;
  });
}

async function follow(
  api: Api,
  first: ApplyBody,
  options: Asking,
  streams: Streams,
): Promise<ApplyBody | CallFault> {
  let told = 0;
  let silence = "";
  for (let now = first; ; ) {
    for (const { state } of now.states.slice(told)) streams.error.write(stateLine(state));
    told = now.states.length;
    const unheard = now.unheard === null ? "" : silenceText(now.unheard);
    if (unheard !== silence && unheard !== "") streams.error.write(unheard);
    silence = unheard;
    if (now.isOver) {
      print(options, streams, now, (one) => applyText(one, streams.out.style));
      return now;
    }
    await sleep(LOOK_MS);
    const next = await api.get<ApplyBody>(applyPath(String(now.id)));
    if (isFault(next)) return next;
    now = next;
  }
}

function stateLine({ kind, why }: ApplyBody["state"]): string {
  return why === null ? `  ${kind}\n` : `  ${kind}: ${shown(why)}\n`;
}

function silenceText({
  kind,
  message,
  help,
  restoresMs,
}: NonNullable<ApplyBody["unheard"]>): string {
  const by =
    restoresMs === null
      ? "nothing was loaded; it is asked again until that is known"
      : `what is not confirmed by ${timeText(restoresMs)} UTC it takes back by itself; it is asked again until that is known`;
  const what = kind === "unheard" ? "the device does not answer" : "it broke off there";
  return `  ${what}: ${shown(message)}\n  = help: ${shown(help)}\n  ${by}\n`;
}

function applyPath(id: string): string {
  return `/v1/applies/${encodeURIComponent(id)}`;
}
