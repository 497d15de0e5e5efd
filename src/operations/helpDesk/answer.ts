import { isHearsay } from "../incident/hearsay.ts";
import { stillThere } from "../incident/life.ts";
import type { Incident } from "../incident/model.ts";
import { statusOf } from "../statusPage/compute.ts";
import type { ComponentState, PublicStatus, StatusState } from "../statusPage/model.ts";
import type { HelpDeskService, HelpDeskVerdict, HelpDeskView, KnownCause, Looks } from "./model.ts";
import { answerText, callersText } from "./words.ts";

/** Milliseconds for which callers are told that it is over, and reports are counted at least. */
export const LATELY_MS = 3_600_000;

export interface HelpDeskEvidence {
  /** Those that are open, and those that ended lately. */
  readonly incidents: readonly Incident[];
  /** Null: the network file has no status page. */
  readonly page: StatusState | null;
  readonly looks: Looks;
}

/** What there is to say, but for the number of reports. */
export type HelpDeskAnswer = Omit<HelpDeskView, "reports">;

/** Whether it is us, from what is proved and felt. */
export function answerOf(evidence: HelpDeskEvidence, nowMs: number): HelpDeskAnswer {
  const { incidents, page, looks } = evidence;
  const going = incidents.filter((one) => statusOf(one) !== "resolved");
  const felt = going.filter((one) => !isSaidAlone(one));
  const over = incidents.filter((one) => isLately(one, nowMs));
  const verdict = verdictOf({ going, felt, over, looks });
  const meant = { yes: felt, reported: going, over, nothingKnown: [], notSeen: [] }[verdict];
  const services = servicesOf(page, new Set(meant.map(({ id }) => id)), verdict);
  const isGoing = verdict === "yes" || verdict === "reported";
  const cause = isGoing ? causeOf(meant) : null;
  const sinceMs = least(meant.map(({ beganMs }) => beganMs));
  const ended = meant.flatMap(({ recoveredMs }) => recoveredMs ?? []);
  const endedMs = verdict === "over" && ended.length > 0 ? Math.max(...ended) : null;
  const facts = { verdict, cause, sinceMs, endedMs, services, looks };
  const status = leastFar(meant.map(statusOf));
  return { ...facts, answer: answerText(facts), tellCallers: callersText(facts, status) };
}

/** Nothing that we look at says so, and nothing of it is proved. */
function isSaidAlone(incident: Incident): boolean {
  return incident.cause?.kind !== "explained" && stillThere(incident).every(isHearsay);
}

function isLately({ recoveredMs }: Incident, nowMs: number): boolean {
  return recoveredMs !== null && nowMs - recoveredMs < LATELY_MS;
}

interface Sorted {
  readonly going: readonly Incident[];
  readonly felt: readonly Incident[];
  readonly over: readonly Incident[];
  readonly looks: Looks;
}

function verdictOf({ going, felt, over, looks }: Sorted): HelpDeskVerdict {
  if (felt.length > 0) return "yes";
  if (going.length > 0) return "reported";
  if (over.length > 0) return "over";
  return looks.all > 0 && looks.seeing === looks.all ? "nothingKnown" : "notSeen";
}

/** Of several the least that can be said of all. */
function causeOf(incidents: readonly Incident[]): KnownCause {
  const kinds = incidents.map(({ cause }) => cause?.kind ?? "unclear");
  if (kinds.every((kind) => kind === "explained")) return "proved";
  return kinds.every((kind) => kind === "notByRules") ? "notRules" : "searched";
}

const FAILING: ReadonlySet<ComponentState> = new Set(["partial_outage", "major_outage"]);

function servicesOf(
  page: StatusState | null,
  numbers: ReadonlySet<number>,
  verdict: HelpDeskVerdict,
): readonly HelpDeskService[] {
  const meant = page?.incidents.filter(({ number }) => numbers.has(number)) ?? [];
  const touched = new Set(meant.flatMap(({ components }) => components));
  const isOver = verdict === "over";
  return (page?.components ?? []).map(({ name, about, state, sinceMs }) => {
    const isAffected = FAILING.has(state) || (touched.has(name) && !isOver);
    return { name, about, state, sinceMs, isAffected };
  });
}

const FIRST_TO_LAST: readonly PublicStatus[] = ["investigating", "identified", "monitoring"];

function leastFar(all: readonly PublicStatus[]): PublicStatus {
  return FIRST_TO_LAST.find((one) => all.includes(one)) ?? "investigating";
}

function least(all: readonly number[]): number | null {
  return all.length === 0 ? null : Math.min(...all);
}
