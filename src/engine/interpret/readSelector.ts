import { interfaceNameValue } from "../base/interfaceName.ts";
import { CT_STATE, CT_STATUS, type SelectorRow, selectorRow } from "../packet/selectors/index.ts";
import { findExtension, type Wire } from "../packet/wire.ts";
import { frameType } from "./arrival.ts";
import { findInterface, inInterface } from "./interfaces.ts";
import { findOption, findTcpOption } from "./options.ts";
import { lookupRoute } from "./routing.ts";
import type { Connection, Counts } from "./tracking.ts";
import { ABSENT, known, unknown, type Value } from "./value.ts";
import { freshKey, readPacket, type Walk } from "./walk.ts";

/** The value of a selector as the hook in hand sees it. */
export function readSelector(walk: Walk, id: string): Value {
  const fields = FIELDS.get(walk.wire) ?? new Map<string, Value>();
  const field = fields.get(id);
  if (field !== undefined) return field;
  const row = selectorRow(id);
  const value = readRow(walk, id, row);
  if (value.kind !== "unknown" && isOfBytesAlone(row)) {
    fields.set(id, value);
    FIELDS.set(walk.wire, fields);
  }
  return value;
}

/** Fields of packets, which never change (a write makes another one): thousands of rules ask for the same few. */
const FIELDS = new WeakMap<Wire, Map<string, Value>>();

/** Whether nothing but the packet and its headers, which are read off it, decides what the field is. */
function isOfBytesAlone({ source }: SelectorRow): boolean {
  return source.kind === "payload" && (source.base === "network" || source.base === "transport");
}

function readRow(walk: Walk, id: string, row: SelectorRow): Value {
  const { source } = row;
  switch (source.kind) {
    case "payload":
      return readPayload(walk, source.base, source.offset, row.width, id);
    case "meta":
      return readMeta(walk, source.key, row);
    case "conntrack":
      return readConntrack(walk, source.key, source.direction, row);
    case "extensionHeader":
      return readExtension(walk, source.header, source.offset, row);
    case "tcpOption":
      return readTcpOption(walk, source.option, source.offset, row);
    case "ipOption":
      return readIpOption(walk, source.option, source.offset, row);
    case "route":
      return readRoute(walk, source.key, row);
    case "socket":
    case "named":
      return moment(id, row.width);
  }
}

function moment(id: string, width: number): Value {
  return unknown(id, width, id, "unknown");
}

const ETHERTYPE = { ip: 0x0800n, ip6: 0x86ddn };
const NETWORK_PROTOCOL = { ip: 2n, ip6: 10n };
const ARPHRD_ETHER = 1n;
const ARPHRD_LOOPBACK = 772n;
const ARPHRD_NONE = 65534n;

/** Bits at `offset` of a header; absent where the packet does not have them. */
export function readPayload(
  walk: Walk,
  base: "link" | "network" | "transport" | "inner",
  offset: number,
  width: number,
  label: string,
): Value {
  switch (base) {
    case "link":
      return readLink(walk, offset, width, label);
    case "network":
      return readPacket(walk, offset, width, label);
    case "transport": {
      if (walk.headers.fragmentOffset > 0 && !readsFragments(offset, width)) return ABSENT;
      return readPacket(walk, walk.headers.transport * 8 + offset, width, label);
    }
    case "inner": {
      const start = innerOffset(walk);
      return start === null ? ABSENT : readPacket(walk, start * 8 + offset, width, label);
    }
  }
}

/**
 * The kernel's fast path for loads of 1, 2 or 4 aligned bytes does not look at the fragment offset,
 * the slow path refuses later fragments (measured on 6.18).
 */
function readsFragments(offset: number, width: number): boolean {
  const first = offset >> 3;
  const bytes = ((offset + width - 1) >> 3) - first + 1;
  return (bytes === 1 || bytes === 2 || bytes === 4) && first % bytes === 0;
}

function innerOffset(walk: Walk): number | null {
  const { protocol, transport } = walk.headers;
  if (protocol === 17) return transport + 8;
  if (protocol !== 6) return null;
  return transport + ((walk.wire.bytes[transport + 12] ?? 0x50) >> 4) * 4;
}

/** MAC of senders that nobody named; any other would do. */
const ORDINARY_SENDER = 0x0200000000aan;

function ordinarySender(walk: Walk): bigint {
  return walk.host?.ordinarySender ?? ORDINARY_SENDER;
}

function readLink(walk: Walk, offset: number, width: number, label: string): Value {
  const device = inInterface(walk);
  if (walk.in === null || walk.hook === "output" || device?.mac === null) return ABSENT;
  const { values } = walk.spec;
  const fields: readonly (readonly [number, number, bigint | null])[] = [
    [0, 48, values.get("ether daddr") ?? (walk.memory === null ? null : (device?.mac ?? null))],
    [48, 48, values.get("ether saddr") ?? (walk.memory === null ? null : ordinarySender(walk))],
    [96, 16, ETHERTYPE[walk.wire.family]],
  ];
  const [start, size, value] = fields.find(
    ([at, bits]) => offset >= at && offset + width <= at + bits,
  ) ?? [0, 0, null];
  if (value === null) return unknown(`link:${offset}:${width}`, width, label, "omitted");
  return known(value >> BigInt(start + size - offset - width), width);
}

function readMeta(walk: Walk, key: string, row: SelectorRow): Value {
  switch (key) {
    case "nfproto":
      return known(NETWORK_PROTOCOL[walk.wire.family], 8);
    case "l4proto":
      return walk.headers.protocol === null
        ? readPacket(walk, walk.wire.family === "ip" ? 72 : 48, 8, "protocol")
        : known(BigInt(walk.headers.protocol), 8);
    case "protocol":
      return known(ETHERTYPE[walk.wire.family], 16);
    case "length":
      return walk.wire.complete
        ? known(BigInt(walk.wire.bytes.length), 32)
        : unknown("meta length", 32, "meta length", "omitted");
    case "mark":
      return walk.mark;
    case "priority":
      return walk.priority ?? moment(row.id, 32);
    case "iifname":
    case "iif":
      return walk.in ?? known(0n, 128);
    case "oifname":
    case "oif":
      return walk.out ?? known(0n, 128);
    case "iiftype":
      /* The kernel reads it from the packet's device, which by postrouting is the one it leaves by. */
      return interfaceType(walk, walk.hook === "postrouting" ? walk.out : walk.in);
    case "oiftype":
      return interfaceType(walk, walk.out);
    case "iifgroup":
      return interfaceGroup(walk, walk.in, row);
    case "oifgroup":
      return interfaceGroup(walk, walk.out, row);
    case "skuid":
    case "skgid":
      return readOwner(walk, row);
    case "pkttype":
      return walk.packetType ?? packetType(walk);
    case "random":
      return unknown(freshKey(walk, row.id), row.width, row.id, "unknown");
    case "ibrname":
    case "obrname":
      return ABSENT;
    case "iphysname":
      return walk.bridgeIn ?? bridgePort(walk, row);
    case "ophysname":
      return walk.bridgeOut ?? bridgePort(walk, row);
    case "ipsec":
      return walk.memory === null ? moment(row.id, row.width) : known(0n, row.width);
    default:
      return moment(row.id, row.width);
  }
}

/** Where nothing is known of the device, nobody knows either whether the packet crosses a bridge. */
function bridgePort(walk: Walk, row: SelectorRow): Value {
  if (walk.host !== null) return ABSENT;
  const question = "the packet crosses a bridge";
  const bridged = walk.choices.choose(question, question, ["no", "yes"]) === 1;
  return bridged ? moment(row.id, row.width) : ABSENT;
}

function interfaceType(walk: Walk, name: Value | null): Value {
  if (name === null) return ABSENT;
  if (name.kind === "known" && name.value === interfaceNameValue("lo"))
    return known(ARPHRD_LOOPBACK, 16);
  const device = findInterface(walk, name);
  if (device === null) return known(ARPHRD_ETHER, 16);
  return known(device.mac === null ? ARPHRD_NONE : ARPHRD_ETHER, 16);
}

function interfaceGroup(walk: Walk, name: Value | null, row: SelectorRow): Value {
  if (name === null) return ABSENT;
  const device = findInterface(walk, name);
  return device === null ? moment(row.id, 32) : known(BigInt(device.group), 32);
}

/**
 * By input the packet has been given to the socket of its connection, if one is open (tcp_v4_early_demux, measured on
 * 6.18). What is played here is received by nobody.
 */
function readReceiver(walk: Walk, row: SelectorRow): Value {
  if (walk.memory !== null) return ABSENT;
  const question = "the packet is for an open socket";
  const isOpen = walk.choices.choose(question, question, ["no", "yes"]) === 1;
  const key = `${row.id} of the socket that it is for`;
  return isOpen ? unknown(key, row.width, key, "unknown") : ABSENT;
}

/** Own packets have an owner; forwarded and the kernel's own have none. */
function readOwner(walk: Walk, row: SelectorRow): Value {
  if (walk.hook === "input") return readReceiver(walk, row);
  const { isOwnerless, values } = walk.spec;
  if (!walk.hasOwner || isOwnerless) return ABSENT;
  const given = values.get(row.id);
  if (given !== undefined) return known(given, 32);
  if (walk.memory !== null) return known(0n, 32);
  const isNamed = values.has("meta skuid") || values.has("meta skgid");
  if (!isNamed && walk.choices.choose("owner", "owner", ["a socket", "none"], "omitted") === 1)
    return ABSENT;
  return unknown(row.id, 32, row.id, "omitted");
}

const PACKET_TYPE = { host: 0n, broadcast: 1n, multicast: 2n, other: 3n };

/** By the destination: what a link delivers to this host, and what own packets look like. */
function packetType(walk: Walk): Value {
  const given = walk.spec.values.get("meta pkttype");
  if (given !== undefined) return known(given, 8);
  /* What a host sends itself has no type yet, whatever its destination (measured). */
  if (walk.in === null && walk.spec.path === "output") return known(PACKET_TYPE.host, 8);
  const frame = walk.in === null ? null : frameType(walk);
  if (frame !== null) return known(PACKET_TYPE[frame], 8);
  const [offset, width] = walk.wire.family === "ip" ? [128, 32] : [192, 128];
  const destination = readPacket(walk, offset, width, "daddr");
  if (destination.kind !== "known") return known(PACKET_TYPE.host, 8);
  const first = destination.value >> BigInt(width - 8);
  if (walk.wire.family === "ip6")
    return known(first === 0xffn ? linkType(walk, PACKET_TYPE.multicast) : 0n, 8);
  if (first >= 224n && first < 240n) return known(linkType(walk, PACKET_TYPE.multicast), 8);
  if (destination.value === 0xffffffffn) return known(linkType(walk, PACKET_TYPE.broadcast), 8);
  return known(PACKET_TYPE.host, 8);
}

/** Without an Ethernet header every packet that comes in is `host`. */
function linkType(walk: Walk, type: bigint): bigint {
  const device = inInterface(walk);
  return walk.in !== null && device?.mac === null ? PACKET_TYPE.host : type;
}

/** `rt`: of the route that the packet takes. */
function readRoute(walk: Walk, key: string, row: SelectorRow): Value {
  if (key === "ipsec" && walk.memory !== null) return known(0n, row.width);
  const { family } = walk.wire;
  if (key !== `${family} nexthop`)
    return key.endsWith("nexthop") ? ABSENT : moment(row.id, row.width);
  const next = nextHop(walk);
  return next === null ? moment(row.id, row.width) : known(next, row.width);
}

/** The gateway, or the destination itself where it is directly connected (measured). */
function nextHop(walk: Walk): bigint | null {
  const { host } = walk;
  const { family } = walk.wire;
  const width = family === "ip" ? 32 : 128;
  const destination = readPacket(walk, family === "ip" ? 128 : 192, width, "daddr");
  if (host === null || destination.kind !== "known") return null;
  const mark = walk.mark.kind === "known" ? walk.mark.value : 0n;
  const { value } = destination;
  const route = lookupRoute(host, { family, destination: value, source: null, mark, in: null });
  return route === null ? null : (route.gateway ?? value);
}

const DIRECTIONS = { original: 0n, reply: 1n };

function readConntrack(
  walk: Walk,
  key: string,
  direction: "original" | "reply" | null,
  row: SelectorRow,
): Value {
  const { tracking } = walk;
  if (key === "state") return known(stateBits(walk), 32);
  if (tracking.kind !== "tracked") return ABSENT;
  const { connection } = tracking;
  const tuple = direction === "reply" ? connection.reply : connection.original;
  switch (key) {
    case "direction":
      return known(DIRECTIONS[tracking.direction], 8);
    case "status":
      return known(statusBits(walk), 32);
    case "mark":
      return connection.mark;
    case "label":
      return connection.label;
    case "zone":
      return known(zoneOf(connection, direction), 16);
    case "helper":
      return connection.helper === null
        ? ABSENT
        : known(interfaceNameValue(connection.helper), 128);
    case "l3proto":
      return known(NETWORK_PROTOCOL[walk.wire.family], 8);
    case "protocol":
      return known(BigInt(tuple.protocol), 8);
    case "ip saddr":
      return tuple.family === "ip" ? tuple.source : ABSENT;
    case "ip daddr":
      return tuple.family === "ip" ? tuple.destination : ABSENT;
    case "ip6 saddr":
      return tuple.family === "ip6" ? tuple.source : ABSENT;
    case "ip6 daddr":
      return tuple.family === "ip6" ? tuple.destination : ABSENT;
    case "proto-src":
      return tuple.sourcePort;
    case "proto-dst":
      return tuple.destinationPort;
    case "packets":
    case "bytes":
    case "avgpkt":
      return walk.memory === null
        ? unknown(freshKey(walk, row.id), 64, row.id, "unknown")
        : known(counted(connection, key, direction), 64);
    default:
      return moment(row.id, row.width);
  }
}

function zoneOf(connection: Connection, direction: "original" | "reply" | null): bigint {
  const { original, reply } = connection.zones;
  return direction === null ? original || reply : connection.zones[direction];
}

/** Without accounting (the default) the counters read 0 (measured). */
function counted(
  { packets, bytes }: Connection,
  key: "packets" | "bytes" | "avgpkt",
  direction: "original" | "reply" | null,
): bigint {
  const sum = (counts: Counts) =>
    direction === null ? counts.original + counts.reply : counts[direction];
  if (key === "packets") return sum(packets);
  if (key === "bytes") return sum(bytes);
  return sum(packets) === 0n ? 0n : sum(bytes) / sum(packets);
}

function stateBits(walk: Walk): bigint {
  switch (walk.tracking.kind) {
    case "none":
    case "invalid":
      return CT_STATE.invalid;
    case "untracked":
      return CT_STATE.untracked;
    case "zoned":
      return CT_STATE.new;
    case "tracked":
      return CT_STATE[walk.tracking.info];
  }
}

function statusBits(walk: Walk): bigint {
  if (walk.tracking.kind !== "tracked") return 0n;
  const { connection } = walk.tracking;
  let bits = 0n;
  if (connection.expected) bits |= CT_STATUS.expected;
  if (connection.seenReply) bits |= CT_STATUS["seen-reply"];
  if (connection.assured || isPerhapsAssured(walk)) bits |= CT_STATUS.assured;
  if (connection.confirmed) bits |= CT_STATUS.confirmed;
  if (connection.sourceNat) bits |= CT_STATUS.snat;
  if (connection.destinationNat) bits |= CT_STATUS.dnat;
  if (connection.sourceDone) bits |= 128n;
  if (connection.destinationDone) bits |= 256n;
  return bits;
}

/** Of an answered connection without a history nobody knows how far it has come. */
function isPerhapsAssured({ memory, tracking, choices, spec }: Walk): boolean {
  if (memory !== null || tracking.kind !== "tracked" || tracking.info === "new") return false;
  const label = "ct status assured";
  return choices.choose(`${label} of ${spec.text}`, label, ["yes", "no"], "omitted") === 0;
}

function readExtension(walk: Walk, header: number, offset: number | null, row: SelectorRow): Value {
  const at = findExtension(walk.wire, header);
  if (offset === null) return known(at === null ? 0n : 1n, 1);
  return at === null ? ABSENT : readPacket(walk, at * 8 + offset, row.width, row.id);
}

function readTcpOption(walk: Walk, option: number, offset: number | null, row: SelectorRow): Value {
  const { protocol, transport, fragmentOffset } = walk.headers;
  if (protocol !== 6 || fragmentOffset > 0) return offset === null ? known(0n, 1) : ABSENT;
  if (walk.spec.shape.tcpOptions === null && walk.memory === null) {
    const present = walk.choices.choose(
      `tcp option ${option}`,
      `tcp option ${option}`,
      ["present", "missing"],
      "omitted",
    );
    if (offset === null) return known(present === 0 ? 1n : 0n, 1);
    return present === 0 ? unknown(row.id, row.width, row.id, "omitted") : ABSENT;
  }
  const length = ((walk.wire.bytes[transport + 12] ?? 0x50) >> 4) * 4;
  const found = findTcpOption(walk.wire.bytes, transport + 20, transport + length, option);
  if (offset === null) return known(found === null ? 0n : 1n, 1);
  if (found === null || offset + row.width > found.length * 8) return ABSENT;
  return readPacket(walk, found.at * 8 + offset, row.width, row.id);
}

/** Bits from the network header to a field of a TCP option; null where the packet has it not. */
export function tcpOptionPlace(walk: Walk, option: number, offset: number | null): number | null {
  const found = offset === null ? null : tcpOption(walk, option);
  return found === null || offset === null ? null : found.at * 8 + offset;
}

/** Where a TCP option stands, in bytes; null: the packet has none. */
export function tcpOption(
  walk: Walk,
  option: number,
): { readonly at: number; readonly length: number } | null {
  const { protocol, transport, fragmentOffset } = walk.headers;
  if (protocol !== 6 || fragmentOffset > 0) return null;
  const length = ((walk.wire.bytes[transport + 12] ?? 0x50) >> 4) * 4;
  return findTcpOption(walk.wire.bytes, transport + 20, transport + length, option);
}

function readIpOption(walk: Walk, option: number, offset: number | null, row: SelectorRow): Value {
  if (walk.wire.family !== "ip") return ABSENT;
  const end = ((walk.wire.bytes[0] ?? 0x45) & 15) * 4;
  const at = findOption(walk.wire.bytes, 20, end, option);
  if (offset === null) return known(at === null ? 0n : 1n, 1);
  return at === null ? ABSENT : readPacket(walk, at * 8 + offset, row.width, row.id);
}
