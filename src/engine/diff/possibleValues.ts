import { maximum, normalizeRanges, type Range } from "../base/range.ts";
import { type Arena, type Node, support } from "../bdd/index.ts";
import type { Field } from "./fields.ts";
import { partition } from "./partition.ts";

/** Which values of a field packets can have at all: what cannot be need not be left out in words. */
export type PossibleValues = (domain: Node, field: Field) => readonly Range[];

/** Asked for many classes of one path, each field is worked out once. */
export function possibleValues(arena: Arena): PossibleValues {
  const known = new Map<string, readonly Range[]>();
  return (domain, field) => {
    const key = `${domain} ${field.name}`;
    const found = known.get(key) ?? valuesIn(arena, domain, field.levels);
    known.set(key, found);
    return found;
  };
}

/** The values that a field has in a set; all, where they are too many to tell. */
export function valuesIn(arena: Arena, set: Node, levels: readonly number[]): readonly Range[] {
  const own = new Set(levels);
  const others = support(arena, set).filter((level) => !own.has(level));
  const parts = partition(arena, arena.exists(set, others), levels);
  if (parts === null) return [{ from: 0n, to: maximum(levels.length) }];
  return normalizeRanges(parts.flatMap(({ ranges }) => ranges));
}
