import type { Coverage, LineState } from "../../device/device.ts";
import type { ScriptState } from "./state.ts";

/** Worse first: a line with several statements has the state of its worst. */
const ORDER: readonly LineState[] = ["notUnderstood", "opaque", "modelled", "harmless"];

export function markLines(
  state: ScriptState,
  file: string,
  from: number,
  to: number,
  lineState: LineState,
): void {
  const lines = state.lines.get(file) ?? new Map<number, LineState>();
  state.lines.set(file, lines);
  for (let line = from; line <= to; line++) {
    const known = lines.get(line);
    if (known === undefined || ORDER.indexOf(lineState) < ORDER.indexOf(known))
      lines.set(line, lineState);
  }
}

/** Counts the lines with content of the files that were read. */
export function countCoverage(state: ScriptState, texts: ReadonlyMap<string, string>): Coverage {
  const counts = { lines: 0, modelled: 0, harmless: 0, opaque: 0, notUnderstood: 0 };
  for (const [file, text] of texts) {
    const states = state.lines.get(file);
    const unread = state.givenUp.get(file) ?? Number.POSITIVE_INFINITY;
    let line = 0;
    for (const content of text.split("\n")) {
      line++;
      const trimmed = content.trim();
      if (trimmed === "" || trimmed.startsWith("#")) continue;
      counts.lines++;
      counts[line >= unread ? "notUnderstood" : (states?.get(line) ?? "modelled")]++;
    }
  }
  return counts;
}
