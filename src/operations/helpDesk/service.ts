import { type Channel, openChannel } from "../../platform/channel.ts";
import type { Clock } from "../../platform/clock.ts";
import { type Refusal, refuseTooOften } from "../../platform/refusal.ts";
import type { WatchState } from "../audit/model.ts";
import type { Actor } from "../change/model.ts";
import type { Incidents } from "../incident/service.ts";
import type { CallerReport } from "../monitor/model.ts";
import type { Monitors } from "../monitor/service.ts";
import { isStale } from "../probe/model.ts";
import type { Probes } from "../probe/service.ts";
import type { StatusPages } from "../statusPage/service.ts";
import type { Trail } from "../trail/service.ts";
import { answerOf, LATELY_MS } from "./answer.ts";
import type { HelpDeskView, Looks } from "./model.ts";

export interface HelpDeskOptions {
  readonly clock: Clock;
  readonly trail: Pick<Trail, "append">;
  /** Names of the devices of the network file. */
  readonly devices: () => readonly string[];
  readonly watched: () => ReadonlyMap<string, WatchState>;
  readonly probes: Pick<Probes, "states">;
  readonly monitors: Pick<Monitors, "states" | "report" | "reportsSince">;
  readonly incidents: Pick<Incidents, "list" | "open">;
  readonly statusPages: Pick<StatusPages, "state">;
  readonly onFault: (fault: unknown) => void;
}

/** Somebody of the help desk says that many call. */
export interface SurgeEvent {
  readonly by: string;
  readonly atMs: number;
}

/** What became of a report. */
export interface TakenReport {
  readonly kind: "taken";
  readonly isSurge: boolean;
  /** Whether a monitor of complaints tests how many come. */
  readonly isTested: boolean;
}

/** What those need who speak with callers. */
export interface HelpDesk {
  readonly events: Pick<Channel<SurgeEvent>, "subscribe">;
  view(): Promise<HelpDeskView>;
  report(report: CallerReport, actor: Actor): Promise<TakenReport | Refusal>;
}

/** Incidents among which those are that ended lately. */
const MAXIMUM_RECENT = 50;
const MINUTE_MS = 60_000;
/** Reports of one person in a minute: nobody hears more callers, and a program in a loop fills no store. */
export const MAXIMUM_REPORTS = 30;

export function openHelpDesk(options: HelpDeskOptions): HelpDesk {
  const { clock, trail, monitors, incidents, statusPages } = options;
  const reported = new Map<string, readonly number[]>();
  const events = openChannel<SurgeEvent>(options.onFault);
  return {
    events,
    async view() {
      const nowMs = clock();
      const recent = await incidents.list(MAXIMUM_RECENT, null);
      const newer = new Set(recent.map(({ id }) => id));
      const older = (await incidents.open()).filter(({ id }) => !newer.has(id));
      const evidence = {
        incidents: [...recent, ...older],
        page: await statusPages.state(),
        looks: looksOf(options, nowMs),
      };
      const answer = answerOf(evidence, nowMs);
      const sinceMs = Math.min(answer.sinceMs ?? nowMs, nowMs - LATELY_MS);
      const count = await monitors.reportsSince(sinceMs);
      return { ...answer, reports: { count, sinceMs } };
    },
    async report(report, { login }) {
      const atMs = clock();
      const lately = (reported.get(login) ?? []).filter((one) => one > atMs - MINUTE_MS);
      if (lately.length >= MAXIMUM_REPORTS) return tooMany((lately[0] ?? atMs) + MINUTE_MS - atMs);
      reported.set(login, [...lately, atMs]);
      const { isSurge } = report;
      /* The words of a caller may name people: they are kept for a time, and the trail is for ever. */
      if (isSurge)
        await trail.append({
          atMs,
          actor: login,
          kind: "helpDesk.surge",
          subject: "help-desk/surge",
          details: {},
        });
      const isTested = await monitors.report(report);
      if (isSurge) events.publish({ by: login, atMs });
      return { kind: "taken", isSurge, isTested };
    },
  };
}

function tooMany(afterMs: number): Refusal {
  return refuseTooOften(
    `${MAXIMUM_REPORTS} reports within a minute are all that one person may send`,
    "wait a minute; where many call, say so once: `premortem surge`",
    afterMs,
  );
}

function looksOf(options: HelpDeskOptions, nowMs: number): Looks {
  const { devices, watched, probes, monitors } = options;
  const seeing = [
    ...devices().map((name) => watched().get(name)?.kind === "watching"),
    ...probes
      .states()
      .map(
        (state) => !isStale(state, nowMs) && state.last !== null && state.last.outcome !== "blind",
      ),
    ...monitors
      .states()
      .filter(({ kind }) => kind !== "complaints")
      .map(({ state }) => state === "seeing"),
  ];
  return { all: seeing.length, seeing: seeing.filter(Boolean).length };
}
