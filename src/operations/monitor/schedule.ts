import { setTimeout as sleep } from "node:timers/promises";

/** Share of the time that looks may take: what is slow on a device is asked less often. */
const BUDGET = 0.1;

/** Looks again and again, never twice at once; resolves when it is stopped and nothing is under way. */
export async function everyMs(
  intervalMs: number,
  look: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const beganMs = performance.now();
    await look();
    const tookMs = performance.now() - beganMs;
    const pauseMs = Math.max(intervalMs - tookMs, tookMs / BUDGET);
    await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
