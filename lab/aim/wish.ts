import {
  complementRanges,
  maximum,
  normalizeRanges,
  type Range,
} from "../../src/engine/base/range.ts";
import type { Table } from "../../src/engine/device/device.ts";
import type { Expression } from "../../src/engine/device/expression.ts";
import type { Match, Statement } from "../../src/engine/device/statement.ts";
import { SELECTORS } from "../../src/engine/packet/selectors/index.ts";
import type { Chance } from "../chance.ts";
import { elementsOf } from "../visit.ts";

/** What a rule wants of one selector: `(value & mask) ^ flip` lies in `ranges`. */
export interface Wish {
  readonly selector: string;
  readonly mask: bigint;
  readonly ranges: readonly Range[];
  /** Written in the rule itself, so that its edges are worth a try. */
  readonly isOwn: boolean;
}

/**
 * What `statement` wants so that the rule goes on, or (`avoid`) so that it does not. Of a set one
 * element is picked. Null: it cannot be put as wishes.
 */
export function wishesOf(
  table: Table,
  statement: Statement,
  avoid: boolean,
  chance: Chance,
): readonly Wish[] | null {
  if (statement.kind === "match") return wishesOfMatch(table, statement, avoid, chance);
  return avoid ? null : [];
}

function wishesOfMatch(
  table: Table,
  { left, test }: Match,
  avoid: boolean,
  chance: Chance,
): readonly Wish[] | null {
  if (test.kind === "ranges") {
    const wish = wishOf(left, test.ranges, test.negated !== avoid);
    return wish === null ? null : [wish];
  }
  const elements = elementsOf(table, test.set).filter(({ catchAll }) => !catchAll);
  if (test.negated === avoid) {
    const element = chance.pick(elements);
    return element === undefined ? null : wishesOfKey(left, element.key);
  }
  if (left.kind === "concatenation") return null;
  const ranges = elements.flatMap(({ key: [range] }) => (range === undefined ? [] : [range]));
  const wish = wishOf(left, normalizeRanges(ranges), true);
  return wish === null ? null : [wish];
}

/** One range for each part of the key. */
export function wishesOfKey(key: Expression, ranges: readonly Range[]): readonly Wish[] {
  const parts = key.kind === "concatenation" ? key.parts : [key];
  return parts.flatMap((part, place) => {
    const range = ranges[place];
    const wish = range === undefined ? null : wishOf(part, [range], false);
    return wish === null ? [] : [wish];
  });
}

function wishOf(left: Expression, ranges: readonly Range[], isNegated: boolean): Wish | null {
  const masked = left.kind === "binary" && left.operator === "and" ? left : null;
  const selector = masked === null ? left : masked.left;
  if (selector.kind !== "selector") return null;
  const width = SELECTORS.get(selector.id)?.width ?? 32;
  const mask = masked?.right.kind === "constant" ? masked.right.value : maximum(width);
  const wanted = isNegated ? complementRanges(normalizeRanges(ranges), width) : ranges;
  return { selector: selector.id, mask, ranges: wanted, isOwn: true };
}

export function meets(value: bigint, { mask, ranges }: Wish): boolean {
  const masked = value & mask;
  return ranges.some(({ from, to }) => masked >= from && masked <= to);
}

/** A value that all of `wishes`, of one selector, are content with; null: none was found. */
export function grant(wishes: readonly Wish[], chance: Chance): bigint | null {
  const found: bigint[] = [];
  for (const wish of wishes) {
    for (const { from, to } of wish.ranges.slice(0, 64)) {
      for (const value of [from, to, chance.between(from, to)])
        if (wishes.every((other) => meets(value, other))) found.push(value);
    }
  }
  return chance.pick(found) ?? null;
}

/** Values just within and just beyond the edges of what is wished, where they are numbers. */
export function edges({ selector, ranges, mask }: Wish): readonly bigint[] {
  const width = SELECTORS.get(selector)?.width ?? 32;
  if (mask !== maximum(width)) return [];
  const top = maximum(width);
  return ranges
    .slice(0, 16)
    .flatMap(({ from, to }) => [from - 1n, from, to, to + 1n])
    .filter((value) => value >= 0n && value <= top);
}
