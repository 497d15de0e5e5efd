/**
 * The names of a longest common subsequence of two lists without repetitions: a longest increasing run
 * of places (patience sorting, Schensted 1961), in O(n log n).
 */
export function longestCommon(
  before: readonly string[],
  after: readonly string[],
): ReadonlySet<string> {
  const [begin, end] = commonEnds(before, after);
  const between = longestBetween(
    before.slice(begin, before.length - end),
    after.slice(begin, after.length - end),
  );
  return new Set([...before.slice(0, begin), ...between, ...before.slice(before.length - end)]);
}

/** How many items both lists begin with, and how many behind those they end with: mostly all but one. */
export function commonEnds<T>(
  before: readonly T[],
  after: readonly T[],
  isSame: (one: T | undefined, other: T | undefined) => boolean = (one, other) => one === other,
): readonly [begin: number, end: number] {
  const shorter = Math.min(before.length, after.length);
  let begin = 0;
  while (begin < shorter && isSame(before[begin], after[begin])) begin++;
  let end = 0;
  while (end < shorter - begin && isSame(before.at(-1 - end), after.at(-1 - end))) end++;
  return [begin, end];
}

function longestBetween(before: readonly string[], after: readonly string[]): ReadonlySet<string> {
  const places = new Map(after.map((name, place) => [name, place]));
  const common = before.filter((name) => places.has(name));
  /* The last item of the best run of each length, and for each item the one before it in its run. */
  const ends: number[] = [];
  const previous: number[] = [];
  const placeAt = (index: number): number => places.get(common[index] ?? "") ?? -1;
  for (const [index] of common.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (placeAt(ends[middle] ?? 0) < placeAt(index)) low = middle + 1;
      else high = middle;
    }
    previous[index] = low === 0 ? -1 : (ends[low - 1] ?? -1);
    ends[low] = index;
  }
  const kept = new Set<string>();
  for (let index = ends.at(-1) ?? -1; index >= 0; index = previous[index] ?? -1)
    kept.add(common[index] ?? "");
  return kept;
}
