import type { Range } from "../../base/range.ts";
import { type Arena, FALSE, intervalSet, type Node, TRUE } from "../../bdd/index.ts";
import { atomsWithin } from "./atoms.ts";
import type { AtomField } from "./layout.ts";

/** Widest value that is handled in plain numbers: twice as fast as in big ones. */
const NUMBER_BITS = 48;

/**
 * Where the number that `bits` (functions, the first the most significant) make lies in the sorted,
 * disjoint `ranges`. One node for each place where a range begins or ends, at most.
 */
export function rangesOver(arena: Arena, bits: readonly Node[], ranges: readonly Range[]): Node {
  if (ranges.length === 0) return FALSE;
  const levels = plainLevels(arena, bits);
  if (levels !== null) return intervalSet(arena, levels, ranges);
  if (bits.length > NUMBER_BITS) return overBig(arena, bits, ranges);
  const froms = ranges.map(({ from }) => Number(from));
  const tos = ranges.map(({ to }) => Number(to));
  const build = (index: number, base: number, first: number, last: number): Node => {
    const size = 2 ** (bits.length - index);
    let low = first;
    let high = last;
    while (low < high && (tos[low] ?? 0) < base) low++;
    while (low < high && (froms[high - 1] ?? 0) >= base + size) high--;
    if (low >= high) return FALSE;
    if ((froms[low] ?? 0) <= base && (tos[low] ?? 0) >= base + size - 1) return TRUE;
    const bit = bits[index];
    if (bit === undefined) return FALSE;
    const middle = base + size / 2;
    const split = firstReaching(tos, middle, low, high);
    const zero = build(index + 1, base, low, Math.min(high, split + 1));
    return arena.ite(bit, build(index + 1, middle, split, high), zero);
  };
  return build(0, 0, 0, ranges.length);
}

/** The variables that the bits are, where they are nothing else and stand in order. */
export function plainLevels(arena: Arena, bits: readonly Node[]): readonly number[] | null {
  const levels: number[] = [];
  let last = -1;
  for (const bit of bits) {
    if (arena.isTerminal(bit) || arena.low(bit) !== FALSE || arena.high(bit) !== TRUE) return null;
    const level = arena.level(bit);
    if (level <= last) return null;
    levels.push(level);
    last = level;
  }
  return levels;
}

/** Runs of bits are kept by the layout, and asked for by rule after rule. */
const LEVELS = new WeakMap<readonly Node[], readonly number[] | null>();

/** As `plainLevels`, for bits that are likely to come again as the same list. */
export function rememberedLevels(arena: Arena, bits: readonly Node[]): readonly number[] | null {
  const known = LEVELS.get(bits);
  if (known !== undefined) return known;
  const levels = plainLevels(arena, bits);
  LEVELS.set(bits, levels);
  return levels;
}

/** The first place from `low` on whose value reaches `bound`; `high` where none does. */
function firstReaching<T extends number | bigint>(
  values: readonly T[],
  bound: T,
  low: number,
  high: number,
): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to) >> 1;
    const value = values[middle];
    if (value !== undefined && value < bound) from = middle + 1;
    else to = middle;
  }
  return from;
}

function overBig(arena: Arena, bits: readonly Node[], ranges: readonly Range[]): Node {
  const tos = ranges.map(({ to }) => to);
  const build = (index: number, base: bigint, first: number, last: number): Node => {
    const size = 1n << BigInt(bits.length - index);
    const low = firstReaching(tos, base, first, last);
    const range = ranges[low];
    if (range === undefined || low >= last || range.from >= base + size) return FALSE;
    if (range.from <= base && range.to >= base + size - 1n) return TRUE;
    const bit = bits[index];
    if (bit === undefined) return FALSE;
    const middle = base + size / 2n;
    const split = firstReaching(tos, middle, low, last);
    const zero = build(index + 1, base, low, Math.min(last, split + 1));
    return arena.ite(bit, build(index + 1, middle, split, last), zero);
  };
  return build(0, 0n, 0, ranges.length);
}

/** Where the field lies in one of `ranges`, which its classes take whole or not at all. */
export function atomsInRanges(arena: Arena, field: AtomField, ranges: readonly Range[]): Node {
  const codes = atomsWithin(field.atoms, ranges).map((code) => ({
    from: BigInt(code),
    to: BigInt(code),
  }));
  return rangesOver(
    arena,
    field.levels.map((level) => arena.variable(level)),
    codes,
  );
}
