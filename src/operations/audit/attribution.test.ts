import { expect, test } from "vitest";
import { Attribution } from "./attribution.ts";
import type { OwnWork } from "./who.ts";

test("nothing is our own work before there is any", () => {
  expect(new Attribution().at(0)).toBeNull();
});

test("what comes while a change is applied, and shortly behind it, is the change's", () => {
  const attribution = new Attribution();
  const work: OwnWork = { kind: "change", change: 7 };
  attribution.set(work, 1_000);
  expect(attribution.at(5_000)).toBe(work);
  attribution.set(null, 6_000);
  expect([attribution.at(6_500), attribution.at(6_501)]).toEqual([work, null]);
});
