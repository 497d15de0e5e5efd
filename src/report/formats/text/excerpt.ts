import { fitted, type Style, shown, tint } from "./style.ts";

/** Lines of one rule at most. */
const MAXIMUM_LINES = 3;

/** A place in a text with its own words. */
export interface Excerpt {
  readonly file: string;
  readonly line: number;
  /** Null: the whole line is meant, and nothing is underlined. */
  readonly column: number | null;
  /** Characters to underline; at least one. */
  readonly length: number;
  readonly text: string;
}

/** The place as compilers show it: an arrow with the place, the line, and carets below it. */
export function excerptLines(style: Style, excerpt: Excerpt): readonly string[] {
  const { file, line, column, text } = excerpt;
  const lines = text.split("\n");
  const gutter = String(line + Math.min(lines.length, MAXIMUM_LINES) - 1).length;
  const bar = tint(style, "blue", "|");
  const blank = " ".repeat(gutter);
  const at = column === null ? `${shown(file)}:${line}` : `${shown(file)}:${line}:${column}`;
  const body = lines.slice(0, MAXIMUM_LINES).map((part, index) => {
    const number = tint(style, "blue", String(line + index).padStart(gutter));
    return `${number} ${bar} ${fitted(style, shown(part), gutter + 3)}`.trimEnd();
  });
  return [
    `${blank}${tint(style, "blue", "-->")} ${at}`,
    `${blank} ${bar}`,
    ...body,
    ...(column === null ? [] : [`${blank} ${bar} ${carets(style, excerpt, gutter + 3)}`]),
    ...(lines.length > MAXIMUM_LINES ? [`${blank} ${bar} …`] : []),
  ];
}

function carets(style: Style, { text, column, length }: Excerpt, indent: number): string {
  const [line = ""] = text.split("\n");
  const before = shown(line.slice(0, (column ?? 1) - 1)).length;
  const marked = shown(line.slice((column ?? 1) - 1, (column ?? 1) - 1 + length)).length;
  const room = Math.max(1, style.width - indent - before);
  return `${" ".repeat(before)}${tint(style, "red", "^".repeat(Math.max(1, Math.min(marked, room))))}`;
}
