import type { Range } from "../base/range.ts";
import { type Arena, FALSE, type Node } from "../bdd/index.ts";
import { piecesOf, widened } from "./pieces.ts";

/** Values of one field that leave the same set of everything else. */
export interface Part {
  /** Sorted, disjoint and not touching. */
  readonly ranges: readonly Range[];
  /** What the other fields may be; no longer depends on the field. */
  readonly rest: Node;
}

/** Pieces of one field at most: more are no help to a reader. */
const MAXIMUM_PIECES = 512;

/**
 * Cuts the values of a field (variables, the most significant first) by what they leave; values that
 * leave nothing are not told. Null where there are too many pieces.
 */
export function partition(
  arena: Arena,
  set: Node,
  levels: readonly number[],
): readonly Part[] | null {
  const isInOrder = levels.every((level, bit) => level > (levels[bit - 1] ?? -1));
  return isInOrder ? byWalk(arena, set, levels) : byValue(arena, set, levels);
}

function byWalk(arena: Arena, set: Node, levels: readonly number[]): readonly Part[] | null {
  const pieces = piecesOf(arena, set, levels, MAXIMUM_PIECES);
  const whole = pieces === null ? null : widened(pieces, 0, levels.length, MAXIMUM_PIECES);
  if (whole === null) return null;
  const { starts, nodes } = whole;
  const end = 1n << BigInt(levels.length);
  const parts = new Map<Node, Range[]>();
  for (const [i, rest] of nodes.entries()) {
    if (rest === FALSE) continue;
    append(parts, rest, { from: starts[i] ?? 0n, to: (starts[i + 1] ?? end) - 1n });
  }
  return [...parts].map(([rest, ranges]) => ({ ranges, rest }));
}

/** As `byWalk` for variables that do not stand in order: bit by bit, the most significant first. */
function byValue(arena: Arena, set: Node, levels: readonly number[]): readonly Part[] | null {
  const parts = new Map<Node, Range[]>();
  let pieces = 0;
  const cut = (rest: Node, index: number, base: bigint): boolean => {
    if (rest === FALSE) return true;
    const left = levels.slice(index);
    if (!dependsOn(arena, rest, left)) {
      if (++pieces > MAXIMUM_PIECES) return false;
      const to = base + (1n << BigInt(left.length)) - 1n;
      append(parts, rest, { from: base, to });
      return true;
    }
    const [level] = left;
    if (level === undefined) return true;
    const low = arena.restrict(rest, new Map([[level, false]]));
    const high = arena.restrict(rest, new Map([[level, true]]));
    const half = 1n << BigInt(left.length - 1);
    return cut(low, index + 1, base) && cut(high, index + 1, base + half);
  };
  if (!cut(set, 0, 0n)) return null;
  return [...parts].map(([rest, ranges]) => ({ ranges, rest }));
}

/** Ranges come in ascending order, so that only the last one can touch the next. */
function append(parts: Map<Node, Range[]>, rest: Node, range: Range): void {
  const ranges = parts.get(rest) ?? [];
  const last = ranges.at(-1);
  if (last !== undefined && last.to + 1n === range.from)
    ranges[ranges.length - 1] = { from: last.from, to: range.to };
  else ranges.push(range);
  parts.set(rest, ranges);
}

/** Whether any of the variables matters: a diagram tests only variables that do. */
export function dependsOn(arena: Arena, set: Node, levels: readonly number[]): boolean {
  const asked = new Set(levels);
  const last = Math.max(-1, ...levels);
  const seen = new Set<Node>();
  const visit = (node: Node): boolean => {
    const level = arena.level(node);
    if (level > last || seen.has(node)) return false;
    if (asked.has(level)) return true;
    seen.add(node);
    return visit(arena.low(node)) || visit(arena.high(node));
  };
  return visit(set);
}
