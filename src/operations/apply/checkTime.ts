import { systemWait, type Wait } from "../../platform/clock.ts";
import { type Deadline, openDeadline } from "../../platform/deadline.ts";

/** What time it is, and what waits. */
export interface CheckTime {
  readonly now: () => number;
  /** Ends early, without a fault, when the signal says so. */
  readonly wait: Wait;
  /** Milliseconds in which this process hears, and of wall time at most. */
  readonly deadline: (ms: number, mostMs: number) => Pick<Deadline, "over" | "end">;
}

export const systemCheckTime: CheckTime = {
  now: () => performance.now(),
  wait: systemWait,
  deadline: openDeadline,
};
