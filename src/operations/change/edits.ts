import type { SourceEdit } from "../../engine/answer/proof.ts";
import { longestCommon } from "../../engine/diff/longestCommon.ts";

/** Edited lines that are told; a file that is new altogether is read by itself. */
export const MAXIMUM_EDITS = 200;

/** Lines of one file that come and go. */
export function editedLines(file: string, before: string, after: string): readonly SourceEdit[] {
  const first = numbered(before);
  const second = numbered(after);
  const kept = longestCommon(
    first.map(({ id }) => id),
    second.map(({ id }) => id),
  );
  const told = (kind: SourceEdit["kind"], lines: readonly NumberedLine[]) =>
    lines
      .filter(({ id, text }) => !kept.has(id) && text.trim() !== "")
      .map(({ line, text }): SourceEdit => ({ kind, file, line, text: text.trim() }));
  return [...told("removed", first), ...told("added", second)].slice(0, MAXIMUM_EDITS);
}

interface NumberedLine {
  /** The text, and how many lines like it came before: a file may say the same twice. */
  readonly id: string;
  readonly line: number;
  readonly text: string;
}

function numbered(text: string): readonly NumberedLine[] {
  const counts = new Map<string, number>();
  return text.split("\n").map((line, index) => {
    const count = counts.get(line) ?? 0;
    counts.set(line, count + 1);
    return { id: `${count} ${line}`, line: index + 1, text: line };
  });
}
