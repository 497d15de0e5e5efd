import type { Range } from "../../base/range.ts";
import type { NamedSet, SetElement } from "../../device/set.ts";
import { dataText, firstOverlap, keyText } from "./anonymousSet.ts";
import { UNKNOWN_VALUE } from "./constant.ts";
import { refuse, type ScriptState } from "./state.ts";

/** A set declared again keeps its elements and gets the new ones (measured). */
export function mergeSet(state: ScriptState, known: NamedSet | null, set: NamedSet): NamedSet {
  if (known === null) state.madeHere.add(setKey(state, set.name));
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
    if (element.key.includes(UNKNOWN_VALUE)) continue;
    const key = keyText(element);
    const same = held.get(key);
    if (same === undefined) {
      held.set(key, element);
      elements.push(element);
    } else if (dataText(same.data) !== dataText(element.data)) {
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
  refuseOverlap(state, merged);
  return merged;
}

/** Without auto-merge the intervals of a set with one part may not overlap. */
function refuseOverlap(state: ScriptState, set: NamedSet): void {
  if (set.autoMerge === true || set.keyTypes.length !== 1 || !set.interval) return;
  const meeting = firstOverlap(set.elements);
  if (meeting === null) return;
  refuse(
    state,
    "PM1062",
    `\`${set.name}\` has overlapping intervals`,
    meeting.span,
    "add `auto-merge` to the set, or take one of them out",
  );
}

/** Sets of different tables may share a name. */
export function setKey(state: ScriptState, name: string): string {
  return `${state.currentTable?.family ?? ""} ${state.currentTable?.name ?? ""} ${name}`;
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
      const cut = set.autoMerge === true ? cutOut(elements, element) : null;
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
