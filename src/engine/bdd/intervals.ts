import type { Range } from "../base/range.ts";
import type { Arena } from "./arena.ts";
import { FALSE, type Node, TRUE } from "./node.ts";
import { rangeOnto } from "./rangeOnto.ts";
import { Steps } from "./steps.ts";

/** Some values of a field, and the diagram that holds for them. */
export interface MappedRange {
  readonly range: Range;
  readonly node: Node;
}

/**
 * The packets whose field lies in one of the sorted, disjoint `ranges`; values beyond the width of
 * the field match nothing. Built from the leaves up in one pass: it costs the nodes of the result
 * and no operation. Much content that the arena has seen before costs a comparison.
 */
export function intervalSet(
  arena: Arena,
  field: readonly number[],
  ranges: readonly Range[],
): Node {
  const [only, second] = ranges;
  if (only !== undefined && second === undefined) return rangeOnto(arena, field, only, TRUE);
  const steps = new Steps(field.length, ranges.length, FALSE);
  for (const { from, to } of ranges) steps.add(from, to, TRUE);
  return buildOnce(arena, field, steps);
}

/**
 * The diagram that is `node` where the field lies in its range, else `otherwise`. All of them are
 * terminals or test only variables below those of the field; ranges are sorted and disjoint.
 */
export function intervalMap(
  arena: Arena,
  field: readonly number[],
  entries: readonly MappedRange[],
  otherwise: Node = FALSE,
): Node {
  const steps = new Steps(field.length, entries.length, otherwise);
  const lowest = field.at(-1) ?? -1;
  for (const { range, node } of entries) {
    if (arena.level(node) <= lowest) throw new Error("a mapped diagram must lie below the field");
    steps.add(range.from, range.to, node);
  }
  return buildOnce(arena, field, steps);
}

/** Steps of one range: to build it costs less than to look whether it is there. */
const FEW_STEPS = 2;

function buildOnce(arena: Arena, field: readonly number[], steps: Steps): Node {
  if (steps.count <= FEW_STEPS) return build(arena, field, steps, 0, 0, steps.count, steps.first);
  const { contents } = arena;
  const content = {
    head: Int32Array.of(steps.first, ...field),
    words: steps.words.subarray(0, steps.count * steps.wordsEach),
    nodes: steps.nodes.subarray(0, steps.count),
  };
  const known = contents.find(content);
  if (known !== null) return known;
  const node = build(arena, field, steps, 0, 0, steps.count, steps.first);
  contents.store(content, node);
  return node;
}

/**
 * The part of the field's values that share the bits before `bit`: `before` holds at its beginning,
 * and the steps `from` to `to` (not included) lie inside, behind its first value.
 */
function build(
  arena: Arena,
  field: readonly number[],
  steps: Steps,
  bit: number,
  from: number,
  to: number,
  before: Node,
): Node {
  if (from === to) return before;
  if (to - from === 1) return buildSingle(arena, field, steps, bit, from, before);
  const middle = firstWithBit(steps, bit, from, to);
  const low = build(arena, field, steps, bit + 1, from, middle, before);
  // A step at the very first value of the upper half is no step inside of it.
  const isAtMiddle = middle < to && steps.lastSetBit(middle) === bit;
  const begin = isAtMiddle ? middle + 1 : middle;
  const holds = begin === from ? before : (steps.nodes[begin - 1] as number);
  const high = build(arena, field, steps, bit + 1, begin, to, holds);
  return arena.make(field[bit] as number, low, high);
}

/** As `build` with one step: a chain of nodes, without a search at each. */
function buildSingle(
  arena: Arena,
  field: readonly number[],
  steps: Steps,
  bit: number,
  step: number,
  before: Node,
): Node {
  const after = steps.nodes[step] as number;
  let node = after;
  for (let at = steps.lastSetBit(step); at >= bit; at--)
    node = steps.isSet(step, at)
      ? arena.make(field[at] as number, before, node)
      : arena.make(field[at] as number, node, after);
  return node;
}

/** The first of the steps that share the bits before `bit` in which it is set; `to`: none. */
function firstWithBit(steps: Steps, bit: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (steps.isSet(middle, bit)) high = middle;
    else low = middle + 1;
  }
  return low;
}
