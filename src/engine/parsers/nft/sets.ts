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

/**
 * Elements by key, for lists that the file in hand made: only these are changed in place, so a file
 * that is refused leaves what was there before, and a script of single additions stays fast.
 */
type SetIndex = Map<string, SetElement>;

function indexOf(state: ScriptState, elements: readonly SetElement[]): SetIndex {
  const known = state.indexes.get(elements);
  if (known !== undefined) return known;
  return new Map(elements.map((element) => [keyText(element), element]));
}

/** The set with more elements; what the kernel would refuse is refused. */
export function addElements(
  state: ScriptState,
  set: NamedSet,
  more: readonly SetElement[],
): NamedSet {
  const isOwn = state.indexes.has(set.elements);
  const held = indexOf(state, set.elements);
  const elements = isOwn ? (set.elements as SetElement[]) : [...set.elements];
  state.indexes.set(elements, held);
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
  return { ...set, elements };
}

/** Without auto-merge the intervals of a set with one part may not overlap. */
export function refuseOverlap(state: ScriptState, set: NamedSet): void {
  if (set.autoMerge === true || set.keyTypes.length !== 1 || !set.interval) return;
  if (!state.indexes.has(set.elements)) return;
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
  const held = new Map(indexOf(state, set.elements));
  for (const element of less) {
    if (held.delete(keyText(element))) continue;
    const cut = set.autoMerge === true ? cutOut([...held.values()], element) : null;
    if (cut !== null) {
      held.clear();
      for (const piece of cut) held.set(keyText(piece), piece);
    } else if (mustExist)
      refuse(
        state,
        "PM1063",
        `\`${set.name}\` has no such element`,
        element.span,
        "list the set, and write an element as it is listed",
      );
  }
  const elements = [...held.values()];
  state.indexes.set(elements, held);
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
