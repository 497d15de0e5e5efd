import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arena } from "./arena.ts";
import { FALSE, TRUE } from "./node.ts";
import { evaluate, hasMemberWith, pickOne, randomPicker, seededRandom } from "./pick.ts";
import { anySet, fromTable, VARIABLES } from "./truthTable.ts";

const LAST_LEVEL = VARIABLES - 1;

describe("hasMemberWith", () => {
  it("says what the cofactor says", () => {
    const values = fc.array(fc.tuple(fc.nat(LAST_LEVEL), fc.boolean()));
    fc.assert(
      fc.property(anySet, values, (table, pairs) => {
        const arena = new Arena();
        const set = fromTable(arena, table);
        const asked = new Map(pairs);
        expect(hasMemberWith(arena, set, asked)).toBe(arena.restrict(set, asked) !== FALSE);
      }),
    );
  });
});

describe("pickOne", () => {
  it("gives a member whatever the free variables are, and null exactly for the empty set", () => {
    fc.assert(
      fc.property(anySet, fc.boolean(), (table, preferred) => {
        const arena = new Arena();
        const set = fromTable(arena, table);
        const picked = pickOne(arena, set, () => preferred);
        if (picked === null) expect(set).toBe(FALSE);
        else expect(arena.implies(arena.cube(picked), set)).toBe(true);
      }),
    );
  });

  it("takes the preferred value where both are possible, and only there", () => {
    const arena = new Arena();
    const set = arena.or(arena.not(arena.variable(0)), arena.variable(1));
    expect(pickOne(arena, set, () => true)).toEqual(
      new Map([
        [0, true],
        [1, true],
      ]),
    );
    expect(pickOne(arena, set, () => false)).toEqual(new Map([[0, false]]));
    const forced = arena.and(arena.variable(0), arena.not(arena.variable(1)));
    expect(pickOne(arena, forced, (level) => level === 1)).toEqual(
      new Map([
        [0, true],
        [1, false],
      ]),
    );
  });

  it("needs no variable to pick from everything", () => {
    expect(pickOne(new Arena(), TRUE)).toEqual(new Map());
  });
});

describe("randomPicker", () => {
  it("gives members only, and null exactly for the empty set", () => {
    fc.assert(
      fc.property(anySet, fc.integer(), (table, seed) => {
        const arena = new Arena();
        const set = fromTable(arena, table);
        const picked = randomPicker(arena, set, seededRandom(seed))();
        if (picked === null) expect(set).toBe(FALSE);
        else expect(arena.implies(arena.cube(picked), set)).toBe(true);
      }),
    );
  });

  it("picks each member as often as any other", () => {
    const arena = new Arena();
    const set = arena.ite(
      arena.variable(0),
      arena.cube(
        new Map([
          [1, true],
          [2, true],
        ]),
      ),
      TRUE,
    );
    const pick = randomPicker(arena, set, seededRandom(1));
    const picked = Array.from({ length: 1000 }, () => pick());
    const withFirst = picked.filter((assignment) => assignment?.get(0) === true).length;
    expect(withFirst).toBeGreaterThan(150);
    expect(withFirst).toBeLessThan(250);
  });

  it("repeats itself with the same seed, not with another", () => {
    const arena = new Arena();
    const set = arena.xor(arena.variable(0), arena.xor(arena.variable(1), arena.variable(2)));
    const series = (seed: number): string => {
      const pick = randomPicker(arena, set, seededRandom(seed));
      return Array.from({ length: 20 }, () => JSON.stringify([...(pick() ?? [])])).join();
    };
    expect(series(1)).toBe(series(1));
    expect(series(1)).not.toBe(series(2));
  });
});

describe("evaluate", () => {
  it("takes variables that are not assigned as not set", () => {
    const arena = new Arena();
    const root = arena.ite(arena.variable(3), arena.terminal(7), arena.terminal(5));
    expect(evaluate(arena, root, new Map([[3, true]]))).toBe(7);
    expect(evaluate(arena, root, new Map())).toBe(5);
  });
});
