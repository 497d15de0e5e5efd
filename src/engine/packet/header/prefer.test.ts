import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arena, FALSE } from "../../bdd/index.ts";
import { anySet, fromTable, VARIABLES } from "../../bdd/truthTable.ts";
import { pickByDiagrams, pickWished } from "./prefer.ts";

const LAST_LEVEL = VARIABLES - 1;

const values = fc
  .array(fc.tuple(fc.nat(LAST_LEVEL), fc.boolean()), { maxLength: 3 })
  .map((pairs) => new Map(pairs));
const wish = fc.record({
  when: fc.option(fc.array(values, { minLength: 1, maxLength: 2 })),
  want: values,
});

describe("pickWished", () => {
  it("picks by values the very packet that diagrams pick", () => {
    fc.assert(
      fc.property(anySet, fc.array(wish, { maxLength: 8 }), (table, wished) => {
        const arena = new Arena();
        const set = fromTable(arena, table);
        fc.pre(set !== FALSE);
        expect(pickWished(arena, set, wished)).toEqual(pickByDiagrams(arena, set, wished));
      }),
      { numRuns: 1_000 },
    );
  });
});
