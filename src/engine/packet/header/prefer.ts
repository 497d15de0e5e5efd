import {
  type Arena,
  type Assignment,
  balancedOr,
  FALSE,
  hasMemberWith,
  type Node,
  pickOne,
  TRUE,
} from "../../bdd/index.ts";
import type { HeaderLayout } from "./layout.ts";
import { type Wish, wishes } from "./wishes.ts";

/**
 * The member of a set that a reader knows best: a new TCP connection over IPv4 between ordinary
 * hosts from an ordinary port, as far as the set has such packets. Null: the set is empty.
 */
export function pickReadable(layout: HeaderLayout, set: Node): Assignment | null {
  return set === FALSE ? null : pickWished(layout.arena, set, wishes(layout));
}

/** A member that has of each wish, the first before all others, what the set can give. */
export function pickWished(arena: Arena, set: Node, wished: readonly Wish[]): Assignment | null {
  const granted = grantValues(arena, set, wished);
  return granted === null
    ? pickByDiagrams(arena, set, wished)
    : pickOne(arena, arena.and(set, arena.cube(granted)));
}

/**
 * The values that are granted, wish by wish; null: a wish is for some packets that are left, and not for others, which
 * no values tell. Who the others are for is known once family and protocol are, so that this is rare. A walk down
 * the set for each wish takes a third of the time of diagrams.
 */
function grantValues(arena: Arena, set: Node, wished: readonly Wish[]): Assignment | null {
  const granted = new Map<number, boolean>();
  for (const { when, want } of wished) {
    const isFor = when === null ? "all" : whomFor(arena, set, granted, when);
    if (isFor === "some") return null;
    if (isFor === "none") continue;
    const more = added(granted, want);
    if (more === null || more.length === 0) continue;
    for (const [level, isSet] of more) granted.set(level, isSet);
    if (!hasMemberWith(arena, set, granted)) for (const [level] of more) granted.delete(level);
  }
  return granted;
}

/** How many of the packets that are left have all of one of `when`. */
function whomFor(
  arena: Arena,
  set: Node,
  granted: ReadonlyMap<number, boolean>,
  when: readonly Assignment[],
): "all" | "some" | "none" {
  let isForSome = false;
  for (const one of when) {
    const more = added(granted, one);
    if (more === null) continue;
    if (more.length === 0) return "all";
    isForSome ||= hasMemberWith(arena, set, new Map([...granted, ...more]));
  }
  return isForSome ? "some" : "none";
}

/** What `want` says beyond what is granted; null: it says something else. */
function added(
  granted: ReadonlyMap<number, boolean>,
  want: Assignment,
): readonly (readonly [level: number, isSet: boolean])[] | null {
  const more: [number, boolean][] = [];
  for (const [level, isSet] of want) {
    const known = granted.get(level);
    if (known === undefined) more.push([level, isSet]);
    else if (known !== isSet) return null;
  }
  return more;
}

/** The same for any wishes, each as the set of packets that fulfil it. */
export function pickByDiagrams(
  arena: Arena,
  set: Node,
  wished: readonly Wish[],
): Assignment | null {
  /* Wishes alone are small. To cut the set itself by each took most of the time of a diff of 5,000 rules. */
  let granted: Node = TRUE;
  for (const { when, want } of wished) {
    const some =
      when === null
        ? TRUE
        : balancedOr(
            arena,
            when.map((one) => arena.cube(one)),
          );
    const more = arena.and(granted, arena.or(arena.not(some), arena.cube(want)));
    if (more !== granted && arena.intersects(set, more)) granted = more;
  }
  return pickOne(arena, arena.and(set, granted));
}
