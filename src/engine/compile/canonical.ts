import type { Expression } from "../device/expression.ts";
import type { Statement } from "../device/statement.ts";

/** What two rules may differ in without differing in meaning. */
const NO_MEANING: ReadonlySet<string> = new Set([
  "span",
  "policySpan",
  "text",
  "comment",
  "typeof",
  "clearedEveryMs",
  "isSmall",
  "state",
  "implied",
  "expiresMs",
]);

/** Kinds whose `text` is all that is known of them. */
const NAMED_BY_TEXT: ReadonlySet<string> = new Set([
  "opaque",
  "opaqueMatch",
  "opaqueAction",
  "notUnderstood",
  "synproxy",
  "duplicate",
  "forwardTo",
]);

/** One text for all spellings of one meaning: places, comments and counters left out. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) => replacePart(key, part));
}

function replacePart(key: string, part: unknown): unknown {
  if (typeof part === "bigint") return part.toString();
  if (NO_MEANING.has(key)) return undefined;
  if (part instanceof Map) return [...part.entries()];
  if (!isRecord(part)) return part;
  if (typeof part.kind === "string" && NAMED_BY_TEXT.has(part.kind))
    return { ...part, name: part.text };
  return part;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The statements that decide or change something, in one text each. */
export function canonicalStatements(statements: readonly Statement[]): string {
  const known = TEXTS.get(statements);
  if (known !== undefined) return known;
  const deciding = statements.filter(({ kind }) => kind !== "harmless" && kind !== "noEffect");
  const text = canonicalText(deciding);
  TEXTS.set(statements, text);
  return text;
}

/** Rules never change, and each is named for every path: a fifth of comparing 10,000 rules. */
const TEXTS = new WeakMap<readonly Statement[], string>();

/** Names what an expression without a full model asks; two equal names are one unknown. */
export function expressionName(expression: Expression): string {
  switch (expression.kind) {
    case "selector":
      return expression.id;
    case "constant":
      return `0x${expression.value.toString(16)}`;
    case "payload":
      return `@${expression.base},${expression.offset},${expression.width}`;
    case "fib":
      return `fib ${[...expression.flags].sort().join(" . ")} ${expression.result}`;
    case "generator": {
      const key = expression.key === null ? "" : ` ${expressionName(expression.key)}`;
      const seed = expression.seed === null ? "" : ` seed ${expression.seed}`;
      const offset = expression.offset === 0n ? "" : ` offset ${expression.offset}`;
      return `${expression.source}${key} mod ${expression.modulus}${seed}${offset}`;
    }
    case "opaque":
      return expression.text;
    case "concatenation":
      return expression.parts.map(expressionName).join(" . ");
    case "binary":
      return `(${expressionName(expression.left)} ${expression.operator} ${expressionName(
        expression.right,
      )})`;
    case "lookup": {
      const { map } = expression;
      const name = map.kind === "anonymous" ? canonicalText(map.elements) : `@${map.name}`;
      return `${expressionName(expression.key)} map ${name}`;
    }
  }
}
