/** All values from `from` to `to`, both included. */
export interface Range {
  readonly from: bigint;
  readonly to: bigint;
}

/** The greatest value of `width` bits. */
export function maximum(width: number): bigint {
  const known = MAXIMA[width] ?? (1n << BigInt(width)) - 1n;
  MAXIMA[width] = known;
  return known;
}

/** By width: every value that a rule reads is cut to its own, and a big number is slow to make. */
const MAXIMA: bigint[] = [];

export function single(value: bigint): Range {
  return { from: value, to: value };
}

/** Sorted, disjoint and not touching: the one form in which two equal sets of values look equal. */
export function normalizeRanges(ranges: readonly Range[]): readonly Range[] {
  if (ranges.length < 2) return ranges;
  const sorted = [...ranges].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
  const merged: Range[] = [];
  for (const range of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && range.from <= last.to + 1n) {
      if (range.to > last.to) merged[merged.length - 1] = { from: last.from, to: range.to };
    } else merged.push(range);
  }
  return merged;
}

/** The values of `width` bits that lie in none of the normalized `ranges`. */
export function complementRanges(ranges: readonly Range[], width: number): readonly Range[] {
  const rest: Range[] = [];
  let next = 0n;
  for (const range of ranges) {
    if (range.from > next) rest.push({ from: next, to: range.from - 1n });
    next = range.to + 1n;
  }
  if (next <= maximum(width)) rest.push({ from: next, to: maximum(width) });
  return rest;
}

/** The values that lie in both of two normalized lists. */
export function intersectRanges(a: readonly Range[], b: readonly Range[]): readonly Range[] {
  const both: Range[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const x = a[i];
    const y = b[j];
    if (x === undefined || y === undefined) return both;
    const from = x.from > y.from ? x.from : y.from;
    const to = x.to < y.to ? x.to : y.to;
    if (from <= to) both.push({ from, to });
    if (x.to < y.to) i++;
    else j++;
  }
}

/** Whether one of the ranges holds all of `target`. */
export function coversRange(ranges: readonly Range[], target: Range): boolean {
  return ranges.some(({ from, to }) => from <= target.from && target.to <= to);
}

/** Whether one of the normalized `ranges` holds `value`; binary search. */
export function inRanges(ranges: readonly Range[], value: bigint): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const range = ranges[middle];
    if (range === undefined) return false;
    if (value < range.from) high = middle - 1;
    else if (value > range.to) low = middle + 1;
    else return true;
  }
  return false;
}
