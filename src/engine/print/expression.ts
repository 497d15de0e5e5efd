import type { Expression } from "../device/expression.ts";
import { selectorRow } from "../packet/selectors/index.ts";
import { mapText } from "./elements.ts";
import type { Page } from "./options.ts";
import { type Form, valueText } from "./value.ts";

const NUMBER: Form = { type: "integer", width: 32 };

/** How the values of an expression are written, one form for each part. */
export function formsOf(expression: Expression): readonly Form[] {
  switch (expression.kind) {
    case "selector": {
      const { type, width } = selectorRow(expression.id);
      return [{ type, width }];
    }
    case "payload":
      return [{ type: "raw", width: expression.width }];
    case "opaque":
    case "constant":
      return [{ type: "integer", width: expression.width }];
    case "binary":
      return formsOf(expression.left);
    case "concatenation":
      return expression.parts.flatMap(formsOf);
    case "lookup":
    case "generator":
      return [NUMBER];
    case "fib":
      return [fibForm(expression.result)];
  }
}

function fibForm(result: "oif" | "oifname" | "type" | "exists"): Form {
  switch (result) {
    case "oif":
      return { type: "iface_index", width: 128 };
    case "oifname":
      return { type: "ifname", width: 128 };
    case "type":
      return { type: "fib_addrtype", width: 32 };
    case "exists":
      return { type: "boolean", width: 1 };
  }
}

/** `forms`: how constants in it, and data of maps, are written. */
export function expressionText(
  expression: Expression,
  page: Page,
  forms: readonly Form[] = formsOf(expression),
): string {
  switch (expression.kind) {
    case "constant":
      return valueText(expression.value, forms[0] ?? NUMBER);
    case "selector":
      return selectorText(expression.id, page);
    case "payload":
      return `@${BASES[expression.base]},${expression.offset},${expression.width}`;
    case "binary":
      return binaryText(expression, page, forms);
    case "concatenation":
      return expression.parts
        .map((part, i) => expressionText(part, page, partForms(part, forms, i)))
        .join(" . ");
    case "lookup":
      return `${expressionText(expression.key, page)} map ${mapText(expression.map, formsOf(expression.key), forms, page)}`;
    case "fib":
      return fibText(expression);
    case "generator":
      return generatorText(expression, page);
    case "opaque":
      return expression.text;
  }
}

/** nft lists the kinds of links with `meta`, and ports of a known protocol by its name. */
function selectorText(id: string, { protocol }: Page): string {
  if (id === "iiftype" || id === "oiftype") return `meta ${id}`;
  return protocol !== null && /^th [sd]port$/.test(id) ? id.replace("th", protocol) : id;
}

const BASES = { link: "ll", network: "nh", transport: "th", inner: "ih" } as const;

function partForms(part: Expression, forms: readonly Form[], index: number): readonly Form[] {
  const form = forms[index];
  return part.kind === "constant" && form !== undefined ? [form] : formsOf(part);
}

const OPERATORS = {
  or: ["|", 0],
  xor: ["^", 1],
  and: ["&", 2],
  shiftLeft: ["<<", 3],
  shiftRight: [">>", 3],
} as const;

function binaryText(
  { operator, left, right }: Extract<Expression, { kind: "binary" }>,
  page: Page,
  forms: readonly Form[],
): string {
  const kept = operator === "or" || operator === "xor" ? keptBits(operator, left, right) : null;
  if (kept !== null) return binaryText({ ...kept, kind: "binary" }, page, forms);
  const [sign, level] = OPERATORS[operator];
  const side = (one: Expression, form: readonly Form[]): string => {
    const text = expressionText(one, page, form);
    return one.kind === "binary" && OPERATORS[one.operator][1] < level ? `(${text})` : text;
  };
  const isShift = operator === "shiftLeft" || operator === "shiftRight";
  return `${side(left, forms)} ${sign} ${side(right, isShift ? [NUMBER] : forms)}`;
}

/**
 * The kernel has one operation for a mask and bits that are set behind it, so that the mask keeps those as well; null:
 * it is not of that form, or has it already.
 */
function keptBits(
  operator: "or" | "xor",
  left: Expression,
  right: Expression,
): Omit<Binary, "kind"> | null {
  if (right.kind !== "constant" || left.kind !== "binary" || left.operator !== "and") return null;
  if (left.right.kind !== "constant") return null;
  if (operator === "xor" && (left.right.value & right.value) !== 0n) return null;
  const { width } = left;
  const mask = left.right.value | right.value;
  if (right.value === 0n) return left;
  if (mask === left.right.value) return null;
  const masked: Expression = { ...left, right: { kind: "constant", value: mask, width } };
  return { operator: "or", left: masked, right, width };
}

type Binary = Extract<Expression, { kind: "binary" }>;

/** In the order in which nft prints them. */
const FIB_FLAGS = ["saddr", "daddr", "mark", "iif", "oif"] as const;

function fibText({ flags, result }: Extract<Expression, { kind: "fib" }>): string {
  const asked = FIB_FLAGS.filter((flag) => flags.includes(flag)).join(" . ");
  return `fib ${asked} ${result === "exists" ? "oif" : result}`;
}

function generatorText(
  { source, key, modulus, offset, seed }: Extract<Expression, { kind: "generator" }>,
  page: Page,
): string {
  const names = {
    random: "numgen random",
    increment: "numgen inc",
    jhash: "jhash",
    symhash: "symhash",
  };
  const asked = key === null ? "" : ` ${expressionText(key, page)}`;
  const from = seed === null ? "" : ` seed 0x${seed.toString(16)}`;
  const shift = offset === 0n ? "" : ` offset ${offset}`;
  return `${names[source]}${asked} mod ${modulus}${from}${shift}`;
}
