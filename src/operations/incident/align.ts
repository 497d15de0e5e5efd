/** Pairs of equal lines that are looked at; a chain of thousands of equal rules has more. */
export const MAXIMUM_PAIRS = 1_000_000;

/**
 * Which line of `after` each line of `before` has become: a longest common subsequence (Hunt and
 * Szymanski 1977), where the same line may stand several times. Null: none. What both begin and end with
 * is paired first. Beyond `MAXIMUM_PAIRS` each line is paired with one of its number alone.
 */
export function align(
  before: readonly string[],
  after: readonly string[],
): readonly (number | null)[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (
    tail < shorter - head &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail++;
  const partners: (number | null)[] = before.map(() => null);
  for (let i = 0; i < head; i++) partners[i] = i;
  for (let i = 1; i <= tail; i++) partners[before.length - i] = after.length - i;
  const middle = longestRun(
    before.slice(head, before.length - tail),
    after.slice(head, after.length - tail),
  );
  for (const [i, j] of middle) partners[head + i] = head + j;
  return partners;
}

type Pair = readonly [before: number, after: number];

/** A chain of pairs, the last one first. */
interface Run {
  readonly pair: Pair;
  readonly previous: Run | null;
}

function longestRun(before: readonly string[], after: readonly string[]): readonly Pair[] {
  /* The best run of each length, and the place in `after` where it ends: shortest first. */
  const runs: Run[] = [];
  const ends: number[] = [];
  for (const [i, places] of placesOf(before, after).entries())
    for (const j of places) {
      let low = 0;
      let high = ends.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((ends[middle] ?? 0) < j) low = middle + 1;
        else high = middle;
      }
      ends[low] = j;
      runs[low] = { pair: [i, j], previous: runs[low - 1] ?? null };
    }
  const pairs: Pair[] = [];
  for (let run = runs.at(-1) ?? null; run !== null; run = run.previous) pairs.push(run.pair);
  return pairs;
}

/** For each line of `before` where it stands in `after`, last first. */
function placesOf(
  before: readonly string[],
  after: readonly string[],
): readonly (readonly number[])[] {
  const places = new Map<string, number[]>();
  for (const [j, line] of after.entries()) places.set(line, [j, ...(places.get(line) ?? [])]);
  const pairs = before.reduce((sum, line) => sum + (places.get(line)?.length ?? 0), 0);
  const used = new Map<string, number>();
  return before.map((line) => {
    const all = places.get(line) ?? [];
    if (pairs <= MAXIMUM_PAIRS) return all;
    const number = used.get(line) ?? 0;
    used.set(line, number + 1);
    return all.slice(-1 - number, all.length - number);
  });
}
