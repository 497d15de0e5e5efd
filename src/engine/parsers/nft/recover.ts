import { markLines } from "./lineStates.ts";
import { type Reader, SyntaxProblem } from "./reader.ts";
import { MAXIMUM_PROBLEMS, refuse, type ScriptState } from "./state.ts";

/** Tells a syntax problem and goes on behind the statement; anything else is a bug. */
export function recover(reader: Reader, state: ScriptState, error: unknown, depth: number): void {
  if (!(error instanceof SyntaxProblem)) throw error;
  refuse(state, error.code, error.message, error.span, error.help);
  if (++state.problems > MAXIMUM_PROBLEMS) return giveUp(reader, state);
  const from = reader.peek();
  reader.skipStatement(depth);
  const to = reader.lastLine;
  markLines(state, error.span.file, error.span.line, error.span.line, "notUnderstood");
  if (from.kind !== "end" && from.file === reader.file && to > from.line)
    markLines(state, from.file, from.line, to, "notUnderstood");
}

/** Whatever this is, it is no ruleset: the rest is not read. */
function giveUp(reader: Reader, state: ScriptState): void {
  const { file, line } = reader.peek();
  state.givenUp.set(file, Math.min(line, state.givenUp.get(file) ?? line));
  reader.stop();
}
