import fc from "fast-check";
import { expect, test } from "vitest";
import { editsBetween, hunksBetween, linesOf, withEdits } from "./lines.ts";

const FEW_LINES = fc.array(fc.constantFrom("a", "b", "c", "", "d"), { maxLength: 12 });

test("edits make the one text out of the other", () => {
  fc.assert(
    fc.property(FEW_LINES, FEW_LINES, (from, to) => {
      const files = new Map([["f", from.join("\n")]]);
      const wanted = new Map([["f", to.join("\n")]]);
      expect(withEdits(files, editsBetween(files, wanted))).toEqual(wanted);
    }),
  );
});

test("a line that moves through a long file is two edits", () => {
  const lines = Array.from({ length: 3000 }, (_, i) => `rule ${i}`);
  const moved = [...lines.slice(1), "rule 0"];
  expect(hunksBetween(lines, moved)).toEqual([
    { at: 0, gone: ["rule 0"], came: [] },
    { at: 3000, gone: [], came: ["rule 0"] },
  ]);
});

test("a line that changes counts once", () => {
  const edits = editsBetween(new Map([["f", "a\nb"]]), new Map([["f", "a\nc"]]));
  expect(edits).toEqual([{ file: "f", line: 2, endLine: 2, text: "c", was: "b" }]);
  expect(linesOf(edits)).toBe(1);
});
