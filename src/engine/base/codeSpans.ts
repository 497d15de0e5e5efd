/** A piece of a sentence; code is a rule, a command or a name as it stands in a file. */
export interface Piece {
  readonly isCode: boolean;
  readonly text: string;
}

/* One line only: a backtick of a log line must not make code of all that follows it. */
const CODE = /`([^`\n]+)`/;

/** What stands between backticks is code; one alone is a sign like any other. */
export function piecesOf(text: string): readonly Piece[] {
  return text
    .split(CODE)
    .map((piece, at): Piece => ({ isCode: at % 2 === 1, text: piece }))
    .filter((piece) => piece.text !== "");
}
