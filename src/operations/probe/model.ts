import type { MonitorFlow, ProbeMonitor } from "../inventory/monitors.ts";

/**
 * `degraded`: it works, but slowly or not as it should. `blind`: nothing is known, since the device does
 * not let us ask; that is neither up nor down.
 */
export type Outcome = "ok" | "degraded" | "failed" | "blind";

/** Whether what was asked works, be it slowly. */
export function isWell(outcome: Outcome): boolean {
  return outcome === "ok" || outcome === "degraded";
}

/** As whom and from where a probe was sent: that is not always who the mail server is. */
export interface Vantage {
  /** `sshd of mail1`, `namespace mail1`, `this machine`. */
  readonly through: string;
  /** Null: the device does not say. */
  readonly user: string | null;
  /** The address that the device uses towards the target; null: not known. */
  readonly source: string | null;
}

/** What one probe found. It holds no secret. */
export interface ProbeResult {
  readonly monitor: string;
  readonly kind: ProbeMonitor["kind"];
  /** When it began. */
  readonly atMs: number;
  readonly durationMs: number;
  readonly outcome: Outcome;
  /** How far it came: `connect`, `greeting`, `login` …, `done`. */
  readonly stage: string;
  /** What was really measured: `smtp to the recipient over tcp`. */
  readonly measured: string;
  /** Null: all is well. */
  readonly reason: string | null;
  /** Whether anything came back from the target: the network between is then not what keeps it away. */
  readonly isReached: boolean;
  /** Connections that it speaks of. */
  readonly flows: readonly MonitorFlow[];
  readonly vantage: Vantage;
}

/** Where a monitor stands. */
export interface ProbeState {
  readonly monitor: ProbeMonitor;
  /** Null: not asked yet. */
  readonly last: ProbeResult | null;
  /** Since when the outcome is what it is; null: not asked yet. */
  readonly sinceMs: number | null;
}

/** An outcome that is another one than before. */
export interface ProbeChange {
  readonly before: Outcome | null;
  readonly result: ProbeResult;
}

/** `through sshd of mail1 as premortem, from 10.10.2.11`. */
export function vantageText({ through, user, source }: Vantage): string {
  const who = user === null ? "" : ` as ${user}`;
  return `through ${through}${who}, from ${source ?? "an address that is not known"}`;
}

/** Intervals without a result after which the last one says nothing any more. */
const STALE_INTERVALS = 3;

/** Whether the last result is too old to rely on. */
export function isStale({ monitor, last }: ProbeState, nowMs: number): boolean {
  if (last === null) return true;
  return nowMs - last.atMs > STALE_INTERVALS * monitor.everyMs + monitor.timeoutMs;
}
