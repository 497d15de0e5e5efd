import type { NamedSet, SetElement } from "../../device/set.ts";
import { keyText } from "./anonymousSet.ts";
import { cutOut } from "./cutOut.ts";
import type { DraftTable } from "./ruleset.ts";
import { refuse, type ScriptState } from "./state.ts";

/**
 * Elements by key, for lists that the file in hand made: only these are changed in place, so a file
 * that is refused leaves what was there before, and a script of single changes stays fast. What is
 * deleted goes from the index at once, from the list only when somebody looks at it (`settle`).
 */
export interface OwnElements {
  readonly held: Map<string, SetElement>;
  readonly elements: SetElement[];
}

export function ownElements(state: ScriptState, set: NamedSet): OwnElements {
  const known = state.indexes.get(set.elements);
  if (known !== undefined) return { held: known, elements: set.elements as SetElement[] };
  const elements = [...set.elements];
  const held = new Map(elements.map((element) => [keyText(element), element]));
  state.indexes.set(elements, held);
  return { held, elements };
}

/** The set without elements; one that it does not have is refused. */
export function deleteElements(
  state: ScriptState,
  set: NamedSet,
  less: readonly SetElement[],
  mustExist: boolean,
): NamedSet {
  const { held, elements } = ownElements(state, set);
  const changes = state.deletions.get(elements) ?? { holes: [] };
  state.deletions.set(elements, changes);
  for (const element of less) {
    if (held.delete(keyText(element))) continue;
    if (set.autoMerge === true && element.key.length === 1)
      changes.holes.push({ element, mustExist });
    else if (mustExist) refuseMissing(state, set, element);
  }
  return { ...set, elements };
}

function refuseMissing(state: ScriptState, set: NamedSet, element: SetElement): void {
  refuse(
    state,
    "PM1063",
    `\`${set.name}\` has no such element`,
    element.span,
    "list the set, and write an element as it is listed",
  );
}

/** The set with its list brought up to date. */
export function settledSet(state: ScriptState, set: NamedSet): NamedSet {
  const changes = state.deletions.get(set.elements);
  if (changes === undefined) return set;
  const { held } = ownElements(state, set);
  state.deletions.delete(set.elements);
  const { elements, missing } = cutOut([...held.values()], changes.holes);
  for (const { element, mustExist } of missing) if (mustExist) refuseMissing(state, set, element);
  const pieces = new Map(elements.map((element) => [keyText(element), element]));
  state.indexes.set(elements, pieces);
  return { ...set, elements };
}

/** Brings all sets of the tables up to date. */
export function settleSets(state: ScriptState, tables: Iterable<DraftTable>): void {
  for (const { sets } of tables)
    for (const [name, set] of sets)
      if (state.deletions.has(set.elements)) sets.set(name, settledSet(state, set));
}
