import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Range } from "../base/range.ts";
import { Arena } from "./arena.ts";
import { type Box, boxSet } from "./boxes.ts";
import { fieldAssignment } from "./field.ts";
import { FALSE, TRUE } from "./node.ts";
import { evaluate } from "./pick.ts";

const WIDTH = 4;
const anyRange: fc.Arbitrary<Range> = fc.tuple(fc.nat(15), fc.nat(15)).map(([a, b]) => ({
  from: BigInt(Math.min(a, b)),
  to: BigInt(Math.max(a, b)),
}));
const anyPoint: fc.Arbitrary<Range> = fc
  .bigInt(0n, 15n)
  .map((value) => ({ from: value, to: value }));
const anyBox: fc.Arbitrary<Box> = fc.tuple(fc.oneof(anyRange, anyPoint), anyRange);

/** Where the two fields lie among the variables. */
const PLACES: readonly (readonly [string, readonly (readonly number[])[]])[] = [
  [
    "in order",
    [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ],
  ],
  [
    "the other way round",
    [
      [4, 5, 6, 7],
      [0, 1, 2, 3],
    ],
  ],
  [
    "interleaved",
    [
      [0, 2, 4, 6],
      [1, 3, 5, 7],
    ],
  ],
];

describe("boxSet", () => {
  for (const [name, fields] of PLACES)
    it(`holds the packets of the boxes and no others, fields ${name}`, () => {
      fc.assert(
        fc.property(fc.array(anyBox, { maxLength: 12 }), (boxes) => {
          const arena = new Arena();
          const set = boxSet(arena, fields, boxes);
          for (let row = 0; row < 256; row++) {
            const values = [BigInt(row >> WIDTH), BigInt(row & 15)];
            const assignment = new Map(
              fields.flatMap((field, i) => [...fieldAssignment(field, values[i] ?? 0n)]),
            );
            const isIn = boxes.some((box) =>
              box.every(({ from, to }, i) => from <= (values[i] ?? 0n) && (values[i] ?? 0n) <= to),
            );
            expect(evaluate(arena, set, assignment)).toBe(Number(isIn));
          }
        }),
      );
    });

  it("of no box is empty, of a box without fields everything", () => {
    expect(boxSet(new Arena(), [[0, 1]], [])).toBe(FALSE);
    expect(boxSet(new Arena(), [], [[]])).toBe(TRUE);
  });

  it("refuses a box that lacks a field", () => {
    expect(() => boxSet(new Arena(), [[0, 1]], [[]])).toThrow("no range for field 0");
  });
});
