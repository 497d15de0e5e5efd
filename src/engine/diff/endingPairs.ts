import { FALSE, type Node } from "../bdd/index.ts";
import type { Analysis, Ending } from "../compile/index.ts";

/** Packets of one pair of endings. */
export interface Differing {
  readonly packets: Node;
  readonly before: Ending;
  readonly after: Ending;
}

/** Endings of one side are disjoint, and mostly the same rule decides on both: few of the pairs are looked at. */
export function pairsOf(
  { arena }: Analysis,
  before: readonly Ending[],
  after: readonly Ending[],
  domain: Node,
): readonly Differing[] {
  const twins = new Map(after.map((ending) => [deciderKey(ending), ending]));
  return before.flatMap((first): readonly Differing[] => {
    const twin = twins.get(deciderKey(first));
    const others = twin === undefined ? after : [twin, ...after.filter((one) => one !== twin)];
    const pairs: Differing[] = [];
    let rest = arena.and(domain, first.packets);
    for (const second of others) {
      if (rest === FALSE) break;
      const packets = arena.and(rest, second.packets);
      if (packets === FALSE) continue;
      pairs.push({ packets, before: first, after: second });
      rest = arena.difference(rest, packets);
    }
    return pairs;
  });
}

/** The same for endings that are likely to be of the same packets. */
function deciderKey({ fate, by }: Ending): string {
  if (by === null) return `${fate}`;
  return by.kind === "rule" ? `${fate} ${by.rule.text}` : `${fate} ${by.kind}`;
}
