import { expect, test } from "vitest";
import { whyText } from "./words.ts";

test("a rollback behind which something else runs is told as no plain rollback", () => {
  expect(whyText({ kind: "stuck", why: "runsOtherwise", running: "other" })).toBe(
    "rolled back, but what runs differs from the last good state: something runs that is neither what was there before nor what was loaded",
  );
  expect(whyText({ kind: "rolledBack", reason: "asked" })).toBe("somebody wanted it back");
  expect(whyText({ kind: "confirmed" })).toBeNull();
});
