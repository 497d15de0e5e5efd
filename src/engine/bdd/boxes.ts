import type { Range } from "../base/range.ts";
import type { Arena } from "./arena.ts";
import { intervalMap, intervalSet, type MappedRange } from "./intervals.ts";
import { FALSE, type Node, TRUE } from "./node.ts";
import { balancedOr } from "./ruleTree.ts";

/** Elements of a concatenated set: one range for each field. */
export type Box = readonly Range[];

/** The packets in one of the boxes, whose ranges are of the `fields` in the same order. */
export function boxSet(
  arena: Arena,
  fields: readonly (readonly number[])[],
  boxes: readonly Box[],
): Node {
  const order = fields
    .map((field, place) => ({ field, place }))
    .sort((a, b) => (a.field[0] ?? 0) - (b.field[0] ?? 0));
  const sortedFields = order.map(({ field }) => field);
  const sortedBoxes = boxes.map((box) => order.map(({ place }) => rangeAt(box, place)));
  return areStacked(sortedFields)
    ? stackedBoxes(arena, sortedFields, sortedBoxes, 0)
    : balancedOr(
        arena,
        sortedBoxes.map((box) => boxNode(arena, sortedFields, box)),
      );
}

/** Whether each field lies wholly below the one before it. */
function areStacked(fields: readonly (readonly number[])[]): boolean {
  return fields.every((field, i) => {
    const next = fields[i + 1];
    return next === undefined || (field.at(-1) ?? -1) < (next[0] ?? 0);
  });
}

/** Boxes by their first field; those with the same range of it share one diagram of the rest. */
function stackedBoxes(
  arena: Arena,
  fields: readonly (readonly number[])[],
  boxes: readonly Box[],
  depth: number,
): Node {
  const field = fields[depth];
  if (field === undefined) return boxes.length > 0 ? TRUE : FALSE;
  const groups = new Map<string, { range: Range; boxes: Box[] }>();
  for (const box of boxes) {
    const range = rangeAt(box, depth);
    const key = `${range.from}-${range.to}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { range, boxes: [box] });
    else group.boxes.push(box);
  }
  const entries = [...groups.values()]
    .sort((a, b) => (a.range.from < b.range.from ? -1 : 1))
    .map((group) => ({
      range: group.range,
      node: stackedBoxes(arena, fields, group.boxes, depth + 1),
    }));
  return mappedUnion(arena, field, entries);
}

/** One pass where the ranges are disjoint, as elements of the kernel's sets mostly are. */
function mappedUnion(
  arena: Arena,
  field: readonly number[],
  entries: readonly MappedRange[],
): Node {
  const isDisjoint = entries.every(({ range }, i) => {
    const next = entries[i + 1];
    return next === undefined || range.to < next.range.from;
  });
  if (isDisjoint) return intervalMap(arena, field, entries);
  return balancedOr(
    arena,
    entries.map((entry) => intervalMap(arena, field, [entry])),
  );
}

function boxNode(arena: Arena, fields: readonly (readonly number[])[], box: Box): Node {
  return fields.reduce(
    (node, field, i) => arena.and(intervalSet(arena, field, [rangeAt(box, i)]), node),
    TRUE,
  );
}

function rangeAt(box: Box, place: number): Range {
  const range = box[place];
  if (range === undefined) throw new Error(`a box has no range for field ${place}`);
  return range;
}
