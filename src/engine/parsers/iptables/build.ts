import { normalizeRanges, type Range, single } from "../../base/range.ts";
import type { Span } from "../../base/span.ts";
import type { Expression, SetReference } from "../../device/expression.ts";
import type { SetElement } from "../../device/set.ts";
import type { Match } from "../../device/statement.ts";
import { selectorRow } from "../../packet/selectors/index.ts";

const selectors = new Map<string, Expression>();

/** The value of a row of the selector table. */
export function selector(id: string): Expression {
  const known = selectors.get(id);
  if (known !== undefined) return known;
  const made: Expression = { kind: "selector", id: selectorRow(id).id };
  selectors.set(id, made);
  return made;
}

export function widthOf(expression: Expression): number {
  switch (expression.kind) {
    case "selector":
      return selectorRow(expression.id).width;
    case "constant":
    case "payload":
    case "binary":
    case "opaque":
      return expression.width;
    case "fib":
      return expression.result === "exists" ? 1 : 32;
    default:
      return 32;
  }
}

export function constant(value: bigint, width: number): Expression {
  return { kind: "constant", value, width };
}

export function binary(
  operator: "and" | "or" | "xor" | "shiftLeft" | "shiftRight",
  left: Expression,
  right: bigint | Expression,
): Expression {
  const width = widthOf(left);
  const operand = typeof right === "bigint" ? constant(right, width) : right;
  return { kind: "binary", operator, left, right: operand, width };
}

export interface MatchOptions {
  readonly negated?: boolean;
  readonly implied?: boolean;
  readonly whenAbsent?: "matches" | "drops";
}

/** A question whose answer is a set of values. */
export function matchRanges(
  left: Expression | string,
  ranges: readonly Range[],
  options: MatchOptions = {},
): Match {
  return {
    kind: "match",
    left: typeof left === "string" ? selector(left) : left,
    test: { kind: "ranges", negated: options.negated ?? false, ranges: normalizeRanges(ranges) },
    implied: options.implied ?? false,
    ...(options.whenAbsent === undefined ? {} : { whenAbsent: options.whenAbsent }),
  };
}

export function matchValue(
  left: Expression | string,
  value: bigint,
  options: MatchOptions = {},
): Match {
  return matchRanges(left, [single(value)], options);
}

/** `left & mask == value`, a plain comparison where the mask is full, a range where it is a prefix. */
export function matchMasked(
  id: string,
  value: bigint,
  mask: bigint,
  options: MatchOptions = {},
): Match {
  const left = selector(id);
  const width = widthOf(left);
  const full = (1n << BigInt(width)) - 1n;
  if (mask === full) return matchValue(left, value, options);
  return matchValue(binary("and", left, mask), value, options);
}

/** Some bit of `mask` is set. */
export function matchAnyBit(id: string, mask: bigint, options: MatchOptions = {}): Match {
  return matchValue(binary("and", selector(id), mask), 0n, {
    ...options,
    negated: !(options.negated ?? false),
  });
}

/** Membership of a tuple of values in tuples of ranges. */
export function matchTuples(
  ids: readonly (string | Expression)[],
  tuples: readonly (readonly Range[])[],
  span: Span,
  options: MatchOptions = {},
): Match {
  const parts = ids.map((id) => (typeof id === "string" ? selector(id) : id));
  const set: SetReference = {
    kind: "anonymous",
    elements: tuples.map((key) => setElement(key, span)),
    keyWidths: parts.map(widthOf),
  };
  return {
    kind: "match",
    left: { kind: "concatenation", parts },
    test: { kind: "set", negated: options.negated ?? false, set },
    implied: options.implied ?? false,
    ...(options.whenAbsent === undefined ? {} : { whenAbsent: options.whenAbsent }),
  };
}

/** An element without data, timeout or statements. */
export function setElement(key: readonly Range[], span: Span): SetElement {
  return {
    key,
    catchAll: false,
    data: null,
    timeoutMs: null,
    expiresMs: null,
    exception: false,
    statements: [],
    span,
  };
}

/** A range that holds every value of a selector. */
export function anyValue(id: string): Range {
  return { from: 0n, to: (1n << BigInt(selectorRow(id).width)) - 1n };
}
