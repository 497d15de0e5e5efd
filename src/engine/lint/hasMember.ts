import { type Arena, type Assignment, evaluate, FALSE, type Node, TRUE } from "../bdd/index.ts";

/** Packets of one set that are in none of some others. */
export interface Region {
  readonly inside: Node;
  readonly outside: readonly Node[];
}

/**
 * Whether a packet of the region is in `set` too. One packet of both sets is tried first, which makes no nodes: to
 * work out what is left of each of 5,000 rules about IPv6 hosts made 6 million.
 */
export function hasMember(arena: Arena, region: Region, set: Node): boolean {
  const witness = commonMember(arena, region.inside, set);
  if (witness === null) return false;
  return isOutside(arena, region, witness) || membersOf(arena, region, set) !== FALSE;
}

/** One packet of the region that is in `set`, where it is found at once. */
export function memberAtOnce(arena: Arena, region: Region, set: Node): Assignment | null {
  const witness = commonMember(arena, region.inside, set);
  return witness !== null && isOutside(arena, region, witness) ? witness : null;
}

function isOutside(arena: Arena, { outside }: Region, witness: Assignment): boolean {
  return outside.every((other) => evaluate(arena, other, witness) === 0);
}

/** Packets of the region that are in `set`. */
export function membersOf(arena: Arena, { inside, outside }: Region, set: Node): Node {
  let left = arena.and(inside, set);
  for (const other of outside) {
    if (left === FALSE) return FALSE;
    left = arena.difference(left, other);
  }
  return left;
}

/** Whether two sets have a member in common; makes no nodes. */
export function meets(arena: Arena, a: Node, b: Node): boolean {
  return commonMember(arena, a, b) !== null;
}

/** Pairs without a common member that are remembered; beyond it `and` decides, which has its node limit. */
const MAXIMUM_PAIRS = 200_000;

/** A member of both sets; variables that are not assigned may be anything, and count as not set. Null: there is none. */
function commonMember(arena: Arena, a: Node, b: Node): Assignment | null {
  const apart = new Map<Node, Set<Node>>();
  const member = new Map<number, boolean>();
  let pairs = 0;
  const walk = (one: Node, other: Node): boolean => {
    if (one === FALSE || other === FALSE) return false;
    if (one === TRUE && other === TRUE) return true;
    const first = one < other ? one : other;
    const second = one < other ? other : one;
    const known = apart.get(first);
    if (known?.has(second) === true) return false;
    if (pairs > MAXIMUM_PAIRS && !arena.intersects(one, other)) return false;
    const levelOne = arena.level(one);
    const levelOther = arena.level(other);
    const level = Math.min(levelOne, levelOther);
    const isSplit = levelOne === level;
    const isOtherSplit = levelOther === level;
    const lowOne = isSplit ? arena.low(one) : one;
    const lowOther = isOtherSplit ? arena.low(other) : other;
    /* Values are written down on the way back from the member: most pairs are on the way to none. */
    if (walk(lowOne, lowOther)) {
      member.set(level, false);
      return true;
    }
    const highOne = isSplit ? arena.high(one) : one;
    const highOther = isOtherSplit ? arena.high(other) : other;
    if (walk(highOne, highOther)) {
      member.set(level, true);
      return true;
    }
    pairs++;
    if (known === undefined) apart.set(first, new Set([second]));
    else known.add(second);
    return false;
  };
  return walk(a, b) ? member : null;
}
