import type { OwnWork } from "./who.ts";

/** Milliseconds that the event of our own last command may come behind the command's end. */
export const GRACE_MS = 500;

/**
 * Whose the differences of a device are while we work on it ourselves. It outlives the watch, which begins anew
 * with each baseline: an apply that is confirmed adopts one before it is over.
 */
export class Attribution {
  /** Under way; what began last is the one that differences belong to. */
  private readonly open = new Set<{ readonly work: OwnWork }>();
  private last: OwnWork | null = null;
  private untilMs = Number.NEGATIVE_INFINITY;

  /** From now on, differences belong to this work, until what is returned is called: of others it ends none. */
  begin(work: OwnWork): (nowMs: number) => void {
    const begun = { work };
    this.open.add(begun);
    return (nowMs) => {
      if (!this.open.delete(begun)) return;
      this.last = work;
      this.untilMs = nowMs + GRACE_MS;
    };
  }

  /** Null: what came then is not our work. */
  at(atMs: number): OwnWork | null {
    const newest = [...this.open].at(-1);
    if (newest !== undefined) return newest.work;
    return atMs <= this.untilMs ? this.last : null;
  }
}
