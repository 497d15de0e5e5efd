import { single } from "../base/range.ts";
import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { Analysis, FinalState } from "../compile/index.ts";
import { rangesOver } from "../packet/header/rangesOver.ts";
import { STATE_CODES } from "../packet/header/stateCodes.ts";
import type { AlteredField, Both } from "./alteration.ts";
import { fieldDifferences } from "./fieldDifferences.ts";

/* What a packet's header does not show, and its connection does: who has changed its ends, and whether it is tracked. */

const ENDS = {
  source: { spaces: ["saddr4", "saddr6"], port: 0 },
  destination: { spaces: ["daddr4", "daddr6"], port: 16 },
} as const;

const NO_NAME = { selector: null, kind: "translation", isLasting: false } as const;

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
  return [true, false].flatMap((isBefore): readonly AlteredField[] => {
    const state = isBefore ? before : after;
    const part = arena.and(some, state[key]);
    if (part === FALSE) return [];
    const [mine, theirs] = ["by NAT, undone on replies", "not by NAT"];
    return [
      {
        kind: "translation",
        what: `${end} is changed`,
        before: isBefore ? mine : theirs,
        after: isBefore ? theirs : mine,
        packets: part,
        isSure: true,
      },
    ];
  });

  function changedEnd({ store }: FinalState): Node {
    const { spaces, port } = ENDS[end];
    return [
      ...spaces.map((space) => [space, 0, space.endsWith("4") ? 32 : 128] as const),
      ["transport", port, 16] as const,
    ].reduce<Node>((all, [space, from, width]) => {
      if (!store.written.some((one) => one.space === space)) return all;
      const field = { ...NO_NAME, name: end, space, from, width };
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

/** What is invalid has no connection on either side. */
export function unlikeTracking(
  { arena, layout }: Analysis,
  packets: Node,
  [before, after]: Both<FinalState>,
): readonly AlteredField[] {
  const invalid = rangesOver(arena, layout.bits("state", 0, 3), [
    single(BigInt(STATE_CODES.invalid)),
  ]);
  const asked = arena.difference(packets, invalid);
  return [true, false].flatMap((isBefore): readonly AlteredField[] => {
    const [one, other] = isBefore ? [before, after] : [after, before];
    const some = arena.and(asked, arena.difference(one.untracked, other.untracked));
    if (some === FALSE) return [];
    const [mine, theirs] = ["not tracked", "tracked"];
    return [
      {
        kind: "tracking",
        what: "connection",
        before: isBefore ? mine : theirs,
        after: isBefore ? theirs : mine,
        packets: some,
        isSure: true,
      },
    ];
  });
}
