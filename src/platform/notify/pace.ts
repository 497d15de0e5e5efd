/** Messages that may go out in a burst: a storm becomes a few messages, each with much in it. */
export const BURST = 4;
/** Milliseconds until one more may. */
export const REFILL_MS = 1_000;

export interface Pace {
  /** A message went out: milliseconds until the next one may. */
  taken(): number;
}

/** A bucket of tokens (RFC 2697, section 3, with one colour). `now` is in milliseconds, and never goes back. */
export function openPace(now: () => number = () => performance.now()): Pace {
  let tokens = BURST;
  let filledMs = now();
  return {
    taken() {
      const nowMs = now();
      const filled = Math.floor((nowMs - filledMs) / REFILL_MS);
      filledMs += filled * REFILL_MS;
      tokens += filled;
      if (tokens >= BURST) {
        tokens = BURST;
        filledMs = nowMs;
      }
      tokens--;
      return tokens > 0 ? 0 : Math.max(0, filledMs + REFILL_MS - nowMs);
    },
  };
}
