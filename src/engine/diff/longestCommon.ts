/**
 * The names of a longest common subsequence of two lists without repetitions: a longest increasing run
 * of places (patience sorting, Schensted 1961), in O(n log n).
 */
export function longestCommon(
  before: readonly string[],
  after: readonly string[],
): ReadonlySet<string> {
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
