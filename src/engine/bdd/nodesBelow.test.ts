import { describe, expect, it } from "vitest";
import { Arena } from "./arena.ts";
import { TRUE } from "./node.ts";
import { nodeCount, nodesBelow, support, terminals } from "./nodesBelow.ts";

describe("nodes of a diagram", () => {
  const arena = new Arena();
  const set = arena.xor(arena.variable(2), arena.variable(9));
  const map = arena.ite(arena.variable(4), arena.terminal(6), set);

  it("come each once, behind the ones below them", () => {
    const nodes = nodesBelow(arena, [set, map, set]);
    expect(new Set(nodes).size).toBe(nodes.length);
    for (const [place, node] of nodes.entries())
      if (!arena.isTerminal(node)) {
        expect(nodes.indexOf(arena.low(node))).toBeLessThan(place);
        expect(nodes.indexOf(arena.high(node))).toBeLessThan(place);
      }
  });

  it("are counted with terminals, shared ones once", () => {
    expect(nodeCount(arena, set)).toBe(5);
    expect(nodeCount(arena, set, arena.low(set))).toBe(5);
    expect(nodeCount(arena, TRUE)).toBe(1);
  });

  it("tell the variables that the diagram depends on", () => {
    expect(support(arena, map)).toEqual([2, 4, 9]);
    expect(support(arena, TRUE)).toEqual([]);
    expect(support(arena, arena.ite(arena.variable(5), set, set))).toEqual([2, 9]);
  });

  it("tell the terminals that can come out", () => {
    expect(terminals(arena, map)).toEqual([0, 1, 6]);
    expect(terminals(arena, arena.and(arena.variable(4), map))).toEqual([0, 6]);
  });
});
