import type { Outcome } from "../probe/model.ts";

/** What a probe found in one slice of time; the worst of it is what counts. */
export interface ProbeSlice {
  readonly fromMs: number;
  /** Null: nobody asked then, so that nothing is known. */
  readonly worst: Outcome | null;
  /** Of the worst; null: it was ok, or nothing is known. */
  readonly reason: string | null;
  readonly asked: number;
  /** Milliseconds of the slowest answer; null: none came. */
  readonly slowestMs: number | null;
}

export interface ProbeHistory {
  readonly monitor: string;
  /** Without gaps, oldest first. */
  readonly slices: readonly ProbeSlice[];
}

/** How often something happened in each slice of time. */
export interface CountHistory {
  readonly monitor: string;
  /** What was counted, as the monitor calls it: `accepted`. */
  readonly name: string;
  /** Oldest first; null: nobody looked. */
  readonly counts: readonly (number | null)[];
}

/** Slices of equal length, oldest first. */
export interface Window {
  readonly fromMs: number;
  readonly sliceMs: number;
  readonly slices: number;
}

export const MINUTE_MS = 60_000;

/** From worst to best: what one slice is told to be. */
export const WORST_FIRST: readonly Outcome[] = ["failed", "degraded", "blind", "ok"];

/** The last slices up to now, in whole minutes, so that two looks at the same time draw the same. */
export function windowOf(nowMs: number, sliceMs: number, slices: number): Window {
  const endMs = (Math.floor(nowMs / sliceMs) + 1) * sliceMs;
  return { fromMs: endMs - slices * sliceMs, sliceMs, slices };
}
