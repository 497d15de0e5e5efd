/** A note that marks a turn of an incident: it stays where a timeline is shortened. */
export type Turn = "causeNamed" | "undone" | "undoFailed" | "closed";

/** How such notes begin; what people write begins with who wrote it. */
export const TURNS = {
  causeNamed: "cause found",
  undone: "undone: ",
  undoFailed: "the undo failed: ",
  closed: "closed by ",
} as const satisfies Readonly<Record<Turn, string>>;

/** Null: it is one of the many notes between. */
export function turnOf(text: string): Turn | null {
  const turns: readonly Turn[] = ["causeNamed", "undone", "undoFailed", "closed"];
  return turns.find((turn) => text.startsWith(TURNS[turn])) ?? null;
}
