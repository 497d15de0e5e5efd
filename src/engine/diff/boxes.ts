import { normalizeRanges, type Range } from "../base/range.ts";
import { type Arena, FALSE, type Node, pickOne, support, TRUE } from "../bdd/index.ts";
import { rangesOver } from "../packet/header/rangesOver.ts";
import type { Field } from "./fields.ts";
import { dependsOn, type Part, partition } from "./partition.ts";

/** Packets told field by field; what is not named may be anything. */
export interface BoxOfFields {
  readonly values: ReadonlyMap<string, readonly Range[]>;
  /** False: some packets between are no part of the set. */
  readonly isExact: boolean;
}

/** Boxes that are worked out for one set at most, before the rest is only counted. */
const MAXIMUM_BOXES = 64;

/**
 * A set as disjoint boxes of fields: where no product of fields will do, it is cut along the field
 * that falls into the fewest parts. `domain` holds the headers that can be at all.
 */
export function boxesOf(
  arena: Arena,
  set: Node,
  domain: Node,
  fields: readonly Field[],
  maximum = MAXIMUM_BOXES,
): { readonly boxes: readonly BoxOfFields[]; readonly isComplete: boolean } {
  const relevant = relevantFields(arena, set, domain, fields);
  const boxes: BoxOfFields[] = [];
  const isComplete = cut(arena, relevant.set, relevant.fields, new Map(), boxes, maximum);
  return { boxes, isComplete };
}

/**
 * The smallest box around a set, which is the union of `own`, and the boxes of it that are no part of the set; null
 * where those are no fewer than its own.
 */
export function boxExcept(
  arena: Arena,
  set: Node,
  domain: Node,
  fields: readonly Field[],
  own: readonly BoxOfFields[],
): { readonly box: BoxOfFields; readonly except: readonly BoxOfFields[] } | null {
  /* One box is the least that there can be, and exceptions come on top. */
  if (own.length < 2) return null;
  const hull = arena.and(domain, hullOf(arena, set, fields, own));
  const around = boxesOf(arena, hull, domain, fields, 1);
  const [box] = around.boxes;
  if (box === undefined || !around.isComplete) return null;
  const most = Math.min(own.length - 2, MAXIMUM_BOXES);
  const rest = boxesOf(arena, arena.difference(hull, set), domain, fields, most);
  if (!rest.isComplete) return null;
  const isExact = box.isExact && rest.boxes.every((one) => one.isExact);
  return isExact ? { box, except: rest.boxes } : null;
}

/** Of each field all values that it has somewhere in the set, which is the union of `boxes`. */
function hullOf(
  arena: Arena,
  set: Node,
  fields: readonly Field[],
  boxes: readonly BoxOfFields[],
): Node {
  const isExact = boxes.every((box) => box.isExact);
  const levels = isExact ? [] : support(arena, set);
  return fields.reduce<Node>((hull, { name, levels: own }) => {
    if (!isExact) {
      const others = levels.filter((level) => !own.includes(level));
      return arena.and(hull, arena.exists(set, others));
    }
    const ranges = boxes.map(({ values }) => values.get(name));
    const all = ranges.flatMap((some) => some ?? []);
    if (ranges.includes(undefined)) return hull;
    const bits = own.map((level) => arena.variable(level));
    return arena.and(hull, rangesOver(arena, bits, normalizeRanges(all)));
  }, TRUE);
}

/** Takes out the fields that make no difference among the headers that can be. */
function relevantFields(
  arena: Arena,
  set: Node,
  domain: Node,
  fields: readonly Field[],
): { readonly set: Node; readonly fields: readonly Field[] } {
  let work = set;
  const relevant: Field[] = [];
  const others: number[] = [];
  /* From the last on: what a reader asks last is left out first. */
  for (const field of [...fields].reverse()) {
    if (showsDifference(arena, work, domain, field)) {
      relevant.unshift(field);
      continue;
    }
    const wider = arena.exists(work, field.levels);
    if (wider === work || arena.and(wider, domain) === arena.and(work, domain)) {
      work = wider;
      others.push(...field.levels);
    } else relevant.unshift(field);
  }
  /* Taken out of the headers at once: one by one, each class did it anew. */
  return { set: arena.and(work, arena.exists(domain, others)), fields: relevant };
}

/**
 * Whether one packet of the set shows that the field matters: with another value of it, and all else as it is, it can
 * be, and is none of the set. False says nothing: another packet may show it. Most fields that matter show it at once,
 * and then the set need not be made without the field, which took a sixth of the time of a diff.
 */
function showsDifference(arena: Arena, set: Node, possible: Node, { levels }: Field): boolean {
  const picked = new Map(pickOne(arena, set));
  for (const level of levels) picked.delete(level);
  const beside = arena.difference(arena.restrict(possible, picked), arena.restrict(set, picked));
  return beside !== FALSE;
}

/** False where there were too many boxes. */
function cut(
  arena: Arena,
  set: Node,
  fields: readonly Field[],
  known: ReadonlyMap<string, readonly Range[]>,
  boxes: BoxOfFields[],
  maximum: number,
): boolean {
  if (set === FALSE) return true;
  if (boxes.length >= maximum) return false;
  const { values, decided, open, isExact } = look(arena, set, fields, known);
  const [first, ...others] = open;
  if (first === undefined) {
    boxes.push({ values, isExact });
    return true;
  }
  const best = others.reduce((a, b) => (b.parts.length < a.parts.length ? b : a), first);
  const left = fields.filter((field) => field !== best.field);
  return best.parts.every(({ ranges, rest }) => {
    const inside = new Map(values).set(best.field.name, ranges);
    return cut(arena, arena.exists(rest, decided), left, inside, boxes, maximum);
  });
}

interface Look {
  readonly values: Map<string, readonly Range[]>;
  /** Variables of the fields that have one part. */
  readonly decided: readonly number[];
  /** Fields that fall into several parts. */
  readonly open: readonly { readonly field: Field; readonly parts: readonly Part[] }[];
  readonly isExact: boolean;
}

const FEWEST_PARTS = 2;

function look(
  arena: Arena,
  set: Node,
  fields: readonly Field[],
  known: ReadonlyMap<string, readonly Range[]>,
): Look {
  const values = new Map(known);
  const decided: number[] = [];
  const open: { readonly field: Field; readonly parts: readonly Part[] }[] = [];
  let isExact = true;
  for (const field of fields) {
    if (!dependsOn(arena, set, field.levels)) continue;
    const parts = partition(arena, set, field.levels);
    const [only, second] = parts ?? [];
    if (parts === null) isExact = false;
    else if (only !== undefined && second === undefined) {
      values.set(field.name, only.ranges);
      decided.push(...field.levels);
    } else {
      open.push({ field, parts });
      /* No field falls into fewer, and along this one it is cut. */
      if (parts.length === FEWEST_PARTS) break;
    }
  }
  return { values, decided, open, isExact };
}
