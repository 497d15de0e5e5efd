import type { SetElement } from "../../device/set.ts";

/** A part of an interval to be taken out. */
export interface Hole {
  readonly element: SetElement;
  /** Whether it is a mistake that no interval covers it. */
  readonly mustExist: boolean;
}

/** Elements without the holes, and the holes that no interval covers; all of one part. */
export function cutOut(
  elements: SetElement[],
  holes: readonly Hole[],
): { readonly elements: SetElement[]; readonly missing: readonly Hole[] } {
  if (holes.length === 0) return { elements, missing: [] };
  const missing: Hole[] = [];
  const left: SetElement[] = [];
  const waiting = [...holes].sort((a, b) => compare(startOf(a.element), startOf(b.element)));
  let next = 0;
  for (const element of elements.sort((a, b) => compare(startOf(a), startOf(b)))) {
    const [range] = element.key;
    if (range === undefined) {
      left.push(element);
      continue;
    }
    let { from } = range;
    for (let hole = waiting[next]; hole !== undefined; hole = waiting[++next]) {
      const [out] = hole.element.key;
      if (out === undefined || out.from < from) missing.push(hole);
      else if (out.from > range.to) break;
      else if (out.to > range.to) missing.push(hole);
      else {
        if (out.from > from) left.push({ ...element, key: [{ from, to: out.from - 1n }] });
        from = out.to + 1n;
      }
    }
    if (from === range.from) left.push(element);
    else if (from <= range.to) left.push({ ...element, key: [{ from, to: range.to }] });
  }
  return { elements: left, missing: [...missing, ...waiting.slice(next)] };
}

function startOf({ key: [range] }: SetElement): bigint {
  return range?.from ?? -1n;
}

function compare(one: bigint, other: bigint): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
