import type { Rule } from "../device/device.ts";
import type { Edit, Fix } from "./model.ts";

/** What may stand around a rule in its line: blanks, or the command that adds it. */
const BEFORE = /^\s*(?:(?:add|insert) rule (?:(?:ip6?|inet|arp|bridge|netdev) )?\S+ \S+ )?$/;
const BEHIND = /^\s*;?\s*(?:#.*)?$/;

/** Takes the rule out of its file; null: other words stand in its line. */
export function removalOf({ span }: Rule, files: ReadonlyMap<string, string>): Fix | null {
  const lines = (files.get(span.file) ?? "").split("\n");
  const first = lines[span.line - 1];
  const last = lines[span.endLine - 1];
  if (first === undefined || last === undefined) return null;
  const before = first.slice(0, span.column - 1);
  const behind = last.slice(span.endColumn - 1);
  if (!BEFORE.test(before) || !BEHIND.test(behind)) return null;
  return { title: "remove the rule", edits: [wholeLines(span, lines)] };
}

function wholeLines(span: Rule["span"], lines: readonly string[]): Edit {
  const isLast = span.endLine >= lines.length;
  const end = isLast
    ? { endLine: span.endLine, endColumn: (lines[span.endLine - 1] ?? "").length + 1 }
    : { endLine: span.endLine + 1, endColumn: 1 };
  return { file: span.file, line: span.line, column: 1, ...end, text: "" };
}
