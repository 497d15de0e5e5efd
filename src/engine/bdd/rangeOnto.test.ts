import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Range } from "../base/range.ts";
import { Arena, FALSE, intervalMap, TRUE } from "./index.ts";
import { rangeOnto } from "./rangeOnto.ts";

/** Levels of a field of that width, with gaps, before the level 1,000. */
const fieldOf = (width: number) => Array.from({ length: width }, (_, i) => 3 + 2 * i);

/** Widths on both sides of the ends of words; 130 is wider than any address. */
const WIDTHS = [1, 2, 7, 16, 31, 32, 33, 48, 64, 65, 96, 127, 128, 130] as const;

/** Ends of all sizes: of a few bits, close to each other, beyond the width. */
const endsOf = (width: number) => {
  const end = fc.bigInt(0n, (1n << BigInt(width + 1)) - 1n);
  const near = fc.bigInt(0n, 3n);
  return fc.tuple(end, fc.oneof(end, near, fc.constant(0n)), fc.nat(width)).map(([a, b, shift]) => {
    const from = (a >> BigInt(shift)) << BigInt(shift);
    const other = b < 4n ? from + b : b;
    return from < other ? { from, to: other } : { from: other, to: from };
  });
};

/** The same set by the way that takes any number of ranges. */
const withSteps = (arena: Arena, field: readonly number[], range: Range) =>
  intervalMap(arena, field, [{ range, node: TRUE }]);

describe("a range put onto a diagram", () => {
  it("is the diagram within the range, for any width", () => {
    const width = fc.constantFrom(...WIDTHS);
    const asked = width.chain((w) => fc.tuple(fc.constant(w), endsOf(w)));
    fc.assert(
      fc.property(asked, fc.constantFrom(0, 1, 2, 3), ([bits, range], which) => {
        const arena = new Arena();
        const field = fieldOf(bits);
        const some = arena.variable(1_000);
        const below = [FALSE, TRUE, arena.terminal(7), arena.ite(some, arena.terminal(5), TRUE)];
        const node = below[which] ?? TRUE;
        const long = arena.and(withSteps(arena, field, range), node);
        expect(rangeOnto(arena, field, range, node)).toBe(long);
      }),
      { numRuns: 2_000 },
    );
  });

  it("holds for every value of a narrow field", () => {
    const arena = new Arena();
    for (let from = 0n; from < 9n; from++)
      for (let to = from; to < 10n; to++)
        expect(rangeOnto(arena, fieldOf(3), { from, to }, TRUE)).toBe(
          withSteps(arena, fieldOf(3), { from, to }),
        );
  });

  it("makes no more nodes than it has", () => {
    const arena = new Arena();
    const before = arena.nodeCount;
    rangeOnto(arena, fieldOf(32), { from: 0x0a00_0000n, to: 0x0aff_ffffn }, TRUE);
    expect(arena.nodeCount - before).toBe(8);
  });

  it("refuses a range that ends before it begins", () => {
    const put = (width: number) =>
      rangeOnto(new Arena(), fieldOf(width), { from: 3n, to: 1n }, TRUE);
    expect(() => put(8)).toThrow("sorted");
    expect(() => put(48)).toThrow("sorted");
    /* No value of it fits. */
    expect(put(1)).toBe(FALSE);
  });

  it("refuses a diagram that tests the field itself, or what is before it", () => {
    const arena = new Arena();
    const put = (level: number) =>
      rangeOnto(arena, [3, 5], { from: 1n, to: 1n }, arena.variable(level));
    expect(() => put(5)).toThrow("below the field");
    expect(() => put(1)).toThrow("below the field");
    expect(put(6)).not.toBe(FALSE);
  });
});
