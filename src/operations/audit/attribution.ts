/** Milliseconds that the event of our own last command may come behind the command's end. */
const GRACE_MS = 500;

/**
 * Whose the differences of a device are while a change is applied. It outlives the watch, which begins anew
 * with each baseline: an apply that is confirmed adopts one before it is over.
 */
export class Attribution {
  private change: number | null = null;
  private untilMs = Number.NEGATIVE_INFINITY;

  /** From now on, differences belong to this change; null: no more. */
  set(change: number | null, nowMs: number): void {
    if (change !== null) this.change = change;
    this.untilMs = change === null ? nowMs + GRACE_MS : Number.POSITIVE_INFINITY;
  }

  /** Null: what came then is nobody's change. */
  at(atMs: number): number | null {
    return atMs <= this.untilMs ? this.change : null;
  }
}
