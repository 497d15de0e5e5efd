import type { Range } from "../../base/range.ts";
import type { NamedSet, SetElement } from "../../device/set.ts";
import type { DeclaredSet } from "./setBlock.ts";
import { refuse, type ScriptState } from "./state.ts";

/** A set declared again keeps its elements and gets the new ones (measured). */
export function mergeSet(
  state: ScriptState,
  known: NamedSet | null,
  declared: DeclaredSet,
): NamedSet {
  const { set } = declared;
  if (declared.autoMerge) state.autoMerged.add(set.name);
  if (declared.constant) state.constant.add(set.name);
  if (known === null) state.madeHere.add(set.name);
  const elements = known === null ? [] : known.elements;
  return addElements(state, { ...(known ?? set), elements }, set.elements);
}

/** The set with more elements; what the kernel would refuse is refused. */
export function addElements(
  state: ScriptState,
  set: NamedSet,
  more: readonly SetElement[],
): NamedSet {
  const held = new Map(set.elements.map((element) => [keyText(element), element]));
  const elements = [...set.elements];
  for (const element of more) {
    const key = keyText(element);
    const same = held.get(key);
    if (same === undefined) {
      held.set(key, element);
      elements.push(element);
    } else if (dataText(same) !== dataText(element)) {
      refuse(
        state,
        "PM1060",
        `two elements of \`${set.name}\` have the same key`,
        element.span,
        "keep one of them",
      );
    }
  }
  if (set.size !== null && elements.length > set.size)
    refuse(
      state,
      "PM1061",
      `\`${set.name}\` holds ${set.size} elements at most`,
      set.span,
      "raise its `size`",
    );
  const merged = { ...set, elements };
  refuseOverlap(state, merged, state.autoMerged.has(set.name));
  return merged;
}

/** Without auto-merge the intervals of a set with one part may not overlap. */
export function refuseOverlap(state: ScriptState, set: NamedSet, merges: boolean): void {
  if (merges || set.keyTypes.length !== 1 || !set.interval) return;
  const sorted = set.elements
    .filter((element) => !element.catchAll)
    .sort((a, b) => ((a.key[0]?.from ?? 0n) < (b.key[0]?.from ?? 0n) ? -1 : 1));
  for (let i = 1; i < sorted.length; i++) {
    const before = sorted[i - 1]?.key[0];
    const element = sorted[i];
    const after = element?.key[0];
    if (before === undefined || after === undefined || element === undefined) continue;
    if (after.from > before.to || (after.from === before.from && after.to === before.to)) continue;
    refuse(
      state,
      "PM1062",
      `\`${set.name}\` has overlapping intervals`,
      element.span,
      "add `auto-merge` to the set, or take one of them out",
    );
    return;
  }
}

/** The set without elements; one that it does not have is refused. */
export function deleteElements(
  state: ScriptState,
  set: NamedSet,
  less: readonly SetElement[],
  mustExist: boolean,
): NamedSet {
  let elements = [...set.elements];
  for (const element of less) {
    const key = keyText(element);
    const rest = elements.filter((held) => keyText(held) !== key);
    if (rest.length === elements.length) {
      const cut = state.autoMerged.has(set.name) ? cutOut(elements, element) : null;
      if (cut !== null) elements = cut;
      else if (mustExist)
        refuse(
          state,
          "PM1063",
          `\`${set.name}\` has no such element`,
          element.span,
          "list the set, and write an element as it is listed",
        );
      continue;
    }
    elements = rest;
  }
  return { ...set, elements };
}

/** With auto-merge a part of an interval can be taken out. */
function cutOut(elements: readonly SetElement[], hole: SetElement): SetElement[] | null {
  const range = hole.key[0];
  if (range === undefined) return null;
  const around = elements.find((element) => {
    const own = element.key[0];
    return own !== undefined && own.from <= range.from && range.to <= own.to;
  });
  const own = around?.key[0];
  if (around === undefined || own === undefined) return null;
  const pieces: Range[] = [
    { from: own.from, to: range.from - 1n },
    { from: range.to + 1n, to: own.to },
  ].filter(({ from, to }) => from <= to);
  return elements.flatMap((element) =>
    element === around ? pieces.map((piece) => ({ ...element, key: [piece] })) : [element],
  );
}

export function keyText(element: SetElement): string {
  if (element.catchAll) return "*";
  return element.key.map(({ from, to }) => `${from}-${to}`).join(".");
}

function dataText(element: SetElement): string {
  return JSON.stringify(element.data, (_, value: unknown) =>
    typeof value === "bigint" ? `${value}` : value,
  );
}
