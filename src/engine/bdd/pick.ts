import type { Arena } from "./arena.ts";
import { densities } from "./count.ts";
import { type Assignment, FALSE, type Node } from "./node.ts";

/**
 * One member of a set: values of the variables that it takes to be in it, any others are free.
 * Null: the set is empty. `preferred` says which value of a variable looks better to a reader.
 */
export function pickOne(
  arena: Arena,
  set: Node,
  preferred: (level: number) => boolean = () => false,
): Assignment | null {
  return pickBy(arena, set, (_node, level) => preferred(level));
}

/** Whether a set has a member with these values; makes no nodes, and stops at the first. */
export function hasMemberWith(arena: Arena, set: Node, values: Assignment): boolean {
  const isBarren = new Set<Node>();
  const visit = (from: Node): boolean => {
    let node = from;
    /* Every node but the terminal 0 has a way to another terminal. */
    while (!arena.isTerminal(node)) {
      const isSet = values.get(arena.level(node));
      if (isSet === undefined) {
        if (isBarren.has(node)) return false;
        if (visit(arena.low(node))) return true;
        isBarren.add(node);
      }
      node = isSet === false ? arena.low(node) : arena.high(node);
    }
    return node !== FALSE;
  };
  return visit(set);
}

/** A source of numbers in [0, 1). */
export type RandomSource = () => number;

/** Members of one set at random, each packet as likely as any other (as far as doubles go). */
export function randomPicker(
  arena: Arena,
  set: Node,
  random: RandomSource,
): () => Assignment | null {
  const shares = densities(arena, set);
  return () =>
    pickBy(arena, set, (node) => {
      const low = shares.get(arena.low(node)) ?? 0;
      const high = shares.get(arena.high(node)) ?? 0;
      return random() * (low + high) >= low;
    });
}

/** The same numbers for the same seed (mulberry32, Tommy Ettinger 2017). */
export function seededRandom(seed: number): RandomSource {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The terminal that a packet ends in; variables that are not assigned count as not set. */
export function evaluate(arena: Arena, root: Node, assignment: Assignment): number {
  let node = root;
  while (!arena.isTerminal(node))
    node = assignment.get(arena.level(node)) === true ? arena.high(node) : arena.low(node);
  return arena.value(node);
}

function pickBy(
  arena: Arena,
  set: Node,
  choose: (node: Node, level: number) => boolean,
): Assignment | null {
  if (set === FALSE) return null;
  const picked = new Map<number, boolean>();
  let node = set;
  while (!arena.isTerminal(node)) {
    const level = arena.level(node);
    const low = arena.low(node);
    const high = arena.high(node);
    // Every node but the terminal 0 has a way to another terminal.
    const isSet = low === FALSE || (high !== FALSE && choose(node, level));
    picked.set(level, isSet);
    node = isSet ? high : low;
  }
  return picked;
}
