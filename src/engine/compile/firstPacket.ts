import { FALSE, type Node } from "../bdd/index.ts";
import type { HeaderLayout } from "../packet/header/layout.ts";
import { givenState, statesHere } from "./tracking.ts";
import type { World } from "./world.ts";

/*
 * NAT chains see the first packet of a connection alone, and what they say holds for all of it. Packets
 * are new until somebody answers, so a new one can be a later one: then it may have a connection mark.
 */

/** New packets that the kernel makes a connection for: it has no mark yet. */
export function firstOfConnection(world: World): Node {
  const fresh = statesHere(world).new;
  return world.arena.difference(fresh, hasMark(world));
}

/** Those of `packets` in state new (as given) that are later ones, as their connection mark shows. */
export function laterNew(world: World, packets: Node): Node {
  return world.arena.and(packets, hasMark(world));
}

/** Those of `packets` that go in the direction of their connection's first. */
export function givenOriginal({ arena, layout }: World, packets: Node): Node {
  const [reply = FALSE] = layout.bits("direction", 0, 1);
  return arena.difference(packets, reply);
}

/** What is known of the first packet of a connection, whatever the later one in hand looks like. */
export function firstPacket({ layout, path }: World): ReadonlyMap<number, boolean> {
  const values = new Map<number, boolean>();
  for (const level of layout.levels("state", 0, 3)) values.set(level, false);
  for (const level of layout.levelsRead("ctmark")) values.set(level, false);
  /* A socket's mark is on all that it sends. */
  if (path !== "output") for (const level of layout.levelsRead("mark")) values.set(level, false);
  return values;
}

const SYN = 2;
/** Where the flags of TCP begin, in bits. */
const TCP_FLAGS = 104;

/** A connection of TCP that was answered began with SYN. */
export function synFlags(layout: HeaderLayout): ReadonlyMap<number, boolean> {
  const flags = new Map<number, boolean>();
  for (const [i, level] of layout.levelsAt("transport", TCP_FLAGS, 8).entries())
    if (level !== null) flags.set(level, ((SYN >> (7 - i)) & 1) === 1);
  return flags;
}

/** The connection came with a mark: an earlier packet has left it there. */
function hasMark({ arena, layout }: World): Node {
  return layout
    .levelsRead("ctmark")
    .toSorted((a, b) => b - a)
    .reduce<Node>((all, level) => arena.or(all, arena.variable(level)), FALSE);
}

/**
 * Packets in the direction of a connection whose first packet (new, without marks, SYN where it has been
 * answered) is in `first`: connections are taken to have begun under the ruleset in hand. `states` are those of
 * which one can be a later one.
 */
export function laterPackets(
  world: World,
  first: Node,
  states: { readonly established: Node; readonly new: Node },
): Node {
  const { arena, layout } = world;
  const answered = givenOriginal(world, states.established);
  const repeated = laterNew(world, states.new);
  if (arena.or(answered, repeated) === FALSE) return FALSE;
  const fresh = arena.restrict(first, firstPacket(world));
  return arena.or(
    arena.and(answered, arena.restrict(fresh, synFlags(layout))),
    arena.and(repeated, fresh),
  );
}

/** The same by the state that packets bring along, wherever they are. */
export function laterPacketsOf(world: World, first: Node): Node {
  return laterPackets(world, first, {
    established: givenState(world, "established"),
    new: givenState(world, "new"),
  });
}
