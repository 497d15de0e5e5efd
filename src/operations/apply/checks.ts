import type { CheckTime } from "./checkTime.ts";

/** Something that has to be so before an apply may stay. */
export interface Check {
  readonly kind: "readBack" | "intents" | "connection" | "probe";
  /** What is looked at, for people: `imap of mail1`. */
  readonly name: string;
  /** False: it is told, and rolls nothing back. */
  readonly isCounted: boolean;
  /** Milliseconds after which it counts as failed; those in which premortem itself computes do not count … */
  readonly deadlineMs: number;
  /** … up to this many of wall time. */
  readonly mostMs: number;
  /** A fault that it throws counts as failed too. */
  readonly run: (signal: AbortSignal) => Promise<Finding>;
}

export interface Finding {
  readonly passed: boolean;
  /** What was seen, in words. */
  readonly text: string;
}

/** What was found, for the trail and for people. */
export interface Evidence extends Finding {
  readonly kind: Check["kind"];
  readonly name: string;
  readonly isCounted: boolean;
  /** Whole milliseconds; null: its end was not waited for. */
  readonly tookMs: number | null;
}

export interface CheckResult {
  readonly passed: boolean;
  readonly evidence: readonly Evidence[];
}

/**
 * Runs all checks at once. The first counted one that fails decides: what is lost until then is lost, and
 * nobody waits for the others.
 */
export async function runChecks(
  checks: readonly Check[],
  time: CheckTime,
  stop: AbortSignal,
): Promise<CheckResult> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, stop]);
  const found = new Map<Check, Evidence>();
  const first = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  const all = checks.map(async (check) => {
    const evidence = await runOne(check, time, signal);
    if (signal.aborted) return;
    found.set(check, evidence);
    if (check.isCounted && !evidence.passed) over.abort();
  });
  await Promise.race([Promise.all(all), first]);
  const evidence = checks.map((check) => found.get(check) ?? notWaitedFor(check));
  const isStopped = stop.aborted;
  over.abort();
  return {
    passed: !isStopped && evidence.every((one) => one.passed || !one.isCounted),
    evidence,
  };
}

async function runOne(check: Check, time: CheckTime, signal: AbortSignal): Promise<Evidence> {
  const { kind, name, isCounted, deadlineMs, mostMs } = check;
  const own = new AbortController();
  const until = AbortSignal.any([own.signal, signal]);
  const began = time.now();
  const deadline = time.deadline(deadlineMs, mostMs);
  until.addEventListener("abort", deadline.end, { once: true });
  if (until.aborted) deadline.end();
  const late = deadline.over.then(
    (): Finding => ({ passed: false, text: `no answer within ${deadlineMs} ms` }),
  );
  const finding = await Promise.race([check.run(until).catch(faultText), late]);
  own.abort();
  return { kind, name, isCounted, ...finding, tookMs: Math.round(time.now() - began) };
}

function faultText(fault: unknown): Finding {
  return { passed: false, text: fault instanceof Error ? fault.message : String(fault) };
}

function notWaitedFor({ kind, name, isCounted }: Check): Evidence {
  return { kind, name, isCounted, passed: false, text: "not waited for", tookMs: null };
}
