import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arena } from "./arena.ts";
import { copyRoots } from "./copyRoots.ts";
import { nodeCount } from "./nodesBelow.ts";
import { anyMap, fromTable, toTable } from "./truthTable.ts";

describe("copyRoots", () => {
  it("keeps the functions and leaves forgotten nodes behind", () => {
    fc.assert(
      fc.property(anyMap, anyMap, anyMap, (a, b, forgotten) => {
        const from = new Arena();
        const to = new Arena();
        const roots = [a, forgotten, b].map((table) => fromTable(from, table));
        const [first = 0, , last = 0] = roots;
        const copies = copyRoots(from, [first, last], to);
        expect(copies.map((copy) => toTable(to, copy))).toEqual([a, b]);
        // The two terminals of every arena count whether used or not.
        expect(to.nodeCount).toBeLessThanOrEqual(nodeCount(from, first, last) + 2);
      }),
    );
  });

  it("finds the nodes that are there already", () => {
    const from = new Arena();
    const to = new Arena();
    const there = to.xor(to.variable(1), to.variable(2));
    const made = to.nodeCount;
    expect(copyRoots(from, [from.xor(from.variable(1), from.variable(2))], to)).toEqual([there]);
    expect(to.nodeCount).toBe(made);
  });

  it("can move variables", () => {
    const from = new Arena();
    const to = new Arena();
    const moved = copyRoots(from, [from.variable(1)], to, (level) => level + 10);
    expect(moved).toEqual([to.variable(11)]);
  });
});
