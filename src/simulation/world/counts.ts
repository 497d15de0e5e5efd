/** What is counted of the traffic. */
export const COUNTED = [
  "deliveredIn",
  "deliveredOut",
  "refusedIn",
  "deferredOut",
  "logins",
  "failedLogins",
] as const;
export type Counted = (typeof COUNTED)[number];

/** One second of the traffic. */
export interface SecondCounts extends Readonly<Record<Counted, number>> {
  /** When the second began. */
  readonly atMs: number;
  /** Mails that waited on both mail servers at its end. */
  readonly waiting: number;
}

/** Seconds that are kept: what a chart shows. */
const MAXIMUM_SECONDS = 900;
const MS_IN_SECOND = 1_000;
/** Before anything has happened. */
export const NOTHING: Readonly<Record<Counted, number>> = {
  deliveredIn: 0,
  deliveredOut: 0,
  refusedIn: 0,
  deferredOut: 0,
  logins: 0,
  failedLogins: 0,
};

/** Counts events by the second. */
export class Counts {
  private readonly nowMs: () => number;
  private readonly waiting: () => number;
  private seconds: SecondCounts[] = [];
  private now: Record<Counted, number> = { ...NOTHING };
  private startMs: number;

  constructor(nowMs: () => number, waiting: () => number) {
    this.nowMs = nowMs;
    this.waiting = waiting;
    this.startMs = startOf(nowMs());
  }

  count(what: Counted): void {
    this.turn();
    this.now[what]++;
  }

  /** Whole seconds, oldest first. */
  whole(): readonly SecondCounts[] {
    this.turn();
    return this.seconds;
  }

  private turn(): void {
    const nowMs = startOf(this.nowMs());
    if (nowMs === this.startMs) return;
    const empty = Math.min(MAXIMUM_SECONDS, (nowMs - this.startMs) / MS_IN_SECOND - 1);
    const waiting = this.waiting();
    const quiet = Array.from({ length: empty }, (_, index) => ({
      ...NOTHING,
      atMs: nowMs - (empty - index) * MS_IN_SECOND,
      waiting,
    }));
    const ended = { ...this.now, atMs: this.startMs, waiting };
    this.seconds = [...this.seconds, ended, ...quiet].slice(-MAXIMUM_SECONDS);
    this.now = { ...NOTHING };
    this.startMs = nowMs;
  }
}

function startOf(ms: number): number {
  return Math.floor(ms / MS_IN_SECOND) * MS_IN_SECOND;
}
