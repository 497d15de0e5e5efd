import { inRanges, type Range } from "../base/range.ts";
import { type Arena, type Extremes, extremesOf, FALSE, type Node, TRUE } from "../bdd/index.ts";
import { plainLevels } from "../packet/header/rangesOver.ts";
import type { Value } from "./value.ts";

/** What was looked up last, by the first variable of the field: a set stays the same over thousands of rules. */
interface Known {
  readonly live: Node;
  readonly width: number;
  readonly extremes: Extremes | null;
}

const KNOWN = new WeakMap<Arena, Map<number, Known>>();

/**
 * Whether no packet in `live` has the value in `ranges`, as far as that is seen without a diagram of the ranges: of
 * thousands of rules about single hosts, most are about others than a question.
 */
export function isNeverIn(
  arena: Arena,
  live: Node,
  { pieces }: Value,
  ranges: readonly Range[],
): boolean {
  if (live === TRUE || live === FALSE) return false;
  return pieces.every(({ guard, value }) => {
    if (value.kind === "constant") return !inRanges(ranges, value.value);
    if (value.kind === "bits")
      return guard === FALSE || areOutside(arena, live, value.bits, ranges);
    return false;
  });
}

function areOutside(
  arena: Arena,
  live: Node,
  bits: readonly Node[],
  ranges: readonly Range[],
): boolean {
  const levels = plainLevels(arena, bits);
  const extremes = levels === null ? null : lookUp(arena, live, levels);
  if (extremes === null) return false;
  const { least, greatest } = extremes;
  return ranges.every(({ from, to }) => to < least || from > greatest);
}

function lookUp(arena: Arena, live: Node, levels: readonly number[]): Extremes | null {
  const [first] = levels;
  if (first === undefined) return null;
  const byField = KNOWN.get(arena) ?? new Map<number, Known>();
  KNOWN.set(arena, byField);
  const known = byField.get(first);
  if (known?.live === live && known.width === levels.length) return known.extremes;
  const extremes = extremesOf(arena, live, levels);
  byField.set(first, { live, width: levels.length, extremes });
  return extremes;
}
