/** How a stream shows text: with colours, and how wide it is (infinite where nobody looks). */
export interface Style {
  readonly colour: boolean;
  readonly width: number;
}

/** Narrower than this lines are not cut any more. */
const MINIMUM_WIDTH = 40;

const ESCAPES = { bold: 1, red: 31, green: 32, yellow: 33, blue: 34, grey: 90 } as const;

export type Tint = keyof typeof ESCAPES;

export function tint(style: Style, colour: Tint, text: string): string {
  return style.colour ? `\u001b[${ESCAPES[colour]}m${text}\u001b[0m` : text;
}

/** One line of a ruleset made safe for a terminal: control characters are shown, not obeyed. */
export function shown(text: string): string {
  return text
    .replaceAll("\t", "    ")
    .replace(
      /[\p{Cc}\p{Bidi_Control}]/gu,
      (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
    );
}

/** The text cut to the width of the stream, with `indent` columns before it. */
export function fitted(style: Style, text: string, indent: number): string {
  const room = Math.max(MINIMUM_WIDTH, style.width) - indent;
  const characters = [...text];
  return characters.length <= room ? text : `${characters.slice(0, room - 1).join("")}…`;
}

/** Columns of equal width, two blanks apart; the last one is left as it is. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries())
      widths[index] = Math.max(widths[index] ?? 0, [...cell].length);
  return rows.map((row) =>
    row
      .map((cell, index) =>
        index === row.length - 1
          ? cell
          : `${cell}${" ".repeat((widths[index] ?? 0) - [...cell].length)}`,
      )
      .join("  "),
  );
}
