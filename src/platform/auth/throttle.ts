import type { Clock } from "../clock.ts";

/*
 * Guessing gets slower with each failure. An attempt counts as failed from its beginning until it is known to
 * be right: whoever sends a hundred at once is not let through with all of them.
 */

/** Milliseconds that the first failure too many costs; each further one costs twice as much. */
export const FIRST_WAIT_MS = 1_000;
/** The longest wait: 96 guesses a day, and whoever is kept out by somebody else's guesses comes in within it. */
export const LONGEST_WAIT_MS = 900_000;
/** Milliseconds without an attempt after which the failures are forgotten. */
export const FORGET_MS = 86_400_000;
/** Names that are remembered, the latest of them: whoever makes up others fills no memory. */
const MAXIMUM_NAMES = 10_000;

export interface Throttle {
  /** Milliseconds until it may be tried again; 0: now. */
  waitMs(name: string): number;
  /** Counts an attempt; the number of those that failed one after the other, this one among them. */
  begin(name: string): number;
  /** It was right: that name begins anew. */
  forget(name: string): void;
  /** It was right, and says nothing of the attempts before. */
  takeBack(name: string): void;
}

interface Tried {
  readonly failures: number;
  readonly atMs: number;
}

/** `free`: failures that cost nothing. */
export function openThrottle(free: number, clock: Clock): Throttle {
  /** In the order of their last attempt. */
  const names = new Map<string, Tried>();
  const of = (name: string): Tried | null => {
    const found = names.get(name);
    return found === undefined || clock() - found.atMs >= FORGET_MS ? null : found;
  };
  const keep = (name: string, tried: Tried) => {
    names.delete(name);
    names.set(name, tried);
    const [oldest] = names.keys();
    if (names.size > MAXIMUM_NAMES && oldest !== undefined) names.delete(oldest);
  };
  return {
    waitMs(name) {
      const tried = of(name);
      if (tried === null) return 0;
      return Math.max(0, tried.atMs + costMs(tried.failures, free) - clock());
    },
    begin(name) {
      const failures = (of(name)?.failures ?? 0) + 1;
      keep(name, { failures, atMs: clock() });
      return failures;
    },
    forget: (name) => void names.delete(name),
    takeBack(name) {
      const tried = of(name);
      if (tried === null || tried.failures <= 1) names.delete(name);
      else names.set(name, { ...tried, failures: tried.failures - 1 });
    },
  };
}

function costMs(failures: number, free: number): number {
  if (failures < free) return 0;
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - free));
}
