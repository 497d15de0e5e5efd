import type { Span } from "../../base/span.ts";
import type { Expression } from "../../device/expression.ts";
import { type SelectorRow, selectorRow } from "../../packet/selectors/index.ts";
import { parseConstant } from "./constant.ts";
import type { RuleContext } from "./context.ts";
import { parseMapReference } from "./elements.ts";
import { spanOf } from "./reader.ts";
import { beginsSelector, parseSelector, type Typed } from "./selector.ts";
import { refuse } from "./state.ts";
import type { ValueForm } from "./values.ts";

/** One or more values in a row (`ip saddr . tcp dport`), each with its form. */
export interface TypedParts {
  readonly expression: Expression;
  readonly forms: readonly ValueForm[];
  readonly presence: boolean;
}

/** A key: selectors with masks and shifts, joined by dots. */
export function parseKey(context: RuleContext): TypedParts {
  const first = parseMasked(context);
  if (!context.reader.is(".")) return { ...first, forms: [first.form] };
  const parts = [first];
  while (context.reader.accept(".")) parts.push(parseMasked(context));
  return {
    expression: { kind: "concatenation", parts: parts.map((part) => part.expression) },
    forms: parts.map((part) => part.form),
    presence: false,
  };
}

const OPERATORS: Readonly<Record<string, "and" | "or" | "xor" | "shiftLeft" | "shiftRight">> = {
  "&": "and",
  and: "and",
  "|": "or",
  or: "or",
  "^": "xor",
  xor: "xor",
  "<<": "shiftLeft",
  ">>": "shiftRight",
};

/** A selector with whatever is done to its bits; the masks are constants of its own type. */
export function parseMasked(context: RuleContext): Typed {
  const { reader } = context;
  let typed: Typed;
  if (reader.is("(")) {
    reader.next();
    typed = parseMasked(context);
    reader.expect(")");
  } else typed = parseSelector(context);
  for (;;) {
    const token = reader.peek();
    const operator = token.kind === "string" ? undefined : OPERATORS[token.text];
    if (operator === undefined) return typed;
    reader.next();
    typed = applyOperator(context, typed, operator);
  }
}

function applyOperator(
  context: RuleContext,
  typed: Typed,
  operator: "and" | "or" | "xor" | "shiftLeft" | "shiftRight",
): Typed {
  const { width } = typed.form;
  const isShift = operator === "shiftLeft" || operator === "shiftRight";
  const right: Expression =
    !isShift && beginsSelector(context)
      ? parseSelector(context).expression
      : { kind: "constant", value: constantTerm(context, isShift ? NUMBER : typed.form), width };
  return {
    expression: { kind: "binary", operator, left: typed.expression, right, width },
    form: typed.form,
    presence: false,
  };
}

const NUMBER: ValueForm = { type: "integer", width: 32 };

/** A term without operators of its own, so that `a & 1 | 2` is read from left to right. */
function constantTerm(context: RuleContext, form: ValueForm): bigint {
  const { reader, state } = context;
  if (reader.is("(")) {
    reader.next();
    const value = parseConstant(context, form);
    reader.expect(")");
    return value;
  }
  void state;
  const token = reader.peek();
  const next = reader.peek(1);
  if (
    token.kind === "word" &&
    (next.text === "|" || next.text === "or") &&
    form.type !== "integer" &&
    form.type !== "mark"
  )
    return parseConstant(context, form);
  return parseSingle(context, form);
}

function parseSingle(context: RuleContext, form: ValueForm): bigint {
  const { reader } = context;
  const token = reader.word("a number");
  reader.unshift({ ...token, kind: "word" });
  const ended = reader.peek(1);
  if (["&", "|", "^", "<<", ">>"].includes(ended.text)) {
    reader.next();
    reader.unshift(END);
    reader.unshift(token);
    const value = parseConstant(context, form);
    reader.next();
    return value;
  }
  return parseConstant(context, form);
}

/** Stops `parseConstant` before an operator that belongs to what stands around it. */
const END = {
  kind: "newline",
  text: "\n",
  file: "",
  start: 0,
  end: 0,
  line: 0,
  column: 0,
} as const;

/** What stands right of `set`: constants, selectors, masks, maps. */
export function parseAssigned(
  context: RuleContext,
  row: Pick<SelectorRow, "type" | "width">,
): Expression {
  const form: ValueForm = { type: row.type, width: row.width };
  const { reader } = context;
  if (beginsSelector(context) || startsWithParenthesizedSelector(context)) {
    const start = spanOf(reader.peek());
    const key = parseKey(context);
    if (!reader.accept("map")) {
      refuseMismatch(context, key, form, start);
      return key.expression;
    }
    const map = parseMapReference(context, key.forms, [form]);
    return continueWith(context, { kind: "lookup", key: key.expression, map }, form);
  }
  return { kind: "constant", value: assignedConstant(context, form), width: form.width };
}

/** What is written must be of the type written to; plain integers fit if no bytes are missing. */
function refuseMismatch(context: RuleContext, key: TypedParts, form: ValueForm, at: Span): void {
  const [own] = key.forms;
  if (own === undefined || key.forms.length !== 1 || own.type === form.type) return;
  const isPayload =
    key.expression.kind === "payload" ||
    (key.expression.kind === "selector" &&
      selectorRow(key.expression.id).source.kind === "payload");
  if (own.type === "integer" && (!isPayload || own.width === form.width)) return;
  refuse(
    context.state,
    "PM1033",
    `a value of type ${own.type} cannot be written to one of type ${form.type}`,
    at,
    "nft up to 1.0.8 refuses this: use a map from one to the other",
  );
}

function startsWithParenthesizedSelector(context: RuleContext): boolean {
  const { reader } = context;
  if (!reader.is("(")) return false;
  const open = reader.next();
  const answer = beginsSelector(context);
  reader.unshift(open);
  return answer;
}

function continueWith(context: RuleContext, expression: Expression, form: ValueForm): Expression {
  let typed: Typed = { expression, form, presence: false };
  for (;;) {
    const operator = OPERATORS[context.reader.peek().text];
    if (operator === undefined) return typed.expression;
    context.reader.next();
    typed = applyOperator(context, typed, operator);
  }
}

/** `0x10 | meta mark` has its selector on the right. */
function assignedConstant(context: RuleContext, form: ValueForm): bigint {
  let value = parseConstant(context, form);
  while (context.reader.is(",") && form.type !== "integer") {
    context.reader.next();
    value |= parseConstant(context, form);
  }
  return value;
}
