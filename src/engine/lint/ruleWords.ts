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

/** `line 3`, `lines 3, 7 and 4 more`; with the file where that is another one than the finding's. */
export function linesWords(rules: readonly Rule[], file: string, shown: number): string {
  const named = rules.slice(0, shown);
  const rest = rules.length - named.length;
  const isHere = named.every(({ span }) => span.file === file);
  const words = named.map(({ span }) => (isHere ? `${span.line}` : `${span.file}:${span.line}`));
  const lead = isHere ? (rules.length > 1 ? "lines " : "line ") : "";
  const last = rest > 0 ? `${rest} more` : words.pop();
  return `${lead}${words.length > 0 ? `${words.join(", ")} and ` : ""}${last}`;
}
