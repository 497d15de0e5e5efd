import type { Edit, Fix } from "../model.ts";

/** A text with the edits of a fix made; they do not overlap. */
export function applyFix(text: string, { edits }: Fix): string {
  const lines = text.split("\n");
  const starts = [0];
  for (const line of lines) starts.push((starts.at(-1) ?? 0) + line.length + 1);
  const offset = (line: number, column: number) => (starts[line - 1] ?? 0) + column - 1;
  const sorted = edits.toSorted(
    (a: Edit, b: Edit) => offset(b.line, b.column) - offset(a.line, a.column),
  );
  return sorted.reduce(
    (all, edit) =>
      all.slice(0, offset(edit.line, edit.column)) +
      edit.text +
      all.slice(offset(edit.endLine, edit.endColumn)),
    text,
  );
}
