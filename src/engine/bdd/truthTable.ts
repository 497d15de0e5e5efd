import fc from "fast-check";
import type { Arena } from "./arena.ts";
import type { Assignment, Node } from "./node.ts";
import { evaluate } from "./pick.ts";

/** The oracle of the tests: a function of a few variables as the list of all its values. */
export type TruthTable = readonly number[];

export const VARIABLES = 7;
export const LEVELS = Array.from({ length: VARIABLES }, (_, level) => level);
export const ROWS = 2 ** VARIABLES;

/** The row's values of the variables; level 0 is the most significant bit. */
export function assignmentOf(row: number): Assignment {
  return new Map(LEVELS.map((level) => [level, bitOf(row, level)]));
}

export function bitOf(row: number, level: number): boolean {
  return ((row >> (VARIABLES - 1 - level)) & 1) === 1;
}

/** The row with one variable changed. */
export function withBit(row: number, level: number, isSet: boolean): number {
  const bit = 1 << (VARIABLES - 1 - level);
  return isSet ? row | bit : row & ~bit;
}

export function fromTable(arena: Arena, table: TruthTable): Node {
  const build = (level: number, row: number): Node => {
    if (level === VARIABLES) return arena.terminal(table[row] ?? 0);
    return arena.make(level, build(level + 1, row * 2), build(level + 1, row * 2 + 1));
  };
  return build(0, 0);
}

export function toTable(arena: Arena, root: Node): TruthTable {
  return tabulate((row) => evaluate(arena, root, assignmentOf(row)));
}

export function tabulate(value: (row: number) => number): TruthTable {
  return Array.from({ length: ROWS }, (_, row) => value(row));
}

/** Any function, and functions of few variables, which share more nodes. */
export function anyTable(maximum: number): fc.Arbitrary<TruthTable> {
  const value = fc.nat(maximum);
  const dense = fc.array(value, { minLength: ROWS, maxLength: ROWS });
  const narrow = fc
    .tuple(fc.array(value, { minLength: 8, maxLength: 8 }), fc.nat(VARIABLES - 3))
    .map(([values, shift]) => tabulate((row) => values[(row >> shift) & 7] ?? 0));
  return fc.oneof(dense, narrow);
}

export const anySet = anyTable(1);
export const anyMap = anyTable(3);
export const anyLevels = fc.uniqueArray(fc.nat(VARIABLES - 1));
export const anyAssignment: fc.Arbitrary<Assignment> = fc
  .uniqueArray(fc.tuple(fc.nat(VARIABLES - 1), fc.boolean()), { selector: ([level]) => level })
  .map((entries) => new Map(entries));
