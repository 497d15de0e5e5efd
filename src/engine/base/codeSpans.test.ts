import { expect, test } from "vitest";
import { piecesOf } from "./codeSpans.ts";

const shown = (text: string) =>
  piecesOf(text).map(({ isCode, text: piece }) => (isCode ? `<${piece}>` : piece));

test.each([
  ["made by `nft`; likely by Ana", ["made by ", "<nft>", "; likely by Ana"]],
  ["`fw1` cannot be read: `ssh` failed", ["<fw1>", " cannot be read: ", "<ssh>", " failed"]],
  ["nothing special", ["nothing special"]],
  ["", []],
  ["one ` alone", ["one ` alone"]],
  ["empty `` is none", ["empty `` is none"]],
  ["not over\n`lines\nof` a log", ["not over\n`lines\nof` a log"]],
  ["<b>`<i>`</b>", ["<b>", "<<i>>", "</b>"]],
])("what stands between backticks is code: %s", (text, pieces) => {
  expect(shown(text)).toEqual(pieces);
});
