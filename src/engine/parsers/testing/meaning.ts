import { normalizeRanges, type Range } from "../../base/range.ts";
import type { Device, Rule } from "../../device/device.ts";
import type { SetElement } from "../../device/set.ts";
import type { Statement } from "../../device/statement.ts";

/** What a listing does not carry: places, texts, times that run. */
const LEFT_OUT: readonly string[] = [
  "span",
  "policySpan",
  "text",
  "comment",
  "registered",
  "state",
  "implied",
  "expiresMs",
];

/** A device as plain data in which two that mean the same are the same, however they were written. */
export function meaning(device: Device | null): unknown {
  const plain: unknown = JSON.parse(
    JSON.stringify(device, (key, value: unknown) => {
      if (LEFT_OUT.includes(key)) return undefined;
      if (typeof value === "bigint") return `${value}n`;
      if (value instanceof Map) return [...value];
      if (key === "rules") return (value as readonly Rule[]).map(settledRule);
      if (key === "elements") return settledElements(value as readonly SetElement[]);
      return value;
    }),
  );
  return sorted(plain);
}

/** Records of a rule go at their end, sets of one value are that value. */
function settledRule(rule: Rule): Pick<Rule, "statements"> {
  const statements = rule.statements.map(settledStatement);
  return { statements: statements.filter((statement) => statement.kind !== "harmless") };
}

function settledStatement(statement: Statement): Statement {
  if (statement.kind !== "match" || statement.test.kind !== "set") return statement;
  const { set, negated } = statement.test;
  if (set.kind !== "anonymous" || set.keyWidths.length !== 1) return statement;
  if (set.elements.some((element) => element.catchAll || element.statements.length > 0))
    return statement;
  const ranges = normalizeRanges(set.elements.flatMap((element) => element.key));
  return { ...statement, test: { kind: "ranges", negated, ranges } };
}

/** Members of one part without data, joined where they touch. */
function settledElements(elements: readonly SetElement[]): readonly SetElement[] {
  const [first] = elements;
  const isPlain = (element: SetElement): boolean =>
    !element.catchAll && element.data === null && element.key.length === 1;
  const hasOwn = (element: SetElement): boolean =>
    element.timeoutMs !== null || element.statements.length > 0 || element.exception;
  if (first === undefined || !elements.every(isPlain) || elements.some(hasOwn)) return elements;
  const ranges: readonly Range[] = normalizeRanges(elements.flatMap((element) => element.key));
  return ranges.map((range) => ({ ...first, key: [range] }));
}

/** A listing names sets before chains, and sorts elements. */
function sorted(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, inner: unknown) => {
    if (!Array.isArray(inner)) return inner;
    if (!["elements", "sets", "chains", "tables", "objects"].includes(key)) return inner;
    return [...inner].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  });
}
