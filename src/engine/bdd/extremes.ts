import type { Arena } from "./arena.ts";
import { FALSE, type Node } from "./node.ts";

/** The least and the greatest value of a field. */
export interface Extremes {
  readonly least: bigint;
  readonly greatest: bigint;
}

/**
 * Nodes at most that are looked at. The packets that come to a rule are others behind each rule: where they were a
 * big set, to look at all of it each time took two thirds of the time of a diff.
 */
const MAXIMUM_NODES = 512;

/**
 * Between which values a field lies in the packets of a set; null: the set is empty, or has too many nodes to look at.
 * It makes none. `field` are its variables, the most significant first, and ascending.
 */
export function extremesOf(
  arena: Arena,
  set: Node,
  field: readonly number[],
  mostNodes = MAXIMUM_NODES,
): Extremes | null {
  if (set === FALSE || hasMoreNodes(arena, set, field, mostNodes)) return null;
  return { least: extremeOf(arena, set, field, 0n), greatest: extremeOf(arena, set, field, 1n) };
}

/** Those behind the field make no difference. */
function hasMoreNodes(arena: Arena, set: Node, field: readonly number[], most: number): boolean {
  const last = field.at(-1) ?? -1;
  const seen = new Set<Node>();
  const visit = (node: Node): boolean => {
    if (arena.level(node) > last || seen.has(node)) return false;
    seen.add(node);
    return seen.size > most || visit(arena.low(node)) || visit(arena.high(node));
  };
  return visit(set);
}

/** `free` is what a bit is that the set does not ask for: 0 makes the least value, 1 the greatest. */
function extremeOf(arena: Arena, set: Node, field: readonly number[], free: bigint): bigint {
  const last = field.at(-1) ?? -1;
  const weights = field.map((_, bit) => 1n << BigInt(field.length - 1 - bit));
  const total = (from: number, to: number): bigint =>
    free === 0n ? 0n : weights.slice(from, to).reduce((sum, weight) => sum + weight, 0n);
  const known = new Map<Node, bigint>();
  /* Of the bits that lie at or below the variable of the node. */
  const below = (node: Node): bigint => {
    const found = known.get(node) ?? workOut(node);
    known.set(node, found);
    return found;
  };
  const placeOf = (level: number): number => {
    const place = field.findIndex((own) => own >= level);
    return place < 0 ? field.length : place;
  };
  /* From the bit at `place` on, which lies above the variable of the node, or is it. */
  const from = (place: number, node: Node): bigint =>
    total(place, placeOf(arena.level(node))) + below(node);
  const workOut = (node: Node): bigint => {
    const level = arena.level(node);
    /* Any of them leads somewhere, and asks for no bit of the field. */
    if (level > last) return 0n;
    const place = placeOf(level);
    const isOwn = field[place] === level;
    const next = isOwn ? place + 1 : place;
    const [low, high] = [arena.low(node), arena.high(node)];
    const zero = low === FALSE ? null : from(next, low);
    const one = high === FALSE ? null : (isOwn ? (weights[place] ?? 0n) : 0n) + from(next, high);
    if (zero === null || one === null) return zero ?? one ?? 0n;
    return (free === 0n) === zero < one ? zero : one;
  };
  return from(0, set);
}
