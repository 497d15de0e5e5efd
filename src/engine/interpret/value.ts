import { maximum, normalizeRanges, type Range } from "../base/range.ts";
import type { Choices, Variable } from "./choices.ts";

/** What an expression gives: a number, something not given, or nothing at all (the rule ends). */
export type Value =
  | { readonly kind: "known"; readonly value: bigint; readonly width: number }
  | {
      readonly kind: "unknown";
      readonly variable: Variable;
      /** From the variable's value to this one; null: the same. */
      readonly transform: ((value: bigint) => bigint) | null;
      /** Canonical text of the transformed value. */
      readonly text: string;
      readonly width: number;
    }
  | { readonly kind: "absent" };

export const ABSENT: Value = { kind: "absent" };

export function known(value: bigint, width: number): Value {
  return { kind: "known", value: value & maximum(width), width };
}

export function unknown(
  key: string,
  width: number,
  label: string,
  origin: "omitted" | "unknown",
): Value {
  return {
    kind: "unknown",
    variable: { key, width, label, origin },
    transform: null,
    text: key,
    width,
  };
}

/** Widest variable whose values are all tried when a transformed value is asked for. */
const ENUMERABLE_BITS = 16;

/** Whether `value` lies in the normalized `ranges`; an unknown value takes a choice. */
export function decideRanges(
  choices: Choices,
  value: Exclude<Value, { kind: "absent" }>,
  ranges: readonly Range[],
): boolean {
  if (value.kind === "known") return isWithin(value.value, ranges);
  if (value.transform === null) return choices.decide(value.variable, ranges);
  if (value.variable.width <= ENUMERABLE_BITS)
    return choices.decide(value.variable, preimage(value.variable, value.transform, ranges));
  const text = `${value.text} in ${ranges.map(({ from, to }) => `${from}-${to}`).join(",")}`;
  const answer = choices.choose(text, value.variable.label, ["yes", "no"], value.variable.origin);
  return answer === 0;
}

/** A loop: thousands of rules are asked, most of them in code that is not optimized yet. */
function isWithin(value: bigint, ranges: readonly Range[]): boolean {
  for (const { from, to } of ranges) if (from <= value && value <= to) return true;
  return false;
}

/** All values of `variable` that `transform` brings into `ranges`. */
function preimage(
  variable: Variable,
  transform: (value: bigint) => bigint,
  ranges: readonly Range[],
): readonly Range[] {
  const found: Range[] = [];
  for (let value = 0n; value <= maximum(variable.width); value++) {
    const image = transform(value);
    if (isWithin(image, ranges)) found.push({ from: value, to: value });
  }
  return normalizeRanges(found);
}

/** `value` changed by a function of one number. */
export function mapValue(
  value: Value,
  width: number,
  text: string,
  change: (value: bigint) => bigint,
): Value {
  if (value.kind === "absent") return value;
  if (value.kind === "known") return known(change(value.value), width);
  const before = value.transform;
  return {
    kind: "unknown",
    variable: value.variable,
    transform: before === null ? change : (number) => change(before(number)),
    text: `${text}(${value.text})`,
    width,
  };
}

/** A value that is there, known or not. */
export type PresentValue = Exclude<Value, { kind: "absent" }>;

export function textOf(value: PresentValue): string {
  return value.kind === "known" ? `0x${value.value.toString(16)}` : value.text;
}
