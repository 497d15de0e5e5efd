import { expect, test } from "vitest";
import { digestOf } from "./digest.ts";

test("other texts have other digests, and the same ones the same", () => {
  const texts = Array.from({ length: 50_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0`);
  expect(new Set(texts.map((text) => digestOf([text]))).size).toBe(texts.length);
  expect(digestOf(["a", "b"])).toBe(digestOf(["a", "b"]));
});

test.each([
  [
    ["ab", "c"],
    ["a", "bc"],
  ],
  [
    ["a", "b"],
    ["b", "a"],
  ],
  [["", "a"], ["a"]],
  [[], [""]],
])("parts and their order count: %j, %j", (one, other) => {
  expect(digestOf(one)).not.toBe(digestOf(other));
});
