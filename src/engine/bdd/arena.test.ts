import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arena } from "./arena.ts";
import { type Assignment, FALSE, TRUE } from "./node.ts";
import {
  anyAssignment,
  anyLevels,
  anyMap,
  anySet,
  bitOf,
  fromTable,
  ROWS,
  type TruthTable,
  tabulate,
  toTable,
  withBit,
} from "./truthTable.ts";

/** Holds one operation against the same one row by row. */
function agrees(
  tables: readonly fc.Arbitrary<TruthTable>[],
  operate: (arena: Arena, ...roots: number[]) => number,
  byRow: (...values: number[]) => number,
): void {
  fc.assert(
    fc.property(fc.tuple(...tables), (operands) => {
      const arena = new Arena();
      const root = operate(arena, ...operands.map((table) => fromTable(arena, table)));
      const expected = tabulate((row) => byRow(...operands.map((table) => table[row] ?? 0)));
      expect(toTable(arena, root)).toEqual(expected);
    }),
  );
}

/** The row as it is after the assignment. */
function assigned(row: number, assignment: Assignment): number {
  return [...assignment].reduce((to, [level, isSet]) => withBit(to, level, isSet), row);
}

describe("operations agree with truth tables", () => {
  it("not", () =>
    agrees(
      [anySet],
      (arena, a = 0) => arena.not(a),
      (a = 0) => 1 - a,
    ));
  it("and", () =>
    agrees(
      [anySet, anySet],
      (arena, a = 0, b = 0) => arena.and(a, b),
      (a = 0, b = 0) => a & b,
    ));
  it("and keeps other terminals inside a set, from either side", () => {
    agrees(
      [anySet, anyMap],
      (arena, a = 0, b = 0) => arena.and(a, b),
      (a = 0, b = 0) => a * b,
    );
    agrees(
      [anyMap, anySet],
      (arena, a = 0, b = 0) => arena.and(a, b),
      (a = 0, b = 0) => a * b,
    );
  });
  it("intersects, without a new node", () =>
    agrees(
      [anySet, anySet],
      (arena, a = 0, b = 0) => {
        const count = arena.nodeCount;
        const meets = arena.intersects(a, b);
        expect(arena.nodeCount).toBe(count);
        expect(arena.intersects(b, a)).toBe(meets);
        return arena.and(a, b) === 0 ? (meets ? 1 : 0) : meets ? arena.and(a, b) : 0;
      },
      (a = 0, b = 0) => a & b,
    ));
  it("or", () =>
    agrees(
      [anySet, anySet],
      (arena, a = 0, b = 0) => arena.or(a, b),
      (a = 0, b = 0) => a | b,
    ));
  it("xor", () =>
    agrees(
      [anySet, anySet],
      (arena, a = 0, b = 0) => arena.xor(a, b),
      (a = 0, b = 0) => a ^ b,
    ));
  it("difference", () =>
    agrees(
      [anyMap, anySet],
      (arena, a = 0, b = 0) => arena.difference(a, b),
      (a = 0, b = 0) => (b === 1 ? 0 : a),
    ));
  it("orElse", () =>
    agrees(
      [anyMap, anyMap],
      (arena, a = 0, b = 0) => arena.orElse(a, b),
      (a = 0, b = 0) => (a === 0 ? b : a),
    ));
  it("ite", () =>
    agrees(
      [anySet, anyMap, anyMap],
      (arena, guard = 0, a = 0, b = 0) => arena.ite(guard, a, b),
      (guard = 0, a = 0, b = 0) => (guard === 1 ? a : b),
    ));
  it("ite of a guard that comes again in a branch", () =>
    agrees(
      [anySet, anyMap],
      (arena, guard = 0, a = 0) => arena.ite(guard, guard, arena.ite(guard, a, guard)),
      (guard = 0) => guard,
    ));
  it("apply", () =>
    agrees(
      [anyMap, anyMap],
      (arena, a = 0, b = 0) =>
        arena.apply(
          arena.defineOperation((x, y) => 5 * x + y),
          a,
          b,
        ),
      (a = 0, b = 0) => 5 * a + b,
    ));
  it("apply with a result for equal operands", () =>
    agrees(
      [anyMap, anyMap],
      (arena, a = 0, b = 0) =>
        arena.apply(
          arena.defineOperation((x, y) => (x === y ? 0 : 5 * x + y), FALSE),
          a,
          b,
        ),
      (a = 0, b = 0) => (a === b ? 0 : 5 * a + b),
    ));
  it("apply where one terminal of the first decides, and another does not", () =>
    agrees(
      [anyMap, anyMap],
      (arena, a = 0, b = 0) => {
        const decides = (x: number) => (x === 1 ? "second" : x === 2 ? "first" : null);
        const combine = (x: number, y: number) => (x === 1 ? y : x === 2 ? x : 5 * x + y);
        return arena.apply(arena.defineOperation(combine, null, decides), a, b);
      },
      (a = 0, b = 0) => (a === 1 ? b : a === 2 ? a : 5 * a + b),
    ));
  it("mapTerminals", () =>
    agrees(
      [anyMap],
      (arena, a = 0) => arena.mapTerminals(a, (value) => 3 - value),
      (a = 0) => 3 - a,
    ));
  it("where", () =>
    agrees(
      [anyMap],
      (arena, a = 0) => arena.where(a, (value) => value > 1),
      (a = 0) => Number(a > 1),
    ));
});

describe("variables", () => {
  it("restrict is the cofactor", () => {
    fc.assert(
      fc.property(anyMap, anyAssignment, (table, assignment) => {
        const arena = new Arena();
        const root = arena.restrict(fromTable(arena, table), assignment);
        expect(toTable(arena, root)).toEqual(
          tabulate((row) => table[assigned(row, assignment)] ?? 0),
        );
      }),
    );
  });

  it("exists is the union over the values of the variables", () => {
    fc.assert(
      fc.property(anySet, anyLevels, (table, levels) => {
        const arena = new Arena();
        const root = arena.exists(fromTable(arena, table), levels);
        const union = levels.reduce<TruthTable>(
          (so, level) =>
            tabulate((row) =>
              Math.max(so[withBit(row, level, false)] ?? 0, so[withBit(row, level, true)] ?? 0),
            ),
          table,
        );
        expect(toTable(arena, root)).toEqual(union);
      }),
    );
  });

  it("setBits is the image of writing the values", () => {
    fc.assert(
      fc.property(anySet, anyAssignment, (table, assignment) => {
        const arena = new Arena();
        const root = arena.setBits(fromTable(arena, table), assignment);
        const image = new Set(rowsOf(table).map((row) => assigned(row, assignment)));
        expect(toTable(arena, root)).toEqual(tabulate((row) => Number(image.has(row))));
      }),
    );
  });

  it("substitute is the pre-image of giving bits the values of functions", () => {
    fc.assert(
      fc.property(anyMap, anySet, anySet, (table, first, last) => {
        const arena = new Arena();
        const functions = new Map([
          [0, fromTable(arena, first)],
          [5, fromTable(arena, last)],
        ]);
        const root = arena.substitute(fromTable(arena, table), functions);
        const rowAfter = (row: number): number =>
          withBit(withBit(row, 0, first[row] === 1), 5, last[row] === 1);
        expect(toTable(arena, root)).toEqual(tabulate((row) => table[rowAfter(row)] ?? 0));
      }),
    );
  });

  it("cube is the conjunction of the values", () => {
    fc.assert(
      fc.property(anyAssignment, (assignment) => {
        const arena = new Arena();
        const holds = (row: number): boolean =>
          [...assignment].every(([level, isSet]) => bitOf(row, level) === isSet);
        expect(toTable(arena, arena.cube(assignment))).toEqual(
          tabulate((row) => Number(holds(row))),
        );
      }),
    );
  });
});

describe("roots", () => {
  it("are equal exactly when their functions are", () => {
    fc.assert(
      fc.property(anyMap, anyMap, (a, b) => {
        const arena = new Arena();
        expect(fromTable(arena, a) === fromTable(arena, b)).toBe(a.join() === b.join());
      }),
    );
  });

  it("stay the same while the tables grow", () => {
    const arena = new Arena();
    const variables = Array.from({ length: 3000 }, (_, level) => arena.variable(level));
    expect(variables.map((_, level) => arena.variable(level))).toEqual(variables);
    expect(arena.nodeCount).toBe(3002);
  });

  it("of terminals hold any number, and 0 and 1 are the empty and the full set", () => {
    const arena = new Arena();
    expect([arena.terminal(0), arena.terminal(1)]).toEqual([FALSE, TRUE]);
    expect(arena.value(arena.terminal(70_000))).toBe(70_000);
    expect(arena.terminal(70_000)).toBe(arena.terminal(70_000));
  });

  it("of two decisions cannot be joined by set operations", () => {
    const arena = new Arena();
    expect(() => arena.and(arena.terminal(2), arena.terminal(3))).toThrow("terminals");
  });
});

/** Rows where the table is 1. */
function rowsOf(table: TruthTable): readonly number[] {
  return Array.from({ length: ROWS }, (_, row) => row).filter((row) => table[row] === 1);
}
