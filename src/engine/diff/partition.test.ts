import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Arena, FALSE, fieldAssignment, type Node } from "../bdd/index.ts";
import { partition } from "./partition.ts";

/* Six variables; the field has three of them, and every value of it is put in one by one. */

const LEVELS = 6;

/** A diagram of all six variables from its truth table. */
function fromTable(arena: Arena, table: readonly boolean[], level = 0): Node {
  if (level === LEVELS) return arena.terminal(table[0] === true ? 1 : 0);
  const half = table.length / 2;
  const low = fromTable(arena, table.slice(0, half), level + 1);
  return arena.make(level, low, fromTable(arena, table.slice(half), level + 1));
}

const tables = fc.array(fc.boolean(), { minLength: 2 ** LEVELS, maxLength: 2 ** LEVELS });
/* Few variables that matter, so that pieces are longer than one value. */
const sparse = fc
  .tuple(tables, fc.integer({ min: 0, max: 2 ** LEVELS - 1 }))
  .map(([table, mask]) => table.map((_, i) => table[i & mask] === true));

describe.each([
  ["above everything else", [0, 1, 2]],
  ["below everything else", [3, 4, 5]],
  ["between other variables", [1, 2, 4]],
  ["out of order", [4, 1, 3]],
])("the variables of the field lie %s", (_, levels) => {
  test("each value is in the part that it leaves, and nowhere else", () => {
    fc.assert(
      fc.property(fc.oneof(tables, sparse), (table) => {
        const arena = new Arena();
        const set = fromTable(arena, table);
        const parts = partition(arena, set, levels);
        for (let value = 0n; value < 8n; value++) {
          const rest = arena.restrict(set, fieldAssignment(levels, value));
          const holding = parts?.filter(({ ranges }) =>
            ranges.some(({ from, to }) => from <= value && value <= to),
          );
          expect(holding?.map((part) => part.rest)).toEqual(rest === FALSE ? [] : [rest]);
        }
        expect(new Set(parts?.map(({ rest }) => rest)).size).toBe(parts?.length);
      }),
    );
  });
});

test("a field of alternating values has too many pieces", () => {
  const arena = new Arena();
  const levels = Array.from({ length: 12 }, (_, i) => i);
  expect(partition(arena, arena.variable(11), levels)).toBeNull();
});
