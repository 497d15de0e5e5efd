import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import { CT_STATE, CT_STATUS, type SelectorRow } from "../packet/selectors/index.ts";
import {
  connected,
  familyNode,
  isReply,
  ofOldConnections,
  statesHere,
  statesRead,
} from "./tracking.ts";
import { unknownValue } from "./unknown.ts";
import { bitsValue, constantValue, type Value } from "./value.ts";
import type { World } from "./world.ts";

const NFPROTO = { ip: 2n, ip6: 10n } as const;

/** What connection tracking knows of the packet here. */
export function readConntrack(
  world: World,
  key: string,
  direction: "original" | "reply" | null,
  row: SelectorRow,
  instance: string,
): Value {
  if (key === "state") return stateValue(world);
  const present = connected(world);
  if (row.unknown !== null)
    return unknownValue(world, row.id, row.width, row.unknown, instance, present);
  if (direction !== null) return tupleValue(world, key, direction, row, present);
  switch (key) {
    case "direction":
      return { ...bitsValue([isReply(world)]), width: 8, present };
    case "status":
      return { ...statusValue(world), present };
    case "mark":
      return { ...world.store.read("ctmark", 0, 32), present };
    case "zone":
      return { ...world.store.read("value ct zone", 0, 16), present };
    case "label":
      return { ...world.store.read("value ct label", 0, 128), present };
    case "helper": {
      if (!world.facts.habits.givesHelpers)
        return { ...constantValue(0n, row.width), present: FALSE };
      const flag = world.layout.flag("ct helper is set", "moment");
      const has = world.arena.and(present, world.arena.variable(flag.level));
      return unknownValue(world, row.id, row.width, "moment", instance, has);
    }
    case "l3proto":
      return familyValue(world, present);
    case "protocol":
      return bitsValue(world.layout.bits("protocol", 0, 8), present);
    default:
      return unknownValue(world, row.id, row.width, "moment", instance, present);
  }
}

/** Never absent: before tracking it reads `invalid` (measured). */
function stateValue(world: World): Value {
  const { arena } = world;
  const states = statesRead(world);
  const piece = (guard: Node, value: bigint) => ({
    guard,
    value: { kind: "constant", value } as const,
  });
  return {
    width: 32,
    present: TRUE,
    pieces: [
      piece(states.new, CT_STATE.new),
      piece(states.established, CT_STATE.established),
      piece(states.related, CT_STATE.related),
      piece(arena.or(states.invalid, states.none), CT_STATE.invalid),
      piece(states.untracked, CT_STATE.untracked),
    ].filter(({ guard }) => guard !== FALSE),
  };
}

function familyValue(world: World, present: Node): Value {
  const [bit = FALSE] = world.layout.bits("family", 0, 1);
  return {
    width: 8,
    present,
    pieces: [
      { guard: world.arena.not(bit), value: { kind: "constant", value: NFPROTO.ip } },
      { guard: bit, value: { kind: "constant", value: NFPROTO.ip6 } },
    ],
  };
}

/** Bits that are set once NAT has been set up for a connection (IPS_SRC_NAT_DONE, _DST_). */
const SOURCE_DONE = 128n;
const DESTINATION_DONE = 256n;
const STATUS_BITS = 32;

/** What a packet in notation does not say, where nobody has answered yet or it is related. */
export const LATER_PACKET = "the connection has had a packet before";
export const ANSWERED = "the connection has been answered";

type End = "source" | "destination";

/**
 * Of packets with answers much is known, of others less: a new one may be the first or a later one, and a
 * related one an error about a connection or the first packet of one that a helper expects.
 */
function statusValue(world: World): Value {
  const { arena } = world;
  const states = statesHere(world);
  const old = ofOldConnections(world);
  const open = arena.or(states.new, states.related);
  const variable = (key: string) => arena.variable(world.layout.flag(key, "moment").level);
  const flag = (name: string) => variable(`ct status ${name}`);
  const unknown = (name: string) => arena.and(old, flag(name));
  const later = arena.or(states.established, arena.and(open, variable(LATER_PACKET)));
  /* What NAT did to the first packet is known once its chains have been followed for this one. */
  const perhaps = (end: End) =>
    arena.and(
      world.place.asked.includes(end)
        ? strangeDirection(world)
        : arena.or(old, arena.and(states.new, later)),
      translatedFamilies(world),
    );
  const translated = (name: string, end: End, here: Node) =>
    arena.or(here, arena.and(perhaps(end), flag(name)));
  const bits = new Array<Node>(STATUS_BITS).fill(FALSE);
  const set = (mask: bigint, node: Node) => {
    bits[STATUS_BITS - mask.toString(2).length] = node;
  };
  set(CT_STATUS.expected, unknown("expected"));
  set(
    CT_STATUS["seen-reply"],
    arena.or(states.established, arena.and(states.related, variable(ANSWERED))),
  );
  set(CT_STATUS.assured, unknown("assured"));
  set(CT_STATUS.confirmed, later);
  set(CT_STATUS.snat, translated("snat", "source", world.sourceTranslated));
  set(CT_STATUS.dnat, translated("dnat", "destination", world.destinationTranslated));
  const done = (end: End) => (world.place.asked.includes(end) ? arena.or(old, states.new) : later);
  set(SOURCE_DONE, done("source"));
  set(DESTINATION_DONE, done("destination"));
  return bitsValue(bits);
}

function translatedFamilies(world: World): Node {
  const { arena, facts } = world;
  const v4 = facts.habits.translates("ip") ? familyNode(world, "ip") : FALSE;
  const v6 = facts.habits.translates("ip6") ? familyNode(world, "ip6") : FALSE;
  return arena.or(v4, v6);
}

/**
 * Packets whose connection's first packet cannot be told from them: replies, and what is only
 * related to a connection.
 */
export function strangeDirection(world: World): Node {
  return world.arena.or(isReply(world), statesHere(world).related);
}

/**
 * Addresses of the connection. For packets in its own direction the original ones are those that
 * the packet came with; everything else is an unknown of the moment.
 */
function tupleValue(
  world: World,
  key: string,
  direction: "original" | "reply",
  row: SelectorRow,
  present: Node,
): Value {
  const unknown = unknownValue(world, row.id, row.width, "moment", "", present);
  if (key === "l3proto") return familyValue(world, present);
  if (key === "protocol") return bitsValue(world.layout.bits("protocol", 0, 8), present);
  if (direction === "reply") return unknown;
  const { arena } = world;
  const own = arena.not(strangeDirection(world));
  const given = givenTuple(world, key);
  if (given === null || key === "zone")
    return key === "zone" ? constantValue(0n, 16, present) : unknown;
  return {
    width: row.width,
    present: arena.and(present, arena.ite(own, given.present, TRUE)),
    pieces: [
      ...given.pieces.map(({ guard, value }) => ({ guard: arena.and(guard, own), value })),
      ...unknown.pieces.map(({ guard, value }) => ({
        guard: arena.and(guard, arena.not(own)),
        value,
      })),
    ],
  };
}

/** The packet's own field, as it came. */
function givenTuple(world: World, key: string): Value | null {
  const v4 = (space: "saddr4" | "daddr4") => bitsValue(world.layout.bits(space, 0, 32));
  const v6 = (space: "saddr6" | "daddr6") => bitsValue(world.layout.bits(space, 0, 128));
  const [six = FALSE] = world.layout.bits("family", 0, 1);
  switch (key) {
    case "ip saddr":
      return { ...v4("saddr4"), present: world.arena.not(six) };
    case "ip daddr":
      return { ...v4("daddr4"), present: world.arena.not(six) };
    case "ip6 saddr":
      return { ...v6("saddr6"), present: six };
    case "ip6 daddr":
      return { ...v6("daddr6"), present: six };
    case "proto-src":
      return bitsValue(world.layout.bits("transport", 0, 16));
    case "proto-dst":
      return bitsValue(world.layout.bits("transport", 16, 16));
    default:
      return null;
  }
}
