import type { Arena } from "./arena.ts";
import { type Assignment, FALSE, type Node, TERMINAL_LEVEL, TRUE } from "./node.ts";

/**
 * Cubes whose union is `set`, none of them superfluous, one by one as they are asked for: take as
 * many as can be shown. With `atMost`, cubes may reach out of `set` but not out of `atMost`.
 *
 * Irredundant sum of products (Minato 1992, after Morreale 1970).
 */
export function* isopCover(arena: Arena, set: Node, atMost: Node = set): Generator<Assignment> {
  if (!arena.implies(set, atMost)) throw new Error("the cover would have to leave its bound");
  yield* coverBetween(arena, set, atMost, new Map());
}

/** The first cubes of the cover, and the packets that they leave out. */
export function isopCoverUpTo(
  arena: Arena,
  set: Node,
  limit: number,
): { readonly cubes: readonly Assignment[]; readonly rest: Node } {
  const cubes: Assignment[] = [];
  let rest = set;
  for (const cube of isopCover(arena, set)) {
    if (cubes.length === limit) break;
    cubes.push(cube);
    rest = arena.difference(rest, arena.cube(cube));
  }
  return { cubes, rest };
}

/** Yields cubes between `lower` and `upper`, each with `prefix`; returns their union without it. */
function* coverBetween(
  arena: Arena,
  lower: Node,
  upper: Node,
  prefix: Map<number, boolean>,
): Generator<Assignment, Node> {
  if (lower === FALSE) return FALSE;
  if (upper === TRUE) {
    yield new Map(prefix);
    return TRUE;
  }
  const level = Math.min(arena.level(lower), arena.level(upper));
  if (level === TERMINAL_LEVEL) throw new Error("a cover is of a set");
  const [lower0, lower1] = branches(arena, lower, level);
  const [upper0, upper1] = branches(arena, upper, level);
  prefix.set(level, false);
  const without = yield* coverBetween(arena, arena.difference(lower0, upper1), upper0, prefix);
  prefix.set(level, true);
  const within = yield* coverBetween(arena, arena.difference(lower1, upper0), upper1, prefix);
  prefix.delete(level);
  const rest = arena.or(arena.difference(lower0, without), arena.difference(lower1, within));
  const both = yield* coverBetween(arena, rest, arena.and(upper0, upper1), prefix);
  return arena.make(level, arena.or(without, both), arena.or(within, both));
}

function branches(arena: Arena, node: Node, level: number): readonly [Node, Node] {
  return arena.level(node) === level ? [arena.low(node), arena.high(node)] : [node, node];
}
