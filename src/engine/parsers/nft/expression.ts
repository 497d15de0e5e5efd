import { own } from "../../base/own.ts";
import type { Span } from "../../base/span.ts";
import type { Expression } from "../../device/expression.ts";
import { type SelectorRow, selectorRow } from "../../packet/selectors/index.ts";
import {
  type BitOperator,
  calculate,
  MAXIMUM_PARENTHESES,
  OPERATOR_LEVELS,
  parseConstantTerm,
} from "./constant.ts";
import type { RuleContext } from "./context.ts";
import { parseMapReference } from "./elements.ts";
import { spanOf } from "./reader.ts";
import { beginsSelector, parseSelector } from "./selector.ts";
import { refuse } from "./state.ts";
import type { Typed } from "./typed.ts";
import type { ValueForm } from "./values.ts";

/** One or more values in a row (`ip saddr . tcp dport`), each with its form. */
export interface TypedParts {
  readonly expression: Expression;
  readonly forms: readonly ValueForm[];
  readonly presence: boolean;
}

/**
 * A key: selectors with masks and shifts, joined by dots. `forms`: what the set holds that is
 * written; its parts may be constants (`add @knocked { ip saddr . 10002 }`).
 */
export function parseKey(
  context: RuleContext,
  forms: readonly ValueForm[] | null = null,
): TypedParts {
  const first = parseBits(context, 0, forms?.[0] ?? null);
  if (!context.reader.is(".")) return { ...first, forms: [first.form] };
  const parts = [first];
  while (context.reader.accept("."))
    parts.push(parseBits(context, 0, forms?.[parts.length] ?? null));
  return {
    expression: { kind: "concatenation", parts: parts.map((part) => part.expression) },
    forms: parts.map((part) => part.form),
    presence: false,
  };
}

/**
 * A selector with whatever is done to its bits; the masks are constants of its own type. `form`: how
 * a constant is read that stands in front; null where only a selector may.
 */
export function parseMasked(context: RuleContext, form: ValueForm | null): Typed {
  return parseBits(context, 0, form);
}

function parseBits(context: RuleContext, level: number, form: ValueForm | null): Typed {
  const operators = OPERATOR_LEVELS[level];
  if (operators === undefined) return parseOperand(context, form);
  let left = parseBits(context, level + 1, form);
  for (;;) {
    const token = context.reader.peek();
    const operator = token.kind === "string" ? undefined : own(operators, token.text);
    if (operator === undefined) return left;
    context.reader.next();
    const isShift = operator === "shiftLeft" || operator === "shiftRight";
    const right = parseBits(context, level + 1, isShift ? NUMBER : left.form);
    left = combine(left, operator, right);
  }
}

const NUMBER: ValueForm = { type: "integer", width: 32 };

function parseOperand(context: RuleContext, form: ValueForm | null): Typed {
  const { reader } = context;
  if (reader.accept("(")) {
    if (reader.parentheses >= MAXIMUM_PARENTHESES)
      throw reader.problem("parentheses are nested too deeply");
    reader.parentheses++;
    const inner = parseBits(context, 0, form);
    reader.parentheses--;
    reader.expect(")");
    return inner;
  }
  if (form === null || beginsSelector(context)) return parseSelector(context);
  const value = parseConstantTerm(context, form);
  return { expression: { kind: "constant", value, width: form.width }, form, presence: false };
}

/** Two constants are one; a constant stands on the right. */
function combine(left: Typed, operator: BitOperator, right: Typed): Typed {
  const { form } = left;
  const { width } = form;
  if (left.expression.kind === "constant") {
    if (right.expression.kind === "constant") {
      const value = calculate(operator, left.expression.value, right.expression.value);
      return { form, presence: false, expression: { kind: "constant", value, width } };
    }
    if (operator !== "shiftLeft" && operator !== "shiftRight")
      return combine(right, operator, left);
  }
  const { expression } = left;
  return {
    form,
    presence: false,
    expression: { kind: "binary", operator, left: expression, right: right.expression, width },
  };
}

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
    return { kind: "lookup", key: key.expression, map };
  }
  return assignedValue(context, form);
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

/** Flags by comma are their sum; `0x10 | meta mark` has its selector on the right. */
function assignedValue(context: RuleContext, form: ValueForm): Expression {
  let value = parseBits(context, 0, form);
  while (context.reader.is(",") && form.type !== "integer") {
    context.reader.next();
    value = combine(value, "or", parseBits(context, 0, form));
  }
  return value.expression;
}
