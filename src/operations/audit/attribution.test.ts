import { expect, test } from "vitest";
import { Attribution } from "./attribution.ts";
import { type OwnWork, whoText } from "./who.ts";

test("nothing is our own work before there is any", () => {
  expect(new Attribution().at(0)).toBeNull();
});

test("what comes while a change is applied, and shortly behind it, is the change's", () => {
  const attribution = new Attribution();
  const work: OwnWork = { kind: "change", change: 7 };
  const end = attribution.begin(work);
  expect(attribution.at(5_000)).toBe(work);
  end(6_000);
  expect([attribution.at(6_500), attribution.at(6_501)]).toEqual([work, null]);
});

test("the end of one work is the end of no other", () => {
  const attribution = new Attribution();
  const change: OwnWork = { kind: "change", change: 7 };
  const undo: OwnWork = { kind: "undo", incident: 1, login: "ana" };
  const endChange = attribution.begin(change);
  const endUndo = attribution.begin(undo);
  expect(attribution.at(1_000)).toBe(undo);
  endUndo(2_000);
  endUndo(3_000);
  expect(attribution.at(9_000)).toBe(change);
  endChange(9_000);
  expect(attribution.at(9_501)).toBeNull();
});

test("a change that was approved alone is named as such, wherever it is told as a cause", () => {
  expect(whoText({ kind: "change", change: 7 })).toBe("change 7");
  expect(whoText({ kind: "change", change: 7, isAlone: true })).toBe(
    "change 7, approved alone by who wrote it (not four eyes)",
  );
});
