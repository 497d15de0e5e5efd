import { single } from "../base/range.ts";
import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { Analysis, FinalState } from "../compile/index.ts";
import { rangesOver } from "../packet/header/rangesOver.ts";
import { STATE_CODES, STATES } from "../packet/header/stateCodes.ts";
import type { AlteredField, Both } from "./alteration.ts";
import { fieldDifferences } from "./fieldDifferences.ts";
import { fieldsOfEnd } from "./finalFields.ts";

/* What a packet's header does not show, and its connection does: who has changed its ends, and whether it is tracked. */

/** Whether NAT has changed an end, or a rule has written it: only NAT undoes it on replies. */
export function unlikeTranslator(
  diagrams: Pick<Analysis, "arena" | "layout">,
  packets: Node,
  [before, after]: Both<FinalState>,
  end: "source" | "destination",
): readonly AlteredField[] {
  const { arena, layout } = diagrams;
  const key = end === "source" ? "sourceTranslated" : "destinationTranslated";
  const unlike = arena.and(packets, arena.xor(before[key], after[key]));
  if (unlike === FALSE) return [];
  const changed = arena.or(changedEnd(before), changedEnd(after));
  const some = arena.and(unlike, changed);
  const part = (state: FinalState) => arena.and(some, state[key]);
  return oneSided([part(before), part(after)], {
    kind: "translation",
    what: `${end} is changed`,
    there: "by NAT, undone on replies",
    elsewhere: "not by NAT",
  });

  function changedEnd({ store }: FinalState): Node {
    return fieldsOfEnd(end).reduce<Node>((all, field) => {
      const { space, from, width } = field;
      if (!store.written.some((one) => one.space === space)) return all;
      const came = { kind: "bits", bits: layout.bits(space, from, width) } as const;
      const found = fieldDifferences(diagrams, field, packets, store.read(space, from, width), {
        width,
        present: TRUE,
        pieces: [{ guard: TRUE, value: came }],
      });
      return found.reduce<Node>((sum, one) => arena.or(sum, one.packets), all);
    }, FALSE);
  }
}

export const NOT_TRACKED = "not tracked";

/** What is invalid has no connection on either side. */
export function unlikeTracking(
  { arena, layout }: Analysis,
  packets: Node,
  [before, after]: Both<FinalState>,
): readonly AlteredField[] {
  const states = STATES.filter((state) => state !== "invalid").map((state) =>
    single(BigInt(STATE_CODES[state])),
  );
  const asked = arena.and(packets, rangesOver(arena, layout.bits("state", 0, 3), states));
  const part = (one: FinalState, other: FinalState) =>
    arena.and(asked, arena.difference(one.untracked, other.untracked));
  return oneSided([part(before, after), part(after, before)], {
    kind: "tracking",
    what: "connection",
    there: NOT_TRACKED,
    elsewhere: "tracked",
  });
}

interface OneSided extends Pick<AlteredField, "kind" | "what"> {
  /** On the side that does it, in words. */
  readonly there: string;
  readonly elsewhere: string;
}

/** What one side does to some packets and the other does not. */
function oneSided(
  [before, after]: Both<Node>,
  { kind, what, there, elsewhere }: OneSided,
): readonly AlteredField[] {
  const all: readonly AlteredField[] = [
    { kind, what, before: there, after: elsewhere, packets: before, isSure: true },
    { kind, what, before: elsewhere, after: there, packets: after, isSure: true },
  ];
  return all.filter(({ packets }) => packets !== FALSE);
}
