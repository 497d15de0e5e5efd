import fc from "fast-check";
import { expect, test } from "vitest";
import { Arena } from "./arena.ts";
import { evaluate, extremesOf, FALSE, intervalSet, type Node, TRUE } from "./index.ts";

/** Another variable stands between those of the field, and one on each side. */
const FIELD = [1, 3, 4, 6];
const LEVELS = 8;

/** By trying all packets. */
function slowly(arena: Arena, set: Node) {
  const values: number[] = [];
  for (let packet = 0; packet < 2 ** LEVELS; packet++) {
    const isSet = (level: number) => ((packet >> level) & 1) === 1;
    const bits = new Map(Array.from({ length: LEVELS }, (_, level) => [level, isSet(level)]));
    if (evaluate(arena, set, bits) === 1)
      values.push(FIELD.reduce((sum, level) => sum * 2 + (isSet(level) ? 1 : 0), 0));
  }
  if (values.length === 0) return null;
  return { least: BigInt(Math.min(...values)), greatest: BigInt(Math.max(...values)) };
}

test("no packet has no value, and all have any", () => {
  const arena = new Arena();
  expect(extremesOf(arena, FALSE, FIELD)).toBeNull();
  expect(extremesOf(arena, TRUE, FIELD)).toEqual({ least: 0n, greatest: 15n });
});

test("a range lies between its ends", () => {
  const arena = new Arena();
  const set = intervalSet(arena, FIELD, [
    { from: 3n, to: 4n },
    { from: 9n, to: 11n },
  ]);
  expect(extremesOf(arena, set, FIELD)).toEqual({ least: 3n, greatest: 11n });
});

test("a set with too many nodes to look at is not told", () => {
  const arena = new Arena();
  const set = intervalSet(arena, FIELD, [{ from: 3n, to: 4n }]);
  expect(extremesOf(arena, set, FIELD, 2)).toBeNull();
  expect(extremesOf(arena, set, FIELD, 100)).toEqual({ least: 3n, greatest: 4n });
});

test("any set has the least and the greatest value that trying all packets finds", () => {
  const cube = fc.dictionary(fc.constantFrom(...Array(LEVELS).keys()).map(String), fc.boolean());
  fc.assert(
    fc.property(fc.array(cube, { maxLength: 5 }), (cubes) => {
      const arena = new Arena();
      const set = cubes.reduce<Node>((all, one) => {
        const levels = Object.entries(one).map(([level, is]) => [Number(level), is] as const);
        return arena.or(all, arena.cube(new Map(levels)));
      }, FALSE);
      expect(extremesOf(arena, set, FIELD)).toEqual(slowly(arena, set));
    }),
  );
});
