import type { Range } from "../../base/range.ts";
import { joinSpans } from "../../base/span.ts";
import type { SetReference } from "../../device/expression.ts";
import type { ElementData, NamedSet, SetElement } from "../../device/set.ts";
import type { Statement, Verdict } from "../../device/statement.ts";
import { anonymousSet } from "./anonymousSet.ts";
import { parseRange } from "./constant.ts";
import { beginRule, type RuleContext } from "./context.ts";
import type { Token } from "./lexer.ts";
import { markLines } from "./lineStates.ts";
import { type Reader, SyntaxProblem, spanOf } from "./reader.ts";
import { countKept, MAXIMUM_PROBLEMS, refuse, type ScriptState } from "./state.ts";
import { parseStatefulStatement } from "./stateful.ts";
import { readDurationMs, type ValueForm } from "./values.ts";

/** What an element holds besides its key. */
export type DataForm =
  | { readonly kind: "none" }
  | { readonly kind: "verdict" }
  | { readonly kind: "object" }
  | { readonly kind: "values"; readonly forms: readonly ValueForm[] };

/** Braces within braces (sets that variables bring along). */
const MAXIMUM_NESTING = 16;

/** `{ key [options] [: data], … }`, inner braces flattened. */
export function parseElements(
  reader: Reader,
  state: ScriptState,
  forms: readonly ValueForm[],
  data: DataForm,
): readonly SetElement[] {
  const elements: SetElement[] = [];
  readBlock(reader, state, forms, data, elements, 0);
  return elements;
}

function readBlock(
  reader: Reader,
  state: ScriptState,
  forms: readonly ValueForm[],
  data: DataForm,
  elements: SetElement[],
  depth: number,
): void {
  if (depth > MAXIMUM_NESTING) throw reader.problem("braces are nested too deeply");
  const open = reader.expect("{");
  refuseEmpty(reader, state, open);
  for (;;) {
    skipFiller(reader);
    if (reader.accept("}")) return;
    if (reader.is("{")) readBlock(reader, state, forms, data, elements, depth + 1);
    else readElement(reader, state, forms, data, elements);
    skipFiller(reader);
    if (!reader.is("}")) reader.expect(",");
  }
}

/** A list may be empty where a variable brings it along, not where it is written. */
function refuseEmpty(reader: Reader, state: ScriptState, open: Token): void {
  if (!reader.is("}") || reader.lastEnd !== open.end || open.file !== reader.file) return;
  refuse(state, "PM1031", "the list is empty", spanOf(open), "put an element in, or take it out");
}

/** An element that cannot be read is told and left out; the rest of the set is read. */
function readElement(
  reader: Reader,
  state: ScriptState,
  forms: readonly ValueForm[],
  data: DataForm,
  elements: SetElement[],
): void {
  const { depth } = reader;
  countKept(state, "elements", reader.peek());
  try {
    elements.push(parseElement(reader, state, forms, data));
  } catch (error) {
    if (!(error instanceof SyntaxProblem) || ++state.problems > MAXIMUM_PROBLEMS) throw error;
    refuse(state, error.code, error.message, error.span, error.help);
    markLines(state, error.span.file, error.span.line, error.span.line, "notUnderstood");
    while (reader.peek().kind !== "end" && (reader.depth > depth || !endsElement(reader)))
      reader.next();
  }
}

function endsElement(reader: Reader): boolean {
  return reader.is(",") || reader.is("}") || reader.is(";");
}

/** Line ends, and commas that stand alone (`{ a, , b }` comes from empty variables). */
function skipFiller(reader: Reader): void {
  while (reader.peek().kind === "newline" || reader.is(",")) {
    if (reader.is(",")) {
      const comma = reader.next();
      reader.skipNewlines();
      if (reader.is("}") || reader.is(",")) continue;
      reader.unshift(comma);
      return;
    }
    reader.next();
  }
}

interface Options {
  timeoutMs: number | null;
  expiresMs: number | null;
  /** Empty: none. */
  comment: string;
  readonly statements: Statement[];
}

export function parseElement(
  reader: Reader,
  state: ScriptState,
  forms: readonly ValueForm[],
  data: DataForm,
): SetElement {
  const first = spanOf(reader.peek());
  const catchAll = reader.is("*") && !reader.is("-", 1);
  const key = catchAll ? [] : parseElementKey(reader, state, forms, data.kind !== "none");
  if (catchAll) reader.next();
  const options: Options = { timeoutMs: null, expiresMs: null, comment: "", statements: [] };
  parseOptions(reader, state, options);
  let held: ElementData | null = null;
  if (data.kind !== "none" && reader.accept(":")) {
    reader.skipNewlines();
    held = parseData(reader, state, data);
    parseOptions(reader, state, options);
  }
  const span = joinSpans(first, {
    ...first,
    endLine: reader.lastLine,
    endColumn: reader.lastColumn,
  });
  const { comment, ...rest } = options;
  const words = comment === "" ? {} : { comment };
  return { key, catchAll, data: held, ...rest, exception: false, ...words, span };
}

function parseElementKey(
  reader: Reader,
  state: ScriptState,
  forms: readonly ValueForm[],
  hasData: boolean,
): readonly Range[] {
  const key: Range[] = [];
  for (const [index, form] of forms.entries()) {
    if (index > 0) {
      reader.skipNewlines();
      reader.expect(".");
      reader.skipNewlines();
    }
    if (hasData) splitAtColon(reader, form);
    key.push(parseKeyPart(reader, state, form));
  }
  return key;
}

/** `syn|ack` and `(fin,syn)` occur as keys of flags. */
function parseKeyPart(reader: Reader, state: ScriptState, form: ValueForm): Range {
  let range = parseRange(reader, state, form);
  while (reader.is("|")) {
    reader.next();
    const other = parseRange(reader, state, form);
    const value = range.from | other.from;
    range = { from: value, to: value };
  }
  return range;
}

/** `25:accept` without blanks is one word of the lexer. */
function splitAtColon(reader: Reader, form: ValueForm): void {
  const token = reader.peek();
  const at = token.text.indexOf(":");
  if (token.kind !== "word" || at <= 0 || at === token.text.length - 1) return;
  if (form.type === "ipv6_addr" || form.type === "ether_addr" || form.type === "classid") return;
  reader.next();
  reader.unshift({
    ...token,
    text: token.text.slice(at + 1),
    start: token.start + at + 1,
    column: token.column + at + 1,
  });
  reader.unshift({
    ...token,
    kind: "symbol",
    text: ":",
    start: token.start + at,
    end: token.start + at + 1,
    column: token.column + at,
  });
  reader.unshift({ ...token, text: token.text.slice(0, at), end: token.start + at });
}

function parseOptions(reader: Reader, state: ScriptState, options: Options): void {
  for (;;) {
    if (reader.accept("timeout")) options.timeoutMs = parseDuration(reader);
    else if (reader.accept("expires")) options.expiresMs = parseDuration(reader);
    else if (reader.accept("comment")) options.comment = reader.word("a comment").text;
    else {
      const statement = parseStatefulStatement(beginRule(state, reader, "inet"));
      if (statement === null) return;
      options.statements.push(statement);
    }
  }
}

export function parseDuration(reader: Reader): number {
  const token = reader.word("a time such as 1h30m");
  if (token.text === "never") return 0;
  const duration = readDurationMs(token.text);
  if (duration === null)
    throw reader.problem(`\`${token.text}\` is no time`, "write 30s, 5m or 1d2h");
  return duration;
}

function parseData(reader: Reader, state: ScriptState, data: DataForm): ElementData {
  switch (data.kind) {
    case "verdict":
      return { kind: "verdict", verdict: parseVerdict(reader) };
    case "object":
      return { kind: "object", name: reader.word("the name of an object").text };
    case "values": {
      const parts: Range[] = [];
      for (const [index, form] of data.forms.entries()) {
        if (index > 0 && !reader.accept(".")) {
          const colon = parts[0] !== undefined && reader.accept(":");
          if (!colon) throw reader.problem("the data has too few parts");
        }
        parts.push(parseRange(reader, state, form));
      }
      return { kind: "value", parts, widths: data.forms.map((form) => form.width) };
    }
    case "none":
      throw reader.problem("a set has no data", "declare a map");
  }
}

export function isVerdict(reader: Reader): boolean {
  return ["accept", "drop", "continue", "return", "jump", "goto", "queue"].some((name) =>
    reader.is(name),
  );
}

/** A verdict without the options of a queue. */
export function parseVerdict(reader: Reader): Verdict {
  const token = reader.word("a verdict");
  switch (token.text) {
    case "accept":
    case "drop":
    case "continue":
    case "return":
      return { kind: token.text };
    case "jump":
    case "goto":
      return { kind: token.text, chain: reader.word("the name of a chain").text };
    case "queue":
      return { kind: "queue", numbers: { from: 0n, to: 0n }, bypass: false };
    default:
      reader.unshift(token);
      throw reader.problem(
        `\`${token.text}\` is no verdict`,
        "write accept, drop, jump CHAIN, goto CHAIN, return or continue",
      );
  }
}

/** Where a rule looks a key up: `@name` or a set written in place. */
export function parseSetReference(context: RuleContext, forms: readonly ValueForm[]): SetReference {
  const named = parseNamedReference(context, forms, "set");
  if (named !== null) return named;
  const elements = parseElements(context.reader, context.state, forms, { kind: "none" });
  return anonymousSet(context.state, elements, forms);
}

export function parseMapReference(
  context: RuleContext,
  forms: readonly ValueForm[],
  data: readonly ValueForm[],
): SetReference {
  const named = parseNamedReference(context, forms, "map");
  if (named !== null) return named;
  const elements = parseElements(context.reader, context.state, forms, {
    kind: "values",
    forms: data,
  });
  return anonymousSet(context.state, elements, forms);
}

export function parseVerdictMapReference(
  context: RuleContext,
  forms: readonly ValueForm[],
): SetReference {
  const named = parseNamedReference(context, forms, "verdictMap");
  if (named !== null) return named;
  const elements = parseElements(context.reader, context.state, forms, { kind: "verdict" });
  return anonymousSet(context.state, elements, forms);
}

export function parseObjectMapReference(
  context: RuleContext,
  forms: readonly ValueForm[],
): SetReference {
  const named = parseNamedReference(context, forms, "objectMap");
  if (named !== null) return named;
  const elements = parseElements(context.reader, context.state, forms, { kind: "object" });
  return anonymousSet(context.state, elements, forms);
}

function parseNamedReference(
  context: RuleContext,
  forms: readonly ValueForm[],
  wanted: NamedSet["kind"],
): SetReference | null {
  const { reader, state } = context;
  const token = reader.peek();
  if (token.kind !== "word" || !token.text.startsWith("@")) return null;
  reader.next();
  const name = token.text.slice(1);
  const span = spanOf(token);
  const types = forms.map((form) => form.type);
  state.batch.lookups.push({ name, types, wanted, span });
  return { kind: "named", name, span };
}
