import { OLDER_SERVICES } from "../../base/names/services.ts";
import { own } from "../../base/own.ts";
import type { Range } from "../../base/range.ts";
import type { RuleContext } from "./context.ts";
import type { Token } from "./lexer.ts";
import { type Reader, SyntaxProblem, spanOf } from "./reader.ts";
import { report, type ScriptState } from "./state.ts";
import { readValue, type ValueForm } from "./values.ts";

/** Types whose constants are flags: lists of them, and tests for any of them. */
const FLAG_TYPES: readonly string[] = ["tcp_flag", "ct_state", "ct_status", "ct_label", "ct_event"];

export function isFlagType(form: ValueForm): boolean {
  return FLAG_TYPES.includes(form.type);
}

/** Names that only the host knows: the rule can be read, but not judged. */
const HOST_TYPES: readonly string[] = [
  "uid",
  "gid",
  "devgroup",
  "realm",
  "ipv4_addr",
  "ipv6_addr",
  "time",
  "hour",
  "day",
  "ct_label",
  "iface_index",
  "string",
  "cgroupsv2",
];

/** The range that one word stands for, ranges with blanks around the dash included. */
export function parseRange(reader: Reader, state: ScriptState, form: ValueForm): Range {
  const token = reader.peek();
  if (token.kind !== "word" && token.kind !== "string")
    throw reader.problem(`expected a value, found \`${token.text}\``);
  reader.next();
  if (reader.is("-")) {
    reader.next();
    const end = reader.word("the end of the range");
    return spanning(rangeOf(state, token, form), rangeOf(state, end, form), token, end);
  }
  if (
    token.kind === "word" &&
    reader.peek().kind === "word" &&
    /^-[0-9a-fA-F]/.test(reader.peek().text)
  ) {
    const end = reader.next();
    return rangeOf(state, { ...token, text: `${token.text}${end.text}` }, form);
  }
  return rangeOf(state, token, form);
}

/** From the start of one value to the end of another; an hour may pass midnight. */
function spanning(first: Range, last: Range, token: Token, end: Token): Range {
  if (first === UNKNOWN_VALUE || last === UNKNOWN_VALUE) return UNKNOWN_VALUE;
  if (first.from <= last.to) return { from: first.from, to: last.to };
  throw new SyntaxProblem(
    "PM1031",
    `the range \`${token.text}-${end.text}\` has zero or negative size`,
    spanOf(token),
    "write the smaller value first",
  );
}

/** Stands for a value that only the device knows; what holds it is made opaque. */
export const UNKNOWN_VALUE: Range = { from: 0n, to: 0n };

export function rangeOf(state: ScriptState, token: Token, form: ValueForm): Range {
  const result = readValue(token.text, form, token.kind === "string");
  if (result.kind === "range") {
    if (form.type === "inet_service") noteOlderService(state, token);
    return result.range;
  }
  if (
    result.kind === "unknownName" &&
    HOST_TYPES.includes(form.type) &&
    mayBeName(token.text, form)
  ) {
    state.opaque.push(token.text);
    report(state, "warning", "PM1030", result.message, spanOf(token), result.help);
    return UNKNOWN_VALUE;
  }
  throw new SyntaxProblem("PM1031", result.message, spanOf(token), result.help);
}

/** Numbers and dots alone are no name of a host, but a slip in an address. */
function mayBeName(text: string, { type }: ValueForm): boolean {
  const isAddress = type === "ipv4_addr" || type === "ipv6_addr";
  return isAddress ? /^\w.*[A-Za-z_]|^[A-Za-z_]/.test(text) : /^[\w"]/.test(text);
}

function noteOlderService(state: ScriptState, token: Token): void {
  if (!OLDER_SERVICES.has(token.text)) return;
  report(
    state,
    "warning",
    "PM1034",
    `\`${token.text}\` is not in every list of services`,
    spanOf(token),
    "write the port as a number: nft refuses the file where the name is missing",
  );
}

export type BitOperator = "and" | "or" | "xor" | "shiftLeft" | "shiftRight";

/** What binds loosest first, as in C (measured with nft 1.0.6). */
export const OPERATOR_LEVELS: readonly Readonly<Partial<Record<string, BitOperator>>>[] = [
  { "|": "or", or: "or" },
  { "^": "xor", xor: "xor" },
  { "&": "and", and: "and" },
  { "<<": "shiftLeft", ">>": "shiftRight" },
];

/** Bits that a shift may move; wider values do not exist. */
const MAXIMUM_SHIFT = 128n;

export function calculate(operator: BitOperator, left: bigint, right: bigint): bigint {
  switch (operator) {
    case "and":
      return left & right;
    case "or":
      return left | right;
    case "xor":
      return left ^ right;
    case "shiftLeft":
      return right > MAXIMUM_SHIFT ? 0n : left << right;
    case "shiftRight":
      return right > MAXIMUM_SHIFT ? 0n : left >> right;
  }
}

/** A single number: `0x3`, `syn|ack`, `(new | invalid)`, `1 << 4`. */
export function parseConstant(context: RuleContext, form: ValueForm, level = 0): bigint {
  const operators = OPERATOR_LEVELS[level];
  if (operators === undefined) return parseConstantTerm(context, form);
  let value = parseConstant(context, form, level + 1);
  for (;;) {
    const token = context.reader.peek();
    const operator = token.kind === "string" ? undefined : own(operators, token.text);
    if (operator === undefined) return value;
    context.reader.next();
    value = calculate(operator, value, parseConstant(context, form, level + 1));
  }
}

/** One value, or a whole calculation in parentheses. */
export function parseConstantTerm(context: RuleContext, form: ValueForm): bigint {
  const { reader, state } = context;
  if (reader.accept("(")) {
    if (reader.parentheses >= MAXIMUM_PARENTHESES)
      throw reader.problem("parentheses are nested too deeply");
    reader.parentheses++;
    const value = parseFlagList(context, form);
    reader.parentheses--;
    reader.expect(")");
    return value;
  }
  const token = reader.peek();
  const range = parseRange(reader, state, form);
  if (range.from === range.to) return range.from;
  throw new SyntaxProblem(
    "PM1032",
    "a single value is needed here, not a range",
    spanOf(token),
    "write one of its values",
  );
}

/** Parentheses within parentheses. */
export const MAXIMUM_PARENTHESES = 64;

/** Flags by comma: `syn,ack` is their sum. */
export function parseFlagList(context: RuleContext, form: ValueForm): bigint {
  const { reader } = context;
  let value = parseConstant(context, form);
  while (reader.is(",")) {
    reader.next();
    reader.skipNewlines();
    value |= parseConstant(context, form);
  }
  return value;
}

/** `<`, `>` and their like as ranges. */
export function comparedRanges(operator: string, value: bigint, width: number): readonly Range[] {
  const top = (1n << BigInt(width)) - 1n;
  const make = (from: bigint, to: bigint) => (from <= to ? [{ from, to }] : []);
  switch (operator) {
    case "<":
    case "lt":
      return make(0n, value - 1n);
    case "<=":
    case "le":
      return make(0n, value);
    case ">":
    case "gt":
      return make(value + 1n, top);
    default:
      return make(value, top);
  }
}
