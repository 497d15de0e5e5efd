import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Range } from "../base/range.ts";
import { Arena } from "./arena.ts";
import { satisfyingCount } from "./count.ts";
import { fieldAssignment, fieldEquals, fieldInRange, fieldMasked, fieldValue } from "./field.ts";
import { intervalMap, intervalSet } from "./intervals.ts";
import { FALSE, TRUE } from "./node.ts";
import { evaluate } from "./pick.ts";

/** Levels with gaps: other fields lie in between. */
const FIELD = [0, 1, 3, 4, 7, 8, 9];
const VALUES = 2 ** FIELD.length;
const LOWEST = 20;

/** Sorted and disjoint, some of them touching, the last ones beyond the field. */
const anyRanges: fc.Arbitrary<readonly Range[]> = fc
  .uniqueArray(fc.nat(VALUES + 5), { maxLength: 20 })
  .map((values) => {
    const sorted = values.sort((a, b) => a - b);
    return sorted.flatMap((from, i) => {
      const to = sorted[i + 1];
      return i % 2 === 0 && to !== undefined ? [{ from: BigInt(from), to: BigInt(to) }] : [];
    });
  });

function holds(ranges: readonly Range[], value: number): boolean {
  return ranges.some(({ from, to }) => from <= BigInt(value) && BigInt(value) <= to);
}

/** What the diagram gives for each value of the field. */
function byValue(arena: Arena, root: number): readonly number[] {
  return Array.from({ length: VALUES }, (_, value) =>
    evaluate(arena, root, fieldAssignment(FIELD, BigInt(value))),
  );
}

function expected(of: (value: number) => number): readonly number[] {
  return Array.from({ length: VALUES }, (_, value) => of(value));
}

describe("intervalSet", () => {
  it("holds the values of the ranges and no others", () => {
    fc.assert(
      fc.property(anyRanges, (ranges) => {
        const arena = new Arena();
        const set = intervalSet(arena, FIELD, ranges);
        expect(byValue(arena, set)).toEqual(expected((value) => Number(holds(ranges, value))));
      }),
    );
  });

  it("does not depend on how ranges are cut", () => {
    fc.assert(
      fc.property(anyRanges, (ranges) => {
        const arena = new Arena();
        const single = ranges.flatMap(({ from, to }) =>
          Array.from({ length: Number(to - from) + 1 }, (_, i) => ({
            from: from + BigInt(i),
            to: from + BigInt(i),
          })),
        );
        expect(intervalSet(arena, FIELD, single)).toBe(intervalSet(arena, FIELD, ranges));
      }),
    );
  });

  for (const width of [1, 31, 32, 33, 48, 63, 64, 65, 96, 127, 128, 130])
    it(`counts right at the edges of ${width} bits`, () => {
      const arena = new Arena();
      const field = Array.from({ length: width }, (_, level) => level);
      const last = (1n << BigInt(width)) - 1n;
      const count = (ranges: readonly Range[]): bigint =>
        satisfyingCount(arena, intervalSet(arena, field, ranges), field);
      expect(count([{ from: 0n, to: last }])).toBe(last + 1n);
      expect(count([{ from: 1n, to: last }])).toBe(last);
      expect(count([{ from: last, to: last }])).toBe(1n);
      expect(count([{ from: last + 1n, to: last + 9n }])).toBe(0n);
      if (width > 1)
        expect(
          count([
            { from: 0n, to: 0n },
            { from: last / 2n, to: last / 2n + 1n },
          ]),
        ).toBe(3n);
    });

  it("is a value of the field in wide fields too", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, (1n << 128n) - 1n), fc.bigInt(0n, (1n << 128n) - 1n), (a, b) => {
        const arena = new Arena();
        const field = Array.from({ length: 128 }, (_, level) => level);
        const set = fieldEquals(arena, field, a);
        expect(set).toBe(arena.cube(fieldAssignment(field, a)));
        expect(evaluate(arena, set, fieldAssignment(field, b))).toBe(Number(a === b));
        const [from, to] = a < b ? [a, b] : [b, a];
        const range = fieldInRange(arena, field, { from, to });
        expect(satisfyingCount(arena, range, field)).toBe(to - from + 1n);
      }),
    );
  });

  it("makes no node for content that it has seen", () => {
    const arena = new Arena();
    const ranges = [1n, 5n, 77n].map((value) => ({ from: value, to: value }));
    const set = intervalSet(arena, FIELD, ranges);
    const made = arena.nodeCount;
    expect(intervalSet(arena, FIELD, [...ranges])).toBe(set);
    expect(arena.nodeCount).toBe(made);
    expect(intervalSet(arena, FIELD.slice(1), ranges.slice(0, 2))).not.toBe(set);
  });

  it("of nothing is empty, of a field without bits everything", () => {
    const arena = new Arena();
    expect(intervalSet(arena, FIELD, [])).toBe(FALSE);
    expect(intervalSet(arena, [], [{ from: 0n, to: 0n }])).toBe(TRUE);
  });

  it("refuses ranges that are not sorted or not disjoint", () => {
    const arena = new Arena();
    const of = (...pairs: readonly (readonly [bigint, bigint])[]) =>
      intervalSet(
        arena,
        FIELD,
        pairs.map(([from, to]) => ({ from, to })),
      );
    expect(() => of([5n, 9n], [1n, 2n])).toThrow("sorted");
    expect(() => of([5n, 9n], [9n, 12n])).toThrow("disjoint");
    expect(() => of([9n, 5n])).toThrow("sorted");
    expect(() => of([5n, 9n], [10n, 12n])).not.toThrow();
  });
});

describe("intervalMap", () => {
  it("holds what each range is mapped to, and the rest elsewhere", () => {
    fc.assert(
      fc.property(anyRanges, fc.nat(3), (ranges, otherwise) => {
        const arena = new Arena();
        const entries = ranges.map((range, i) => ({ range, node: arena.terminal(i % 4) }));
        const root = intervalMap(arena, FIELD, entries, arena.terminal(otherwise));
        const valueAt = (value: number): number => {
          const index = ranges.findIndex((range) => holds([range], value));
          return index < 0 ? otherwise : index % 4;
        };
        expect(byValue(arena, root)).toEqual(expected(valueAt));
      }),
    );
  });

  it("maps to diagrams that lie below the field, and to no others", () => {
    const arena = new Arena();
    const range = { from: 3n, to: 9n };
    const below = arena.variable(LOWEST);
    expect(intervalMap(arena, FIELD, [{ range, node: below }])).toBe(
      arena.and(intervalSet(arena, FIELD, [range]), below),
    );
    const above = arena.variable(2);
    expect(() => intervalMap(arena, FIELD, [{ range, node: above }])).toThrow("below");
  });
});

describe("fieldMasked", () => {
  it("compares the bits of the mask alone, holes included", () => {
    fc.assert(
      fc.property(fc.nat(VALUES - 1), fc.nat(VALUES - 1), (value, mask) => {
        const arena = new Arena();
        const set = fieldMasked(arena, FIELD, BigInt(value), BigInt(mask));
        expect(byValue(arena, set)).toEqual(
          expected((other) => Number((other & mask) === (value & mask))),
        );
      }),
    );
  });
});

describe("fieldValue", () => {
  it("reads what fieldAssignment wrote", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, BigInt(VALUES - 1)), (value) => {
        expect(fieldValue(FIELD, fieldAssignment(FIELD, value))).toBe(value);
      }),
    );
  });

  it("takes free bits as 0", () => expect(fieldValue([2, 5], new Map([[2, true]]))).toBe(2n));
});
