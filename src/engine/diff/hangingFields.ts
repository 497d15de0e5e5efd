import { type Arena, FALSE, type Node, support, TRUE } from "../bdd/index.ts";
import { bitsOfPiece, type FinalState } from "../compile/index.ts";
import { type FinalField, ROUTING_MARK, writtenFields } from "./finalFields.ts";

/** A field with the packets in which it ends otherwise for other values of some variables. */
export interface HangingField {
  readonly field: FinalField;
  readonly packets: Node;
}

/** Fields of packets in one final state that hang on the variables; what stays with a connection is left out. */
export function hangingFields(
  arena: Arena,
  state: FinalState,
  levels: readonly number[],
): readonly HangingField[] {
  const asked = new Set(levels);
  const hangs = (node: Node) => support(arena, node).some((level) => asked.has(level));
  /* Packets that are in the set for some values, and not for others. */
  const either = (set: Node) =>
    hangs(set) ? arena.and(arena.exists(set, levels), arena.exists(arena.not(set), levels)) : FALSE;
  const packets = arena.exists(state.packets, levels);
  const valuesIn = ({ space, from, width }: FinalField) =>
    space === "mark" && state.markAtRouting !== null && from === ROUTING_MARK.from
      ? [state.store.read(space, from, width), state.markAtRouting]
      : [state.store.read(space, from, width)];
  return writtenFields(state, state)
    .filter(({ isLasting }) => !isLasting)
    .flatMap((field) => {
      let found: Node = FALSE;
      for (const { guard, value } of valuesIn(field).flatMap(({ pieces }) => pieces))
        for (const set of [TRUE, ...(bitsOfPiece(value, field.width) ?? [])])
          found = arena.or(found, either(arena.and(guard, set)));
      const inside = arena.and(packets, found);
      return inside === FALSE ? [] : [{ field, packets: inside }];
    });
}
