import { expect, test } from "vitest";
import { Attribution } from "./attribution.ts";

test("nothing is anybody's change before one is applied", () => {
  expect(new Attribution().at(0)).toBeNull();
});

test("what comes while a change is applied, and shortly behind it, is the change's", () => {
  const attribution = new Attribution();
  attribution.set(7, 1_000);
  expect(attribution.at(5_000)).toBe(7);
  attribution.set(null, 6_000);
  expect([attribution.at(6_500), attribution.at(6_501)]).toEqual([7, null]);
});
