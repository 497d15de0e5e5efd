import { expect, test } from "vitest";
import { whyText } from "./words.ts";

test("a rollback behind which something else runs is told as no plain rollback", () => {
  expect(whyText({ kind: "stuck", why: "runsOtherwise", running: "other" })).toBe(
    "rolled back, but what runs differs from the last good state: something runs that is neither what was there before nor what was loaded",
  );
  expect(whyText({ kind: "rolledBack", reason: "asked" })).toBe("somebody wanted it back");
  expect(whyText({ kind: "confirmed" })).toBeNull();
});

test("what nobody knows is told as that, with what is known all the same", () => {
  expect(whyText({ kind: "loading", isUnsure: false })).toBeNull();
  expect(whyText({ kind: "arming", isUnsure: true })).toMatch(/nothing was loaded/);
  expect(whyText({ kind: "loading", isUnsure: true })).toMatch(/takes it back by itself/);
  expect(whyText({ kind: "confirming", isUnsure: true })).toMatch(/whether it was confirmed/);
});

test("of an armed device it is told what its dead-man is", () => {
  expect(whyText({ kind: "armed" })).toMatch(/a process of its own .* systemd has no part in it/);
});

test("why a device refuses is told in its own words, too", () => {
  const refused = { kind: "refused", reason: "cannotRestore" } as const;
  expect(whyText(refused)).toBe("the device cannot promise to restore what runs");
  expect(whyText({ ...refused, said: "no room in /var" })).toBe(
    "the device cannot promise to restore what runs. The device says: no room in /var",
  );
});
