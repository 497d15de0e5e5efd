import type { Range } from "../../base/range.ts";

/**
 * The values of one field, cut into classes that no rule tells apart. A field that is only compared
 * needs log2(classes) variables instead of its width, and its values exclude each other by
 * construction.
 */
export interface Atoms {
  /** Classes, numbered by place; each is a sorted list of disjoint ranges. */
  readonly classes: readonly (readonly Range[])[];
  /** First values of the pieces, sorted; piece `i` ends before `starts[i + 1]`. */
  readonly starts: readonly bigint[];
  /** The class of each piece. */
  readonly classOf: readonly number[];
}

/** The coarsest classes of the values 0 to `last` that each of `asked` takes whole or not at all. */
export function makeAtoms(asked: readonly Range[], last: bigint): Atoms {
  const distinct = distinctRanges(asked);
  const starts = boundaries(distinct, last);
  const signatures = pieceSignatures(distinct, starts);
  const numbers = new Map<string, number>();
  const classes: Range[][] = [];
  const classOf = starts.map((from, i) => {
    const signature = signatures[i] ?? "";
    let number = numbers.get(signature);
    if (number === undefined) {
      number = classes.length;
      numbers.set(signature, number);
      classes.push([]);
    }
    const next = starts[i + 1];
    classes[number]?.push({ from, to: next === undefined ? last : next - 1n });
    return number;
  });
  return { classes, starts, classOf };
}

/** The classes, as sorted numbers, that lie in `ranges`; every range must be a union of classes. */
export function atomsWithin(atoms: Atoms, ranges: readonly Range[]): readonly number[] {
  const found = new Set<number>();
  for (const { from, to } of ranges) {
    for (let i = pieceAt(atoms, from); i < atoms.starts.length; i++) {
      const start = atoms.starts[i];
      if (start === undefined || start > to) break;
      const number = atoms.classOf[i];
      if (number !== undefined) found.add(number);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/** Whether each class lies in `ranges` whole or not at all, as it does where the atoms were made for them. */
export function areWhole(atoms: Atoms, ranges: readonly Range[]): boolean {
  const pieces = new Set<number>();
  for (const { from, to } of ranges) {
    const first = pieceAt(atoms, from);
    if (atoms.starts[first] !== from) return false;
    let next = first;
    for (let start = atoms.starts[next]; start !== undefined && start <= to; ) {
      pieces.add(next);
      next++;
      start = atoms.starts[next];
    }
    const end = atoms.starts[next];
    if (end !== undefined && end !== to + 1n) return false;
  }
  const classes = new Set([...pieces].map((piece) => atoms.classOf[piece] ?? 0));
  let whole = 0;
  for (const number of classes) whole += atoms.classes[number]?.length ?? 0;
  return whole === pieces.size;
}

/** The class that holds `value`. */
export function atomOf(atoms: Atoms, value: bigint): number {
  return atoms.classOf[pieceAt(atoms, value)] ?? 0;
}

/** The place of the last piece that begins at or below `value`. */
function pieceAt(atoms: Atoms, value: bigint): number {
  let low = 0;
  let high = atoms.starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((atoms.starts[middle] ?? 0n) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function distinctRanges(asked: readonly Range[]): readonly Range[] {
  const seen = new Map<string, Range>();
  for (const range of asked) seen.set(`${range.from}-${range.to}`, range);
  return [...seen.values()];
}

function boundaries(ranges: readonly Range[], last: bigint): readonly bigint[] {
  const starts = new Set<bigint>([0n]);
  for (const { from, to } of ranges) {
    starts.add(from);
    if (to < last) starts.add(to + 1n);
  }
  return [...starts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** For each piece the ranges that cover it, as text: pieces of one text are never told apart. */
function pieceSignatures(ranges: readonly Range[], starts: readonly bigint[]): readonly string[] {
  const opening = new Map<bigint, number[]>();
  const closing = new Map<bigint, number[]>();
  for (const [id, { from, to }] of ranges.entries()) {
    opening.set(from, [...(opening.get(from) ?? []), id]);
    closing.set(to + 1n, [...(closing.get(to + 1n) ?? []), id]);
  }
  const open = new Set<number>();
  return starts.map((start) => {
    for (const id of closing.get(start) ?? []) open.delete(id);
    for (const id of opening.get(start) ?? []) open.add(id);
    return [...open].sort((a, b) => a - b).join(",");
  });
}
