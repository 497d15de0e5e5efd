import type { DiffAnswer, DiffClass } from "../../../engine/answer/diff.ts";
import { becomingOf } from "../../../engine/answer/diffGroups.ts";
import { adviceOf } from "../../advice.ts";
import { type Style, shown } from "./style.ts";
import { wrapped } from "./wrapped.ts";

/** Pieces of advice that are printed. */
const MAXIMUM_SHOWN = 5;

/** What to do about what closes and opens: once for each line, however many classes it decides. */
export function whatToDo({ classes }: DiffAnswer, { width }: Style): readonly string[] {
  const surely = classes.filter((one) => ["close", "open"].includes(becomingOf(one)));
  const pieces = [...new Set(surely.map((one) => `${placeText(one)}${adviceOf(one)}`))];
  if (pieces.length === 0) return [];
  const lines = pieces
    .slice(0, MAXIMUM_SHOWN)
    .map((piece) => `  ${wrapped(piece, width - 2).replaceAll("\n", "\n  ")}`);
  return [["What to do:", ...lines].join("\n")];
}

function placeText({ after }: DiffClass): string {
  return after.by !== null && "rule" in after.by
    ? `${shown(after.by.rule.file)}:${after.by.rule.line}: `
    : "";
}
