import { type Range, single } from "../base/range.ts";
import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import { rangesOver } from "../packet/header/rangesOver.ts";
import { STATE_CODES } from "../packet/header/stateCodes.ts";
import type { CtState, IpFamily } from "../packet/packet.ts";
import { PROTOCOL, WITH_PORTS } from "../packet/selectors/index.ts";
import type { World } from "./world.ts";

/** Packets by what `ct state` says of them. `none`: tracking has not seen them (reads invalid). */
export interface States {
  readonly new: Node;
  readonly established: Node;
  readonly related: Node;
  readonly invalid: Node;
  readonly untracked: Node;
  readonly none: Node;
}

/** Multicast listener and neighbour messages are never tracked (nf_conntrack_icmpv6_error). */
const UNTRACKED_ICMPV6: readonly Range[] = [
  { from: 130n, to: 136n },
  single(143n),
  { from: 151n, to: 153n },
];

export function familyNode(world: World, family: IpFamily): Node {
  const [bit = FALSE] = world.layout.bits("family", 0, 1);
  return family === "ip6" ? bit : world.arena.not(bit);
}

/** Packets with that number in the protocol field, behind all extension headers. */
export function protocolNode(world: World, protocol: number): Node {
  return rangesOver(world.arena, world.layout.bits("protocol", 0, 8), [single(BigInt(protocol))]);
}

/** Packets of protocols that have ports. */
export function portedProtocols(world: World): Node {
  return anyProtocol(world, WITH_PORTS);
}

/** Packets of one of the protocols. */
export function anyProtocol(world: World, protocols: readonly number[]): Node {
  return protocols.reduce<Node>(
    (all, protocol) => world.arena.or(all, protocolNode(world, protocol)),
    FALSE,
  );
}

/** Neighbour discovery and multicast listener discovery. */
export function neverTracked(world: World): Node {
  const { arena, layout } = world;
  const type = rangesOver(arena, layout.bits("transport", 0, 8), UNTRACKED_ICMPV6);
  const icmpv6 = arena.and(familyNode(world, "ip6"), protocolNode(world, PROTOCOL.icmpv6));
  return arena.and(icmpv6, type);
}

/** The state as the packet brings it along, before any rule or exception. */
export function givenState(world: World, state: CtState): Node {
  const bits = world.layout.bits("state", 0, 3);
  return rangesOver(world.arena, bits, [single(BigInt(STATE_CODES[state]))]);
}

/** What connection tracking says here, for all packets at once. */
export function statesHere(world: World): States {
  const { arena } = world;
  if (!world.place.isTracked || trackedFamilies(world) === FALSE)
    return {
      new: FALSE,
      established: FALSE,
      related: FALSE,
      invalid: FALSE,
      untracked: FALSE,
      none: TRUE,
    };
  const tracked = trackedFamilies(world);
  const untracked = arena.and(
    tracked,
    arena.or(world.untracked, arena.or(neverTracked(world), givenState(world, "untracked"))),
  );
  const rest = arena.and(tracked, arena.not(untracked));
  return {
    new: arena.and(rest, givenState(world, "new")),
    established: arena.and(rest, givenState(world, "established")),
    related: arena.and(rest, givenState(world, "related")),
    invalid: arena.and(rest, givenState(world, "invalid")),
    untracked,
    none: arena.not(tracked),
  };
}

/** Packets of the families for which something turns tracking on. */
export function trackedFamilies(world: World): Node {
  const { arena, facts } = world;
  const v4 = facts.isTracked("ip") ? familyNode(world, "ip") : FALSE;
  const v6 = facts.isTracked("ip6") ? familyNode(world, "ip6") : FALSE;
  return arena.or(v4, v6);
}

/** Packets that belong to a connection: only they have marks, helpers and a direction. */
export function connected(world: World): Node {
  const states = statesHere(world);
  return world.arena.or(states.new, world.arena.or(states.established, states.related));
}

/**
 * Those of `packets` that no connection has been attached to here: `notrack` takes them, and is too late for others.
 * A zone hangs on a packet as a connection that is none (nft_ct_set_zone_eval, nft_notrack_eval; measured on 6.18).
 */
export function withoutConnection(world: World, packets: Node): Node {
  const { arena, place, zoned } = world;
  const unzoned = arena.difference(packets, zoned);
  return place.isTracked ? arena.and(unzoned, statesHere(world).invalid) : unzoned;
}

/**
 * Puts packets into a zone; those that get one: the first one stays, and behind tracking it is too late. There, what
 * has no connection only reads otherwise from then on.
 */
export function intoZone(world: World, packets: Node): Node {
  const { arena, place, zoned, untracked } = world;
  const taken = arena.difference(packets, arena.or(zoned, connected(world)));
  world.zoned = arena.or(zoned, taken);
  if (!place.isBeforeTracking) return FALSE;
  world.untracked = arena.difference(untracked, taken);
  return taken;
}

/** What `ct state` reads: of a packet that hangs on a zone alone it reads new (nft_ct_get_eval; measured on 6.18). */
export function statesRead(world: World): States {
  const { arena, zoned } = world;
  const { new: fresh, invalid, untracked, none, ...rest } = statesHere(world);
  const without = (packets: Node) => arena.difference(packets, zoned);
  return {
    ...rest,
    new: arena.or(fresh, zoned),
    invalid: without(invalid),
    untracked: without(untracked),
    none: without(none),
  };
}

/** Packets of connections that were there before. */
export function ofOldConnections(world: World): Node {
  const states = statesHere(world);
  return world.arena.or(states.established, states.related);
}

/** Packets against the direction of their connection's first. */
export function isReply(world: World): Node {
  const [bit = FALSE] = world.layout.bits("direction", 0, 1);
  return world.arena.and(ofOldConnections(world), bit);
}
