import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arena } from "./arena.ts";
import { isopCover, isopCoverUpTo } from "./cover.ts";
import { FALSE, type Node, TRUE } from "./node.ts";
import { balancedOr } from "./ruleTree.ts";
import { anySet, fromTable } from "./truthTable.ts";

describe("isopCover", () => {
  it("is the set, and no cube of it is superfluous", () => {
    fc.assert(
      fc.property(anySet, (table) => {
        const arena = new Arena();
        const set = fromTable(arena, table);
        const cubes = [...isopCover(arena, set)].map((cube) => arena.cube(cube));
        expect(balancedOr(arena, cubes)).toBe(set);
        for (const cube of cubes)
          expect(
            balancedOr(
              arena,
              cubes.filter((other) => other !== cube),
            ),
          ).not.toBe(set);
      }),
    );
  });

  it("lies between its bounds", () => {
    fc.assert(
      fc.property(anySet, anySet, (a, b) => {
        const arena = new Arena();
        const lower = arena.and(fromTable(arena, a), fromTable(arena, b));
        const upper = arena.or(fromTable(arena, a), fromTable(arena, b));
        const cubes = [...isopCover(arena, lower, upper)].map((cube) => arena.cube(cube));
        const union = balancedOr(arena, cubes);
        expect(arena.implies(lower, union)).toBe(true);
        expect(arena.implies(union, upper)).toBe(true);
      }),
    );
  });

  it("uses the room between its bounds", () => {
    const arena = new Arena();
    const both = arena.and(arena.variable(0), arena.variable(1));
    expect([...isopCover(arena, both, arena.variable(1))]).toEqual([new Map([[1, true]])]);
  });

  it("has no cube for nothing and the empty one for everything", () => {
    expect([...isopCover(new Arena(), FALSE)]).toEqual([]);
    expect([...isopCover(new Arena(), TRUE)]).toEqual([new Map()]);
  });

  it("refuses a set that leaves its upper bound", () => {
    const arena = new Arena();
    expect(() => [...isopCover(arena, TRUE, arena.variable(1))]).toThrow("bound");
  });
});

describe("isopCoverUpTo", () => {
  /** Parity of so many variables has 2^(n-1) cubes, none mergeable. */
  function parity(arena: Arena, variables: number): Node {
    let set: Node = FALSE;
    for (let level = 0; level < variables; level++) set = arena.xor(set, arena.variable(level));
    return set;
  }

  it("stops at the limit without working out the rest", () => {
    const arena = new Arena();
    const { cubes, rest } = isopCoverUpTo(arena, parity(arena, 200), 8);
    expect(cubes.length).toBe(8);
    expect(rest).not.toBe(FALSE);
  });

  it("leaves nothing over where the limit is just met", () => {
    const arena = new Arena();
    expect(isopCoverUpTo(arena, parity(arena, 4), 8).rest).toBe(FALSE);
    expect(isopCoverUpTo(arena, parity(arena, 4), 7).rest).not.toBe(FALSE);
  });
});
