import { own } from "../../base/own.ts";
import { type Range, single } from "../../base/range.ts";
import type { Span } from "../../base/span.ts";
import type { Expression, SetReference, Test } from "../../device/expression.ts";
import type { Statement } from "../../device/statement.ts";
import {
  comparedRanges,
  isFlagType,
  parseConstant,
  parseFlagList,
  parseRange,
  rangeOf,
} from "./constant.ts";
import { learn, type RuleContext } from "./context.ts";
import { parseSetReference } from "./elements.ts";
import type { TypedParts } from "./expression.ts";
import { spanOf } from "./reader.ts";
import { refuse, report } from "./state.ts";
import type { ValueForm } from "./values.ts";

const COMPARISONS: readonly string[] = [
  "==",
  "eq",
  "!=",
  "ne",
  "<",
  "lt",
  "<=",
  "le",
  ">",
  "gt",
  ">=",
  "ge",
  "!",
];

/** What follows a key: an operator (or none) and the values that it is compared to. */
export function parseMatch(context: RuleContext, key: TypedParts): Statement {
  const { reader } = context;
  const token = reader.peek();
  const written =
    token.kind !== "string" && COMPARISONS.includes(token.text) ? reader.next().text : "";
  const operator = written === "eq" ? "==" : written === "ne" ? "!=" : written;
  const negated = operator === "!=";
  if (reader.is("{") || isNamedSet(context)) {
    const set = parseSetReference(context, key.forms);
    if (ORDERS.includes(operator)) return orderedMatch(context, key, operator, set, spanOf(token));
    if (!negated) learn(context, key.expression, singleValues(set));
    return match(key.expression, { kind: "set", negated, set });
  }
  if (key.forms.length > 1) return concatenationMatch(context, key, negated);
  const [form] = key.forms;
  if (form === undefined) throw reader.problem("a key is missing");
  if (key.presence) return presenceMatch(context, key.expression, negated);
  if (isFlagType(form)) return flagMatch(context, key.expression, form, operator);
  if (ORDERS.includes(operator)) {
    const ranges = comparedRanges(operator, parseConstant(context, form), form.width);
    return match(key.expression, { kind: "ranges", negated: false, ranges });
  }
  const night = form.type === "hour" ? pastMidnight(context, form) : null;
  if (night !== null)
    return match(key.expression, { kind: "ranges", negated: !negated, ranges: [night] });
  const range = parseOperand(context, form);
  if (!negated) learn(context, key.expression, range.from === range.to ? [range.from] : []);
  return match(key.expression, { kind: "ranges", negated, ranges: [range] });
}

const ORDERS: readonly string[] = ["<", "lt", "<=", "le", ">", "gt", ">=", "ge"];

/** `> { 5 }` is `> 5`; of more values nothing is larger. */
function orderedMatch(
  context: RuleContext,
  key: TypedParts,
  operator: string,
  set: SetReference,
  span: Span,
): Statement {
  const [value] = singleValues(set);
  const [form] = key.forms;
  const isSingle = set.kind === "anonymous" && set.elements.length === 1;
  if (value !== undefined && form !== undefined && isSingle) {
    const ranges = comparedRanges(operator, value, form.width);
    return match(key.expression, { kind: "ranges", negated: false, ranges });
  }
  const help = "write `==` or `!=`, or a single value";
  refuse(context.state, "PM1031", `\`${operator}\` cannot compare with a set`, span, help);
  return match(key.expression, { kind: "set", negated: false, set });
}

function match(left: Expression, test: Test): Statement {
  return { kind: "match", left, test, implied: false };
}

function isNamedSet(context: RuleContext): boolean {
  const token = context.reader.peek();
  return token.kind === "word" && token.text.startsWith("@");
}

/** Members of a set in place that are neither ranges nor concatenations. */
function singleValues(set: SetReference): readonly bigint[] {
  if (set.kind !== "anonymous" || set.keyWidths.length !== 1) return [];
  return set.elements.flatMap(({ key: [range] }) =>
    range !== undefined && range.from === range.to ? [range.from] : [],
  );
}

/** Hours from late to early are all but those between; nft swaps the ends (measured with 1.0.6). */
function pastMidnight({ reader, state }: RuleContext, form: ValueForm): Range | null {
  if (!reader.is("-", 1)) return null;
  const first = rangeOf(state, reader.peek(0), form);
  const last = rangeOf(state, reader.peek(2), form);
  if (first.from <= last.to) return null;
  for (let taken = 0; taken < RANGE_TOKENS; taken++) reader.next();
  return { from: last.to, to: first.from };
}

/** `"23:00" - "01:00"`. */
const RANGE_TOKENS = 3;

/** One value or range; sums of flags and shifted constants are single values. */
function parseOperand(context: RuleContext, form: ValueForm): Range {
  const { reader, state } = context;
  if (reader.is("(")) return single(parseConstant(context, form));
  const next = reader.peek(1);
  if (["|", "^", "&", "<<", ">>"].includes(next.text) && next.kind === "symbol")
    return single(parseConstant(context, form));
  return parseRange(reader, state, form);
}

function presenceMatch(context: RuleContext, left: Expression, negated: boolean): Statement {
  const { reader } = context;
  const token = reader.word("exists or missing");
  const values: Readonly<Record<string, bigint>> = {
    exists: 1n,
    "1": 1n,
    true: 1n,
    missing: 0n,
    "0": 0n,
    false: 0n,
  };
  const value = own(values, token.text);
  if (value === undefined) {
    reader.unshift(token);
    throw reader.problem(`expected \`exists\` or \`missing\`, found \`${token.text}\``);
  }
  return match(left, { kind: "ranges", negated, ranges: [single(value)] });
}

/**
 * Flags: without an operator any of them is enough; `==` and `!=` compare all bits; `!` wants none;
 * `a / b` compares under a mask.
 */
function flagMatch(
  context: RuleContext,
  left: Expression,
  form: ValueForm,
  operator: string,
): Statement {
  const { reader } = context;
  const value = parseFlagList(context, form);
  if (operator === "!" && reader.is("/"))
    throw reader.problem("a mask is compared with == or != only", "write `!=`", "PM1031");
  if (reader.accept("/")) {
    const mask = parseMask(context, form);
    return match(masked(left, mask, form.width), {
      kind: "ranges",
      negated: operator === "!=",
      ranges: [single(value)],
    });
  }
  if (operator === "" && left.kind !== "binary")
    return match(masked(left, value, form.width), {
      kind: "ranges",
      negated: true,
      ranges: [single(0n)],
    });
  if (operator === "!")
    return match(masked(left, value, form.width), {
      kind: "ranges",
      negated: false,
      ranges: [single(0n)],
    });
  if (operator === "" || operator === "==" || operator === "!=")
    return match(left, { kind: "ranges", negated: operator === "!=", ranges: [single(value)] });
  return match(left, {
    kind: "ranges",
    negated: false,
    ranges: comparedRanges(operator, value, form.width),
  });
}

/** nft 1.0.6 takes a list behind the slash, and not a single flag (measured); its own iptables-translate writes one. */
function parseMask(context: RuleContext, form: ValueForm): bigint {
  const { reader, state } = context;
  const first = reader.peek();
  const isList = reader.is(",", 1);
  const mask = parseFlagList(context, form);
  if (isList) return mask;
  const help = "write `tcp flags & ack == ack` instead of `tcp flags ack / ack`";
  report(state, "warning", "PM1084", "nft 1.0.6 takes no mask of one flag", spanOf(first), help);
  return mask;
}

function masked(left: Expression, mask: bigint, width: number): Expression {
  return {
    kind: "binary",
    operator: "and",
    left,
    right: { kind: "constant", value: mask, width },
    width,
  };
}

/** `ip saddr . tcp dport 10.0.0.5 . 25`: nft wants a set there, however small. */
function concatenationMatch(context: RuleContext, key: TypedParts, negated: boolean): Statement {
  const { reader, state } = context;
  const span = spanOf(reader.peek());
  if (reader.isEnd()) throw reader.problem("a value is missing", "write `{ VALUE . VALUE }`");
  refuse(
    state,
    "PM1031",
    "a concatenation is looked up in sets only",
    span,
    "put braces around the values",
  );
  const ranges = key.forms.map((form, index) => {
    if (index > 0) reader.expect(".");
    return parseRange(reader, state, form);
  });
  const element = {
    key: ranges,
    catchAll: false,
    data: null,
    timeoutMs: null,
    expiresMs: null,
    exception: false,
    statements: [],
    span,
  };
  const set = {
    kind: "anonymous",
    elements: [element],
    keyWidths: key.forms.map((form) => form.width),
  } as const;
  return match(key.expression, { kind: "set", negated, set });
}
