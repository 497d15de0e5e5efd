import type { OwnWork } from "./who.ts";

/** Milliseconds that the event of our own last command may come behind the command's end. */
export const GRACE_MS = 500;

/**
 * Whose the differences of a device are while we work on it ourselves. It outlives the watch, which begins anew
 * with each baseline: an apply that is confirmed adopts one before it is over.
 */
export class Attribution {
  private work: OwnWork | null = null;
  private untilMs = Number.NEGATIVE_INFINITY;

  /** From now on, differences belong to this work; null: no more. */
  set(work: OwnWork | null, nowMs: number): void {
    if (work !== null) this.work = work;
    this.untilMs = work === null ? nowMs + GRACE_MS : Number.POSITIVE_INFINITY;
  }

  /** Null: what came then is not our work. */
  at(atMs: number): OwnWork | null {
    return atMs <= this.untilMs ? this.work : null;
  }
}
