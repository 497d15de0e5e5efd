import { maximum } from "../base/range.ts";
import type { Table } from "../device/device.ts";
import type { Expression } from "../device/expression.ts";
import { readFib } from "./fib.ts";
import { lookupData } from "./lookup.ts";
import { readPayload, readSelector } from "./readSelector.ts";
import {
  ABSENT,
  known,
  mapValue,
  type PresentValue,
  textOf,
  unknown,
  type Value,
} from "./value.ts";
import { freshKey, unknownKey, type Walk } from "./walk.ts";

/** The values of an expression, one for each part of a concatenation; null: the rule ends here. */
export function evaluateParts(
  walk: Walk,
  table: Table,
  expression: Expression,
): readonly PresentValue[] | null {
  const parts = expression.kind === "concatenation" ? expression.parts : [expression];
  const values: PresentValue[] = [];
  for (const part of parts) {
    const value = evaluate(walk, table, part);
    if (value.kind === "absent") return null;
    values.push(value);
  }
  return values;
}

/** The value of an expression without concatenation. */
export function evaluate(walk: Walk, table: Table, expression: Expression): Value {
  switch (expression.kind) {
    case "constant":
      return known(expression.value, expression.width);
    case "selector":
      return readSelector(walk, expression.id);
    case "payload": {
      const { base, offset, width } = expression;
      return readPayload(walk, base, offset, width, `@${base},${offset},${width}`);
    }
    case "binary":
      return evaluateBinary(walk, table, expression);
    case "lookup": {
      const data = lookupData(
        walk,
        table,
        evaluateParts(walk, table, expression.key),
        expression.map,
      );
      return data === null || data.kind !== "value" ? ABSENT : joinParts(data.values);
    }
    case "fib":
      return readFib(walk, expression.flags, expression.result);
    case "generator":
      return evaluateGenerator(walk, table, expression);
    case "concatenation": {
      const parts = evaluateParts(walk, table, expression);
      return parts === null ? ABSENT : joinParts(parts);
    }
    case "opaque": {
      const key = unknownKey(walk, expression);
      return unknown(key, expression.width, expression.text, "unknown");
    }
  }
}

function joinParts(parts: readonly PresentValue[]): Value {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  let value = 0n;
  let width = 0;
  for (const part of parts) {
    if (part.kind !== "known")
      return unknown(
        parts.map(textOf).join(" . "),
        parts.reduce((n, p) => n + p.width, 0),
        "concatenation",
        "unknown",
      );
    value = (value << BigInt(part.width)) | part.value;
    width += part.width;
  }
  return known(value, width);
}

type Binary = Extract<Expression, { kind: "binary" }>;

function evaluateBinary(walk: Walk, table: Table, expression: Binary): Value {
  const left = evaluate(walk, table, expression.left);
  const right = evaluate(walk, table, expression.right);
  if (left.kind === "absent" || right.kind === "absent") return ABSENT;
  const { operator, width } = expression;
  if (right.kind === "known")
    return mapValue(left, width, `${operator} ${right.value}`, (value) =>
      calculate(operator, value, right.value, width),
    );
  if (left.kind === "known")
    return mapValue(right, width, `${left.value} ${operator}`, (value) =>
      calculate(operator, left.value, value, width),
    );
  return unknown(`${left.text} ${operator} ${right.text}`, width, left.variable.label, "unknown");
}

function calculate(
  operator: Binary["operator"],
  left: bigint,
  right: bigint,
  width: number,
): bigint {
  switch (operator) {
    case "and":
      return left & right;
    case "or":
      return left | right;
    case "xor":
      return left ^ right;
    case "shiftLeft":
      return (left << right) & maximum(width);
    case "shiftRight":
      return left >> right;
  }
}

/** Names what is hashed: the same content is the same number. */
function hashed(parts: readonly PresentValue[]): string {
  return parts
    .map((part) => (part.kind === "known" ? `${part.value}` : part.variable.key))
    .join(" . ");
}

type Generator = Extract<Expression, { kind: "generator" }>;

/** A number from `offset` on, below `offset + modulus`; one value only is no choice. */
function evaluateGenerator(walk: Walk, table: Table, expression: Generator): Value {
  const parts = expression.key === null ? [] : evaluateParts(walk, table, expression.key);
  if (parts === null) return ABSENT;
  if (expression.modulus === 1n) return known(expression.offset, 32);
  if (expression.source === "increment" && walk.memory !== null) {
    const count = walk.memory.increment(expression);
    return known(expression.offset + (count % expression.modulus), 32);
  }
  const label = `${expression.source} mod ${expression.modulus}`;
  const isHash = expression.source === "jhash" || expression.source === "symhash";
  const value = unknown(
    isHash ? `${label} seed ${expression.seed} of ${hashed(parts)}` : freshKey(walk, label),
    32,
    label,
    "unknown",
  );
  if (value.kind === "unknown")
    walk.choices.restrict(value.variable, [
      { from: expression.offset, to: expression.offset + expression.modulus - 1n },
    ]);
  return value;
}
