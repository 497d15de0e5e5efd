import type { Span } from "../base/span.ts";
import type { Edit } from "./model.ts";

/** Puts other words in the place of the first match within a span; null: it has none that lies in one line. */
export function replaceWords(
  span: Span,
  files: ReadonlyMap<string, string>,
  words: RegExp,
  text: string,
): Edit | null {
  const lines = (files.get(span.file) ?? "").split("\n");
  for (let line = span.line; line <= span.endLine; line++) {
    const whole = lines[line - 1] ?? "";
    const start = line === span.line ? span.column - 1 : 0;
    const end = line === span.endLine ? span.endColumn - 1 : whole.length;
    const match = words.exec(whole.slice(start, end));
    if (match === null) continue;
    const column = start + match.index + 1;
    return {
      file: span.file,
      line,
      column,
      endLine: line,
      endColumn: column + match[0].length,
      text,
    };
  }
  return null;
}
