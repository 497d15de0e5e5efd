import type { NamedSet, SetElement } from "../../device/set.ts";
import { dataText, firstOverlap, keyText } from "./anonymousSet.ts";
import { UNKNOWN_VALUE } from "./constant.ts";
import { ownElements, settledSet } from "./ownElements.ts";
import { refuse, type ScriptState } from "./state.ts";

/** A set declared again keeps its elements and gets the new ones (measured). */
export function mergeSet(state: ScriptState, known: NamedSet | null, set: NamedSet): NamedSet {
  if (known === null) state.madeHere.add(setKey(state, set.name));
  else if (declaration(known) !== declaration(set) || (set.dynamic && !known.dynamic))
    refuse(
      state,
      "PM1067",
      `\`${set.name}\` is already declared with another type or other flags`,
      set.span,
      "delete the set first, or declare it as it was",
    );
  const elements = known === null ? [] : known.elements;
  return addElements(state, { ...(known ?? set), elements }, set.elements);
}

/** What two declarations of a set must have in common (measured); size and times may differ. */
function declaration(set: NamedSet): string {
  const { kind, keyTypes, dataType, interval, constant, timeout, elementStatements } = set;
  return JSON.stringify([
    kind,
    keyTypes,
    dataType,
    interval,
    constant,
    timeout,
    elementStatements.map((statement) => statement.kind),
  ]);
}

/** The set with more elements; what the kernel would refuse is refused. */
export function addElements(
  state: ScriptState,
  set: NamedSet,
  more: readonly SetElement[],
): NamedSet {
  const { held, elements } = ownElements(state, settledSet(state, set));
  for (const element of more) {
    if (element.key.includes(UNKNOWN_VALUE)) continue;
    const key = keyText(element);
    const same = held.get(key);
    if (same === undefined) {
      held.set(key, element);
      elements.push(element);
      if (element.data?.kind !== "verdict") continue;
      state.batch.table = state.currentTable;
      state.batch.elements.push(element);
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
  if (set.size !== null && held.size > set.size)
    refuse(
      state,
      "PM1061",
      `\`${set.name}\` holds ${set.size} elements at most`,
      set.span,
      "raise its `size`",
    );
  return { ...set, elements };
}

/** `create element` wants keys that the set does not hold. */
export function refuseHeld(state: ScriptState, set: NamedSet, more: readonly SetElement[]): void {
  const { held } = ownElements(state, settledSet(state, set));
  const taken = more.find((element) => held.has(keyText(element)));
  if (taken === undefined) return;
  refuse(
    state,
    "PM1060",
    `\`${set.name}\` holds this element already`,
    taken.span,
    "write `add element`",
  );
}

/** Ranges and prefixes need a set of intervals; names of interfaces with a star need none. */
export function refuseWide(
  state: ScriptState,
  set: Pick<NamedSet, "name" | "interval" | "keyTypes">,
  elements: readonly SetElement[],
): void {
  if (set.interval) return;
  const wide = elements.find(({ key }) =>
    key.some((range, i) => range.from !== range.to && set.keyTypes[i] !== "ifname"),
  );
  if (wide === undefined) return;
  refuse(
    state,
    "PM1032",
    `\`${set.name}\` holds single values only`,
    wide.span,
    "add `flags interval` to the set",
  );
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
