import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arena } from "./arena.ts";
import { differencePairs } from "./differencePairs.ts";
import { FALSE } from "./node.ts";
import { anyMap, fromTable, tabulate, toTable } from "./truthTable.ts";

describe("differencePairs", () => {
  it("gives the rows of each pair of different terminals", () => {
    fc.assert(
      fc.property(anyMap, anyMap, (before, after) => {
        const arena = new Arena();
        const pairs = differencePairs(arena, fromTable(arena, before), fromTable(arena, after));
        const keys = new Set(
          before.flatMap((a, row) => (a === after[row] ? [] : [`${a} ${after[row]}`])),
        );
        expect(new Set(pairs.map((pair) => `${pair.before} ${pair.after}`))).toEqual(keys);
        expect(pairs.length).toBe(keys.size);
        for (const pair of pairs)
          expect(toTable(arena, pair.region)).toEqual(
            tabulate((row) => Number(before[row] === pair.before && after[row] === pair.after)),
          );
      }),
    );
  });

  it("finds nothing in two equal diagrams", () => {
    const arena = new Arena();
    expect(differencePairs(arena, arena.variable(3), arena.variable(3))).toEqual([]);
  });

  it("costs what differs and not what is shared", () => {
    const arena = new Arena();
    let shared = FALSE;
    for (let pair = 1; pair <= 10; pair++)
      shared = arena.or(shared, arena.and(arena.variable(pair), arena.variable(10 + pair)));
    const after = arena.ite(arena.variable(0), arena.terminal(2), shared);
    const made = arena.nodeCount;
    const [first] = differencePairs(arena, arena.ite(arena.variable(0), FALSE, shared), after);
    expect(first).toEqual({ before: 0, after: 2, region: arena.variable(0) });
    expect(arena.nodeCount - made).toBeLessThan(5);
  });
});
