import { knownTable, missing } from "./known.ts";
import { deleteElements } from "./ownElements.ts";
import { type Reader, spanOf } from "./reader.ts";
import { parseElementsFor } from "./setBlock.ts";
import { addElements, refuseHeld, refuseWide, setKey } from "./sets.ts";
import { refuse, type ScriptState } from "./state.ts";

/** `add element`, `create element` and `delete element`. */
export function changeElements(
  reader: Reader,
  state: ScriptState,
  verb: "add" | "create" | "delete",
  mustExist: boolean,
): void {
  const table = knownTable(reader, state);
  const name = reader.word("the name of a set");
  const set = table.sets.get(name.text);
  if (set === undefined) {
    reader.unshift(name);
    throw missing(reader, `set \`${name.text}\` in table \`${table.name}\``);
  }
  state.opaque.length = 0;
  const elements = parseElementsFor(reader, state, set);
  const unresolved = [...(set.unresolved ?? []), ...state.opaque];
  state.opaque.length = 0;
  state.currentTable = table;
  if (verb !== "delete" && set.constant === true && !state.madeHere.has(setKey(state, set.name)))
    refuse(
      state,
      "PM1064",
      `\`${set.name}\` is constant`,
      spanOf(name),
      "take `flags constant` out of the set",
    );
  if (verb !== "delete") refuseWide(state, set, elements);
  if (verb === "create") refuseHeld(state, set, elements);
  const changed =
    verb === "delete"
      ? deleteElements(state, set, elements, mustExist)
      : addElements(state, set, elements);
  table.sets.set(set.name, unresolved.length > 0 ? { ...changed, unresolved } : changed);
}
