import type { Rule } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";

/** Statements that only ask, or decide, or count what nobody reads. */
const QUIET: ReadonlySet<Statement["kind"]> = new Set<Statement["kind"]>([
  "match",
  "verdict",
  "verdictMap",
  "reject",
  "noEffect",
  "payloadSearch",
  "u32",
]);

/** Whether a statement leaves nothing behind but its verdict: no log, no mark, no memory. */
export function isQuiet(statement: Statement): boolean {
  if (statement.kind === "harmless")
    return (
      statement.what === "comment" ||
      (statement.what === "counter" && !statement.text.startsWith("counter name"))
    );
  if (statement.kind === "opaqueMatch") return statement.unknown !== "stateful";
  return QUIET.has(statement.kind);
}

const ASKING = /^(match|opaqueMatch|payloadSearch|u32|verdictMap)$/;

/** Whether the rule has conditions. */
export function isAsking({ statements }: Rule): boolean {
  return statements.some(({ kind }) => ASKING.test(kind));
}

/** Whether something happens to packets before all of the rule's questions are answered. */
export function actsBeforeAsking({ statements }: Rule): boolean {
  const last = statements.findLastIndex(({ kind }) => ASKING.test(kind));
  return statements.slice(0, Math.max(0, last)).some((statement) => !isQuiet(statement));
}

/** `accept`, `drop`, `reject` …; null: the rule decides nothing, or by a map. */
export function verdictWord({ statements }: Rule): string | null {
  for (const statement of statements) {
    if (statement.kind === "reject") return "reject";
    if (statement.kind === "nat") return statement.type;
    if (statement.kind === "verdict") return statement.verdict.kind;
  }
  return null;
}

/** `line 12`, or with its file where that is another one than the finding's. */
export function lineWords({ span }: Rule, file: string): string {
  return span.file === file ? `line ${span.line}` : `${span.file}:${span.line}`;
}

/** `line 3, line 7 and 4 more`. */
export function listed(words: readonly string[], shown: number): string {
  const rest = words.length - shown;
  const first = words.slice(0, shown).join(", ");
  return rest > 0 ? `${first} and ${rest} more` : first;
}
