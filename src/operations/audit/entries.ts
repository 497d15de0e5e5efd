import { isWay } from "../inventory/snapshot.ts";
import type { TrailEvent } from "../trail/model.ts";
import type { SeenDifference } from "./model.ts";
import { whoText } from "./who.ts";

/*
 * What the watch puts on the trail: differences, how drift ended, and when nothing was seen. Each is written in one
 * transaction with what the watch remembers of it, so that no end of the server lets one be told twice.
 */

const ACTOR = "premortem";
/** Characters of one rule on the trail: a set may hold 10,000 elements in a line. The snapshot has all of it. */
const MAXIMUM_RULE = 500;

/**
 * What changes all day is no event where no intent fares otherwise: elements of live sets (`isMovement`), and what
 * containers, leases and routing daemons do. It is kept with the differences, and would bury the trail.
 */
export function isEntered(
  { parts, broken, doubtful, repaired }: Omit<SeenDifference, "id">,
  isMovement: boolean,
): boolean {
  if (broken.length + doubtful.length + repaired.length > 0) return true;
  return !isMovement && !parts.every(isWay);
}

export function differenceEvent(difference: SeenDifference, nowMs: number): TrailEvent {
  const { id, device, atMs, sinceMs, isPolled, before, after, meaning, parts, by } = difference;
  const { broken, repaired, doubtful, added, removed } = difference;
  return {
    ...common(device, nowMs),
    kind: "watch.difference",
    details: {
      difference: id,
      atMs,
      sinceMs,
      isPolled,
      before,
      after,
      parts,
      meaning,
      broken,
      repaired,
      doubtful,
      added: added.map(short),
      removed: removed.map(short),
      by: whoText(by),
    },
  };
}

/** Where drift went: into the baseline, or back to it, by whom is in the difference that did it. */
export type DriftEnd = "adopted" | "reverted" | "undone" | "byChange" | "gone";

/** What a watch has seen to end. */
export interface EndedDrift {
  readonly device: string;
  readonly how: DriftEnd;
  /** Differences that it was made of. */
  readonly differences: readonly number[];
  /** The baseline that runs now, or has all of them in it. */
  readonly baseline: string;
}

export function driftEndEvent(
  { device, how, differences, baseline }: EndedDrift,
  nowMs: number,
): TrailEvent {
  return {
    ...common(device, nowMs),
    kind: "watch.driftEnded",
    details: { how, differences, baseline },
  };
}

/** A time in which a device was not watched. */
export interface Gap {
  /** What ran until then was seen; null: it was never seen. */
  readonly sinceMs: number | null;
  readonly reason: string;
}

/** `untold`: shorter ones before it that have no entry of their own. */
export function blindEvent(
  device: string,
  { sinceMs, reason }: Gap,
  untold: number,
  nowMs: number,
): TrailEvent {
  return {
    ...common(device, nowMs),
    kind: "watch.blind",
    details: { sinceMs, reason, untold },
  };
}

export function seeingEvent(device: string, { sinceMs, reason }: Gap, nowMs: number): TrailEvent {
  return { ...common(device, nowMs), kind: "watch.seeing", details: { sinceMs, reason } };
}

function common(device: string, atMs: number) {
  return { atMs, actor: ACTOR, subject: `device/${device}` };
}

function short(rule: string): string {
  return rule.length <= MAXIMUM_RULE ? rule : `${rule.slice(0, MAXIMUM_RULE)} …`;
}
