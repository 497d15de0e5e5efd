import type { Arena } from "./arena.ts";
import type { Node } from "./node.ts";

/** All nodes of some diagrams, each once and behind the nodes below it; terminals included. */
export function nodesBelow(arena: Arena, roots: Iterable<Node>): readonly Node[] {
  const seen = new Uint8Array(arena.nodeCount);
  const found: Node[] = [];
  const visit = (node: Node): void => {
    if (seen[node] === 1) return;
    seen[node] = 1;
    if (!arena.isTerminal(node)) {
      visit(arena.low(node));
      visit(arena.high(node));
    }
    found.push(node);
  };
  for (const root of roots) visit(root);
  return found;
}

/** How many nodes some diagrams have together, terminals included. */
export function nodeCount(arena: Arena, ...roots: readonly Node[]): number {
  return nodesBelow(arena, roots).length;
}

/** Levels of the variables that the diagrams depend on, ascending. */
export function support(arena: Arena, ...roots: readonly Node[]): readonly number[] {
  const levels = new Set<number>();
  for (const node of nodesBelow(arena, roots))
    if (!arena.isTerminal(node)) levels.add(arena.level(node));
  return [...levels].sort((a, b) => a - b);
}

/** The numbers that the diagram has as terminals, ascending. */
export function terminals(arena: Arena, root: Node): readonly number[] {
  return nodesBelow(arena, [root])
    .filter((node) => arena.isTerminal(node))
    .map((node) => arena.value(node))
    .sort((a, b) => a - b);
}
