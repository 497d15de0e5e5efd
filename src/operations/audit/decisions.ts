import type { Wait } from "../../platform/clock.ts";

/**
 * Milliseconds that a decision is waited for at most: probes have three times what they took, and a device takes back
 * within a second. What hangs longer than this must not keep the watch from telling.
 */
const MOST_WAITED_MS = 8_000;

/**
 * Loads of ours that nobody has decided on yet. To tell what a load changed is computing of up to a second; the checks
 * that decide run in the same process, and an outage would last that much longer.
 */
export class Decisions {
  private readonly open = new Set<Promise<void>>();

  /** A load has begun; what is returned is called once it is kept or taken back. */
  begin(): () => void {
    let decide: () => void = () => undefined;
    const decided = new Promise<void>((resolve) => {
      decide = resolve;
    });
    this.open.add(decided);
    return () => {
      this.open.delete(decided);
      decide();
    };
  }

  /** Resolves once nothing waits for its decision, or after a while, or where nobody wants to know any more. */
  async over(wait: Wait, signal: AbortSignal): Promise<void> {
    if (this.open.size === 0) return;
    const waiting = new AbortController();
    const late = wait(MOST_WAITED_MS, AbortSignal.any([signal, waiting.signal]));
    await Promise.race([Promise.all(this.open), late]);
    waiting.abort();
  }
}
