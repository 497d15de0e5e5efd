import { maximum, normalizeRanges, type Range } from "../../base/range.ts";
import type { Device, Rule } from "../../device/device.ts";
import type { Expression } from "../../device/expression.ts";
import type { SetElement } from "../../device/set.ts";
import type { Match, Statement } from "../../device/statement.ts";

/** What a listing does not carry: places, texts, times that run. */
const LEFT_OUT: readonly string[] = [
  "span",
  "policySpan",
  "text",
  "comment",
  "typeof",
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
      if (key === "statements") return (value as readonly Statement[]).filter(isNoRecord);
      return value;
    }),
  );
  return sorted(plain);
}

/** Records of a rule go at their end, sets of one value are that value. */
function settledRule(rule: Rule): Pick<Rule, "statements"> {
  const statements = rule.statements.filter(isNoRecord).map(settledStatement);
  return { statements: inOneOrder(withoutFamilyOfIcmp(statements)) };
}

function isNoRecord({ kind }: Statement): boolean {
  return kind !== "harmless";
}

/** The order of matches that follow each other decides nothing, nor how often one is there. */
function inOneOrder(statements: readonly Statement[]): readonly Statement[] {
  const settled: Statement[] = [];
  let run = new Map<string, Statement>();
  const close = (): void => {
    const texts = [...run.keys()].sort();
    settled.push(...texts.flatMap((text) => run.get(text) ?? []));
    run = new Map();
  };
  for (const statement of statements) {
    if (statement.kind === "match") run.set(textOf(statement), statement);
    else {
      close();
      settled.push(statement);
    }
  }
  close();
  return settled;
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (key, inner: unknown) => {
    if (LEFT_OUT.includes(key)) return undefined;
    return typeof inner === "bigint" ? `${inner}n` : inner;
  });
}

/** nft lists `meta nfproto ipv6 meta l4proto icmpv6` without the family (measured with 1.0.6). */
function withoutFamilyOfIcmp(statements: readonly Statement[]): readonly Statement[] {
  const asks = (statement: Statement, id: string, values: readonly bigint[]): boolean =>
    statement.kind === "match" &&
    statement.left.kind === "selector" &&
    statement.left.id === id &&
    statement.test.kind === "ranges" &&
    statement.test.ranges.every(({ from, to }) => from === to && values.includes(from));
  if (!statements.some((statement) => asks(statement, "meta l4proto", [1n, 58n])))
    return statements;
  return statements.filter((statement) => !asks(statement, "meta nfproto", [2n, 10n]));
}

/** What masks do to a value is `(x & and) ^ xor`, however it is written. */
function settledBits(expression: Expression): Expression {
  if (expression.kind === "concatenation")
    return { ...expression, parts: expression.parts.map(settledBits) };
  if (expression.kind !== "binary" || expression.right.kind !== "constant") return expression;
  const { operator, width } = expression;
  const inner = settledBits(expression.left);
  const { value } = expression.right;
  if (operator === "shiftLeft" || operator === "shiftRight") return { ...expression, left: inner };
  const isMasked = inner.kind === "binary" && inner.operator === "xor";
  const base = isMasked && inner.left.kind === "binary" ? inner.left.left : inner;
  let and = maximum(width);
  let xor = 0n;
  if (isMasked && inner.left.kind === "binary") {
    and = constantOf(inner.left.right);
    xor = constantOf(inner.right);
  }
  if (operator === "and") {
    and &= value;
    xor &= value;
  } else if (operator === "or") {
    and &= ~value;
    xor = (xor & ~value) | value;
  } else xor ^= value;
  const constant = (of: bigint): Expression => ({ kind: "constant", value: of, width });
  const masked: Expression = {
    kind: "binary",
    operator: "and",
    left: base,
    right: constant(and),
    width,
  };
  return { kind: "binary", operator: "xor", left: masked, right: constant(xor), width };
}

function constantOf(expression: Expression): bigint {
  return expression.kind === "constant" ? expression.value : 0n;
}

function settledStatement(statement: Statement): Statement {
  if (statement.kind === "write") return { ...statement, value: settledBits(statement.value) };
  if (statement.kind === "match") return settledMatch(statement);
  if (statement.kind === "nat" && statement.address?.kind === "expression") {
    const expression = settledBits(statement.address.expression);
    return { ...statement, address: { ...statement.address, expression } };
  }
  return statement;
}

function settledMatch(written: Match): Match {
  const statement = withoutPrefixMask({ ...written, left: settledBits(written.left) });
  if (statement.test.kind !== "set") return statement;
  const { set, negated } = statement.test;
  if (set.kind !== "anonymous" || set.keyWidths.length !== 1) return statement;
  if (set.elements.some((element) => element.catchAll || element.statements.length > 0))
    return statement;
  const ranges = normalizeRanges(set.elements.flatMap((element) => element.key));
  return { ...statement, test: { kind: "ranges", negated, ranges } };
}

/** `ip saddr & 255.255.255.0 == 10.0.0.0` is listed as a prefix. */
function withoutPrefixMask(match: Match): Match {
  const { left, test } = match;
  if (left.kind !== "binary" || test.kind !== "ranges" || constantOf(left.right) !== 0n)
    return match;
  const inner = left.left;
  const [range] = test.ranges;
  if (inner.kind !== "binary" || range === undefined || range.from !== range.to) return match;
  const host = maximum(left.width) - constantOf(inner.right);
  const isPrefix = (host & (host + 1n)) === 0n && (range.from & host) === 0n;
  if (!isPrefix || test.ranges.length > 1) return match;
  const whole = { from: range.from, to: range.from | host };
  return { ...match, left: inner.left, test: { ...test, ranges: [whole] } };
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
