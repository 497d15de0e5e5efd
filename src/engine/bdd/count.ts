import type { Arena } from "./arena.ts";
import { FALSE, type Node } from "./node.ts";
import { nodesBelow } from "./nodesBelow.ts";

/**
 * How many assignments of the variables `levels` do not end in the terminal 0. The diagram must
 * not depend on other variables.
 */
export function satisfyingCount(arena: Arena, root: Node, levels: readonly number[]): bigint {
  const ranks = new Map([...levels].sort((a, b) => a - b).map((level, rank) => [level, rank]));
  const rankOf = (node: Node): number => {
    if (arena.isTerminal(node)) return levels.length;
    const rank = ranks.get(arena.level(node));
    if (rank === undefined) throw new Error(`the variable ${arena.level(node)} is not counted`);
    return rank;
  };
  const counts = new Map<Node, bigint>();
  const countBelow = (node: Node, fromRank: number): bigint =>
    (counts.get(node) ?? 0n) << BigInt(rankOf(node) - fromRank);
  for (const node of nodesBelow(arena, [root])) {
    if (arena.isTerminal(node)) counts.set(node, node === FALSE ? 0n : 1n);
    else {
      const next = rankOf(node) + 1;
      counts.set(node, countBelow(arena.low(node), next) + countBelow(arena.high(node), next));
    }
  }
  return countBelow(root, 0);
}

/** The share of all assignments, for each node below `root`, that does not end in terminal 0. */
export function densities(arena: Arena, root: Node): ReadonlyMap<Node, number> {
  const shares = new Map<Node, number>();
  const shareOf = (node: Node): number => shares.get(node) ?? 0;
  for (const node of nodesBelow(arena, [root])) {
    const share = arena.isTerminal(node)
      ? Number(node !== FALSE)
      : (shareOf(arena.low(node)) + shareOf(arena.high(node))) / 2;
    shares.set(node, share);
  }
  return shares;
}
