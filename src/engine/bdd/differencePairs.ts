import type { Arena } from "./arena.ts";
import { FALSE, type Node } from "./node.ts";
import { terminals } from "./nodesBelow.ts";

/** The packets that end in one terminal before and in another one after. */
export interface DifferencePair {
  readonly before: number;
  readonly after: number;
  readonly region: Node;
}

/**
 * Where two diagrams differ, by pairs of terminals; the regions are disjoint and together are all
 * the difference. The walk stops where both share a node, so it costs what differs.
 */
export function differencePairs(
  arena: Arena,
  before: Node,
  after: Node,
): readonly DifferencePair[] {
  const pairs: Omit<DifferencePair, "region">[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (a: number, b: number): number => {
    if (a === b) return 0;
    const key = `${a} ${b}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, pairs.push({ before: a, after: b }));
    return pairs.length;
  };
  const root = arena.apply(arena.defineOperation(numberOf, FALSE), before, after);
  return terminals(arena, root).flatMap((number) => {
    const pair = pairs[number - 1];
    return pair === undefined ? [] : [{ ...pair, region: arena.where(root, (k) => k === number) }];
  });
}
