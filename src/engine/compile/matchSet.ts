import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { Expression, SetReference } from "../device/expression.ts";
import { keyParts } from "./evaluate.ts";
import { type Membership, membership } from "./lookup.ts";
import type { Asker, World } from "./world.ts";

/** The packets whose key a set holds; of an ipset all others, also without a key, are outside. */
export function matchSet(
  world: World,
  asker: Asker,
  left: Expression,
  reference: SetReference,
): Membership {
  if (reference.kind !== "ipset")
    return membership(world, asker, keyParts(world, asker, left, reference), reference);
  const inside = membersOf(world, asker, reference).reduce<Node>((all, member) => {
    const parts = keyParts(world, asker, left, member);
    return world.arena.or(all, membership(world, asker, parts, member).inside);
  }, FALSE);
  return { present: TRUE, inside };
}

type Ipset = Extract<SetReference, { kind: "ipset" }>;

/** The sets that a `list:set` stands for; lists do not nest. */
function membersOf(world: World, asker: Asker, reference: Ipset): readonly Ipset[] {
  const set = world.facts.set(asker.table, reference);
  if (set?.ipset?.type !== "list:set") return [reference];
  return set.ipset.members.map((name) => ({ ...reference, name }));
}
