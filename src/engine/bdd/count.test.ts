import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arena } from "./arena.ts";
import { densities, satisfyingCount } from "./count.ts";
import { FALSE, TRUE } from "./node.ts";
import { anyMap, anySet, fromTable, LEVELS, ROWS } from "./truthTable.ts";

describe("satisfyingCount", () => {
  it("counts the rows that do not end in 0", () => {
    fc.assert(
      fc.property(anyMap, (table) => {
        const arena = new Arena();
        const count = satisfyingCount(arena, fromTable(arena, table), LEVELS);
        expect(count).toBe(BigInt(table.filter((value) => value !== 0).length));
      }),
    );
  });

  it("counts variables that the set does not depend on, in any order given", () => {
    const arena = new Arena();
    expect(satisfyingCount(arena, arena.variable(7), [9, 7, 3])).toBe(4n);
    expect(satisfyingCount(arena, arena.variable(7), [7])).toBe(1n);
  });

  it("is exact where doubles are not", () => {
    const arena = new Arena();
    const levels = Array.from({ length: 300 }, (_, level) => level);
    const allButOne = arena.not(arena.cube(new Map(levels.map((level) => [level, true]))));
    expect(satisfyingCount(arena, allButOne, levels)).toBe(2n ** 300n - 1n);
  });

  it("counts everything and nothing", () => {
    const arena = new Arena();
    expect(satisfyingCount(arena, TRUE, LEVELS)).toBe(BigInt(ROWS));
    expect(satisfyingCount(arena, FALSE, LEVELS)).toBe(0n);
  });

  it("refuses a set that depends on a variable which is not counted", () => {
    const arena = new Arena();
    expect(() => satisfyingCount(arena, arena.variable(7), [6])).toThrow("not counted");
  });
});

describe("densities", () => {
  it("are the counts as shares of all rows", () => {
    fc.assert(
      fc.property(anySet, (table) => {
        const arena = new Arena();
        const root = fromTable(arena, table);
        const share = Number(satisfyingCount(arena, root, LEVELS)) / ROWS;
        expect(densities(arena, root).get(root)).toBe(share);
      }),
    );
  });
});
