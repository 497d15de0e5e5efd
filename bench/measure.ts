/** What work has cost, and what it gave. */
export interface Timed<T> {
  /** Of the processor, all threads: others on the machine do not count. */
  readonly ms: number;
  readonly value: T;
}

/** The median of `runs` runs: one slow run is the machine's doing. */
export function timed<T>(runs: number, work: () => T): Timed<T> {
  const first = once(work);
  const times = [first.ms];
  while (times.length < runs) times.push(once(work).ms);
  return { ms: median(times), value: first.value };
}

/** In a millisecond. */
const MICROSECONDS = 1_000;

function once<T>(work: () => T): Timed<T> {
  const begin = process.cpuUsage();
  const value = work();
  const { user, system } = process.cpuUsage(begin);
  return { ms: (user + system) / MICROSECONDS, value };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Cost at one size of work. */
export interface Point {
  readonly size: number;
  readonly cost: number;
}

/** `e` in cost = c * size^e, from the last two sizes: 1 is linear, 2 is quadratic. */
export function growthExponent(points: readonly Point[]): number {
  const [before, last] = points.slice(-2);
  if (before === undefined || last === undefined) return 0;
  return Math.log(last.cost / before.cost) / Math.log(last.size / before.size);
}
