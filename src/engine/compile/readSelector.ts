import { interfaceNameValue } from "../base/interfaceName.ts";
import { single } from "../base/range.ts";
import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { AtomField } from "../packet/header/layout.ts";
import { atomsInRanges } from "../packet/header/rangesOver.ts";
import {
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  PROTOCOL,
  type SelectorRow,
  selectorRow,
} from "../packet/selectors/index.ts";
import { readConntrack } from "./readConntrack.ts";
import { readPayload } from "./readPayload.ts";
import { familyNode, protocolNode } from "./tracking.ts";
import { linkPresent, unknownValue } from "./unknown.ts";
import { atomsValue, bitsValue, constantValue, type Value } from "./value.ts";
import type { SeenInterface, World } from "./world.ts";

const ETHERTYPE_IPV4 = 0x0800n;
const ETHERTYPE_IPV6 = 0x86ddn;
const ARPHRD_ETHER = 1n;
const ARPHRD_LOOPBACK = 772n;
const LOOPBACK = interfaceNameValue("lo");
/** Nothing has it here. */
const ABSENT: Value = { width: 0, pieces: [], present: FALSE };

/** The value of a selector at the place where the packet is. `instance` names the rule that asks. */
export function readSelector(world: World, id: string, instance: string): Value {
  const row = selectorRow(id);
  const { source } = row;
  switch (source.kind) {
    case "payload":
      if (id === "ether type") return ethertype(world, linkPresent(world));
      if (source.base === "link" || source.base === "inner")
        return readPayload(world, source.base, source.offset, row.width, row);
      return world.store.remembered(id, world.families, () =>
        readPayload(world, source.base, source.offset, row.width, row),
      );
    case "meta":
      return readMeta(world, source.key, row, instance);
    case "conntrack":
      return readConntrack(world, source.key, source.direction, row, instance);
    case "extensionHeader":
      return headerPart(
        world,
        row,
        `exthdr ${source.header}`,
        source.offset,
        familyNode(world, "ip6"),
      );
    case "tcpOption": {
      const tcp = protocolNode(world, PROTOCOL.tcp);
      return headerPart(world, row, `tcp option ${source.option}`, source.offset, tcp);
    }
    case "ipOption": {
      const v4 = familyNode(world, "ip");
      return headerPart(world, row, `ip option ${source.option}`, source.offset, v4);
    }
    case "route":
      return routeValue(world, source.key, row);
    case "socket":
    case "named": {
      /* A socket is looked up by the header as it is by then (nf_sk_lookup_slow_v4). */
      const written = world.store.writtenBytes();
      return unknownValue(world, row.id, row.width, "moment", instance, TRUE, written);
    }
  }
}

/** Routes are not in a ruleset; a next hop is there for packets of its own family only. */
function routeValue(world: World, key: string, row: SelectorRow): Value {
  const [family] = key.split(" ");
  const isNextHop = key.endsWith(" nexthop") && (family === "ip" || family === "ip6");
  const present = isNextHop ? familyNode(world, family) : TRUE;
  return unknownValue(world, row.id, row.width, "moment", "", present, world.writtenAtRouting);
}

/** A field of a header or option that a packet may have, or (offset null) whether it has it. */
function headerPart(
  world: World,
  row: SelectorRow,
  key: string,
  offset: number | null,
  possible: Node,
): Value {
  const flag = world.layout.flag(key, "header");
  const has = world.arena.and(possible, world.arena.variable(flag.level));
  if (offset === null) return bitsValue([has]);
  return unknownValue(world, row.id, row.width, "header", "", has);
}

function readMeta(world: World, key: string, row: SelectorRow, instance: string): Value {
  switch (key) {
    case "nfproto":
      return byFamily(world, NFPROTO_IPV4, NFPROTO_IPV6, 8);
    case "protocol":
      return ethertype(world, TRUE);
    case "l4proto":
      return bitsValue(world.layout.bits("protocol", 0, 8));
    case "mark":
      return world.store.read("mark", 0, 32);
    case "iifname":
    case "iif":
      return interfaceValue(world, "in", world.place.in);
    case "oifname":
    case "oif":
      return interfaceValue(world, "out", world.place.out);
    case "iiftype":
      /* By postrouting the packet has the device that it leaves by (measured). */
      return world.place.hook === "postrouting"
        ? interfaceType(world, "out", world.place.out)
        : interfaceType(world, "in", world.place.in);
    case "oiftype":
      return interfaceType(world, "out", world.place.out);
    case "iifgroup":
      return interfaceGroup(world, row, world.place.in);
    case "oifgroup":
      return interfaceGroup(world, row, world.place.out);
    case "skuid":
    case "skgid":
      return readOwner(world, row);
    case "length":
    case "pkttype":
      return compared(world, row);
    case "nftrace":
      return constantValue(0n, 1);
    case "ibrname":
    case "obrname":
      return ABSENT;
    case "iphysname":
    case "ophysname": {
      const bridged = world.layout.flag("the packet crosses a bridge", "moment");
      const present = world.arena.variable(bridged.level);
      return unknownValue(world, row.id, row.width, "moment", "", present);
    }
    case "random":
      return unknownValue(world, row.id, row.width, "stateful", instance);
    default:
      return unknownValue(world, row.id, row.width, "moment", instance);
  }
}

/** Groups of interfaces are not in a ruleset. */
function interfaceGroup(world: World, row: SelectorRow, seen: SeenInterface): Value {
  if (seen === "none") return ABSENT;
  const field = world.layout.atoms(
    seen === "lo" ? `${row.id} of lo` : row.id,
    row.id,
    row.width,
    "moment",
  );
  return atomsValue(field);
}

/** A property of the packet that has no bits in the header. */
function compared(world: World, row: SelectorRow, present: Node = TRUE): Value {
  return unknownValue(world, row.id, row.width, "header", "", present);
}

function byFamily(world: World, v4: bigint, v6: bigint, width: number): Value {
  return {
    width,
    present: TRUE,
    pieces: [
      { guard: familyNode(world, "ip"), value: { kind: "constant", value: v4 } },
      { guard: familyNode(world, "ip6"), value: { kind: "constant", value: v6 } },
    ],
  };
}

function ethertype(world: World, present: Node): Value {
  return { ...byFamily(world, ETHERTYPE_IPV4, ETHERTYPE_IPV6, 16), present };
}

function interfaceValue(world: World, side: "in" | "out", seen: SeenInterface): Value {
  switch (seen) {
    case "variable":
      return atomsValue(interfaceField(world, side));
    case "lo":
      return constantValue(LOOPBACK, 128);
    case "none":
      return constantValue(0n, 128);
  }
}

/** A packet to the device itself names no way out: where NAT sends it on, nobody knows by which. */
function interfaceField({ layout, path }: World, side: "in" | "out"): AtomField {
  return path === "input" && side === "out"
    ? layout.interfaceUnknown("out", "oifname behind NAT")
    : layout.interface(side);
}

/** Where the packet has that interface, and it is `lo`. */
export function isLoopback(world: World, side: "in" | "out", seen: SeenInterface): Node {
  if (seen === "none") return FALSE;
  if (seen === "lo") return TRUE;
  return atomsInRanges(world.arena, world.layout.interface(side), [single(LOOPBACK)]);
}

/** All links but `lo` are taken for Ethernet: their kind does not stand in a ruleset. */
function interfaceType(world: World, side: "in" | "out", seen: SeenInterface): Value {
  if (seen === "none") return ABSENT;
  world.assumptions.add("interfaces other than lo are Ethernet");
  const loopback = isLoopback(world, side, seen);
  return {
    width: 16,
    present: TRUE,
    pieces: [
      { guard: loopback, value: { kind: "constant", value: ARPHRD_LOOPBACK } },
      { guard: world.arena.not(loopback), value: { kind: "constant", value: ARPHRD_ETHER } },
    ],
  };
}

/** Own sockets have owners; received, forwarded and the kernel's own packets have none. */
function readOwner(world: World, row: SelectorRow): Value {
  if (world.place.hook === "input") return readReceiver(world, row);
  if (!world.place.mayHaveOwner) return ABSENT;
  const owner = world.layout.flag("socket owner", "header");
  return compared(world, row, world.arena.variable(owner.level));
}

/**
 * What comes in for an open connection has its socket by input (tcp_v4_early_demux, measured on 6.18): another one
 * than the sender's, where the packet comes back by `lo`.
 */
function readReceiver({ layout, arena }: World, { id, width }: SelectorRow): Value {
  const socket = layout.flag("the packet is for an open socket", "moment");
  const key = `${id} of the socket that it is for`;
  const present = arena.variable(socket.level);
  return layout.questions.computed.has(id)
    ? { ...bitsValue(layout.bits(`value ${key}`, 0, width)), present }
    : atomsValue(layout.atoms(key, id, width, "moment"), present);
}
