/** Numbers that look like chance, and are the same for the same seed. */
export interface SeededRandom {
  /** From 0 up to 1. */
  next(): number;
  /** From 0 up to the number before. */
  below(count: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** Milliseconds until the next of events that come so often in the mean, and know nothing of each other. */
  untilNextMs(meanMs: number): number;
}

/** mulberry32 (Ettinger 2017): 32 bits of state are plenty for traffic. */
export function openRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number) => Math.floor(next() * count);
  return {
    next,
    below,
    pick: (list) => list[below(list.length)] ?? list[0],
    untilNextMs: (meanMs) => -Math.log(1 - next()) * meanMs,
  };
}
