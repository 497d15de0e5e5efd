import type { Arena } from "./arena.ts";
import type { Node } from "./node.ts";
import { nodesBelow } from "./nodesBelow.ts";

/**
 * Copies diagrams into another arena and gives their roots there, in the same order. With a fresh
 * arena it is how forgotten nodes are got rid of. `levelOf` may rename variables as long as it
 * keeps their order.
 */
export function copyRoots(
  from: Arena,
  roots: readonly Node[],
  to: Arena,
  levelOf: (level: number) => number = (level) => level,
): readonly Node[] {
  const copies = new Int32Array(from.nodeCount);
  for (const node of nodesBelow(from, roots))
    copies[node] = from.isTerminal(node)
      ? to.terminal(from.value(node))
      : to.make(
          levelOf(from.level(node)),
          copies[from.low(node)] as number,
          copies[from.high(node)] as number,
        );
  return roots.map((root) => copies[root] as number);
}
