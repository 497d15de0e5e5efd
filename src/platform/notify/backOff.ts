/** Milliseconds before the second attempt: long enough for a connection that was just cut. */
const FIRST_MS = 250;
/** Milliseconds between attempts at most. */
const MOST_MS = 60_000;
/** Attempts after which the wait grows no more; a limit of the arithmetic alone. */
const MOST_DOUBLINGS = 16;

/**
 * Milliseconds before the next attempt after `failures` in a row: doubled each time, between half and all of
 * it at random, so that those who wait for the same do not come together.
 *
 * @param random from 0 to below 1
 */
export function backOff(failures: number, afterMs: number | null, random: number): number {
  const full = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures - 1, MOST_DOUBLINGS));
  return Math.max(afterMs ?? 0, full / 2 + (full / 2) * random);
}
