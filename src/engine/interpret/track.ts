import type { CtState } from "../packet/packet.ts";
import {
  firstState,
  hasValidFlags,
  IGNORE,
  INVALID,
  isEstablished,
  nextState,
} from "./tcpTracking.ts";
import {
  type Connection,
  newConnection,
  reverse,
  type Tracking,
  type Tuple,
  tupleKey,
} from "./tracking.ts";
import { packetTuple } from "./tuples.ts";
import { known, unknown } from "./value.ts";
import { readPacket, type Walk } from "./walk.ts";

/** Multicast listener and neighbour messages: never tracked (nf_conntrack_icmpv6_error). */
const UNTRACKED_ICMPV6: readonly number[] = [130, 131, 132, 133, 134, 135, 136, 143];
const ICMP_ERRORS: readonly number[] = [3, 4, 5, 11, 12];
const NEW_ICMP: readonly number[] = [8, 13, 15, 17];
const NEW_ICMPV6: readonly number[] = [128, 139];

/** What the conntrack hook makes of the packet in hand; it runs at priority -200. */
export function track(walk: Walk): Tracking {
  if (walk.tracking.kind === "untracked") return walk.tracking;
  if (isUntracked(walk)) return { kind: "untracked" };
  return walk.memory === null ? trackAlone(walk) : trackWithMemory(walk, walk.memory);
}

function isUntracked(walk: Walk): boolean {
  if (walk.headers.protocol !== 58 || walk.wire.family !== "ip6") return false;
  const type = readPacket(walk, walk.headers.transport * 8, 8, "icmpv6 type");
  if (type.kind === "known") return UNTRACKED_ICMPV6.includes(Number(type.value));
  if (type.kind !== "unknown") return false;
  return walk.choices.decide(type.variable, [
    { from: 130n, to: 136n },
    { from: 143n, to: 143n },
  ]);
}

const STATES: readonly CtState[] = ["new", "established", "related", "invalid"];

/** A packet without a history: its state is as given, or one of those that can be. */
function trackAlone(walk: Walk): Tracking {
  const { spec } = walk;
  const options = possibleStates(walk);
  const state =
    spec.state ??
    (spec.direction === "reply" ? "established" : null) ??
    options[walk.choices.choose("ct state", "ct state", options, "omitted")] ??
    "invalid";
  switch (state) {
    case "untracked":
      return { kind: "untracked" };
    case "invalid":
      return { kind: "invalid" };
    case "new":
      return {
        kind: "tracked",
        connection: newConnection(packetTuple(walk)),
        info: "new",
        direction: "original",
      };
    case "related":
      return {
        kind: "tracked",
        connection: strangeConnection(walk),
        info: "related",
        direction: "original",
      };
    case "established":
      return trackEstablished(walk);
  }
}

/** States that a packet of this kind can have: what the kernel would never say is left out. */
function possibleStates(walk: Walk): readonly CtState[] {
  const flags = tcpFlags(walk);
  if (flags === null) return STATES;
  if (!hasValidFlags(flags)) return ["invalid"];
  return firstState(flags, isLoose(walk)) === INVALID
    ? ["established", "related", "invalid"]
    : STATES;
}

/** Flags of a TCP segment; null for other protocols and where they are not given. */
function tcpFlags(walk: Walk): number | null {
  if (walk.headers.protocol !== 6) return null;
  const flags = readPacket(walk, walk.headers.transport * 8 + 104, 8, "tcp flags");
  return flags.kind === "known" ? Number(flags.value) : null;
}

function isLoose(walk: Walk): boolean {
  return walk.host?.sysctls.get("net.netfilter.nf_conntrack_tcp_loose") !== "0";
}

/** A connection of which nothing is known but this packet. */
function strangeConnection(walk: Walk): Connection {
  const connection = newConnection(packetTuple(walk));
  connection.confirmed = true;
  connection.seenReply = true;
  const mark = walk.spec.values.get("ct mark");
  connection.mark =
    mark === undefined ? unknown("ct mark", 32, "ct mark", "omitted") : known(mark, 32);
  connection.sourceDone = true;
  connection.destinationDone = true;
  return connection;
}

function trackEstablished(walk: Walk): Tracking {
  const asked = walk.spec.direction ?? (walk.spec.original === null ? null : "reply");
  const direction =
    asked ??
    (walk.choices.choose("ct direction", "ct direction", ["original", "reply"], "omitted") === 0
      ? "original"
      : "reply");
  const connection = walk.flowOf(direction) ?? strangeConnection(walk);
  if (direction === "reply" && walk.spec.original === null) {
    connection.reply = packetTuple(walk);
    connection.original = reverse(connection.reply);
  }
  const mark = walk.spec.values.get("ct mark");
  if (mark !== undefined) connection.mark = known(mark, 32);
  connection.confirmed = true;
  connection.seenReply = true;
  connection.sourceDone = true;
  connection.destinationDone = true;
  return { kind: "tracked", connection, info: "established", direction };
}

function trackWithMemory(walk: Walk, memory: NonNullable<Walk["memory"]>): Tracking {
  if (hasBadChecksum(walk)) return { kind: "invalid" };
  const { protocol } = walk.headers;
  if (protocol === 1 || protocol === 58) {
    const error = trackIcmpError(walk, memory);
    if (error !== null) return error;
  }
  const flags = tcpFlags(walk);
  if (flags !== null && !hasValidFlags(flags)) return { kind: "invalid" };
  const tuple = packetTuple(walk);
  const key = tupleKey(tuple, zoneOf(walk));
  const entry = key === null ? undefined : memory.connections.get(key);
  if (entry === undefined) return trackFirst(walk, tuple, flags);
  return trackKnown(walk, memory, entry.connection, entry.direction, flags, tuple);
}

function zoneOf(walk: Walk): bigint {
  return walk.zone;
}

/** Checked in prerouting only, unless the sysctl says otherwise. */
function hasBadChecksum(walk: Walk): boolean {
  if (!walk.spec.shape.badChecksum || walk.hook !== "prerouting") return false;
  return walk.host?.sysctls.get("net.netfilter.nf_conntrack_checksum") !== "0";
}

function trackFirst(walk: Walk, tuple: Tuple, flags: number | null): Tracking {
  if (flags !== null && firstState(flags, isLoose(walk)) === INVALID) return { kind: "invalid" };
  if (tuple.protocol === 1 || tuple.protocol === 58) {
    const type = walk.wire.bytes[walk.headers.transport] ?? 255;
    const allowed = tuple.protocol === 1 ? NEW_ICMP : NEW_ICMPV6;
    if (!allowed.includes(type)) return { kind: "invalid" };
  }
  const connection = newConnection(tuple);
  connection.zone = zoneOf(walk);
  if (flags !== null) {
    const state = firstState(flags, isLoose(walk));
    connection.tcp = { state, end: { original: 0, reply: 0 } };
  }
  return { kind: "tracked", connection, info: "new", direction: "original" };
}

/** A sequence number further off than this lies outside every window of a lab. */
const WINDOW = 65_535;

function trackKnown(
  walk: Walk,
  memory: NonNullable<Walk["memory"]>,
  connection: Connection,
  direction: "original" | "reply",
  flags: number | null,
  tuple: Tuple,
): Tracking {
  if (flags !== null && connection.tcp !== null) {
    const state = nextState(direction, flags, connection.tcp.state);
    if (state === INVALID) return { kind: "invalid" };
    if (isFirstSegmentAgain(connection.tcp.state, state, flags, direction)) {
      memory.forget(connection);
      return trackFirst(walk, tuple, flags);
    }
    if (state !== IGNORE) {
      if (Math.abs(walk.spec.shape.sequenceShift ?? 0) > WINDOW) return { kind: "invalid" };
      connection.tcp = { ...connection.tcp, state };
      if (isEstablished(state) && direction === "original") connection.assured = true;
    }
  }
  const info =
    direction === "reply" || connection.seenReply
      ? "established"
      : connection.expected
        ? "related"
        : "new";
  if (direction === "reply") connection.seenReply = true;
  if (flags === null && direction === "original" && connection.seenReply) connection.assured = true;
  return { kind: "tracked", connection, info, direction };
}

/** A SYN on a closed connection (TIME_WAIT, CLOSE) begins a new one. */
function isFirstSegmentAgain(
  before: number,
  after: number,
  flags: number,
  direction: "original" | "reply",
): boolean {
  return (
    direction === "original" &&
    (flags & 0x12) === 2 &&
    (before === 7 || before === 8) &&
    after === 1
  );
}

/** An ICMP error belongs to the connection that it quotes; null where the packet is no error. */
function trackIcmpError(walk: Walk, memory: NonNullable<Walk["memory"]>): Tracking | null {
  const type = walk.wire.bytes[walk.headers.transport] ?? 255;
  const isError = walk.headers.protocol === 1 ? ICMP_ERRORS.includes(type) : type < 128;
  if (!isError) return null;
  const { inner } = walk.spec.shape;
  if (inner === null) return { kind: "invalid" };
  const quoted = quotedTuple(walk);
  const key = tupleKey(reverse(quoted), zoneOf(walk));
  const entry = key === null ? undefined : memory.connections.get(key);
  if (entry === undefined) return { kind: "invalid" };
  return {
    kind: "tracked",
    connection: entry.connection,
    info: "related",
    direction: entry.direction,
  };
}

function quotedTuple(walk: Walk): Tuple {
  const inner = walk.spec.shape.inner;
  const width = walk.wire.family === "ip" ? 32 : 128;
  const protocol = inner?.protocol ?? 0;
  const isIcmp = protocol === 1 || protocol === 58;
  const name = protocol === 1 ? "icmp" : "icmpv6";
  const type = inner?.values.get(`${name} type`) ?? (protocol === 1 ? 8n : 128n);
  const code = inner?.values.get(`${name} code`) ?? 0n;
  return {
    family: walk.wire.family,
    protocol,
    source: known(inner?.source ?? 0n, width),
    destination: known(inner?.destination ?? 0n, width),
    sourcePort: known(
      isIcmp ? (inner?.values.get(`${name} id`) ?? 77n) : BigInt(inner?.sourcePort ?? 0),
      16,
    ),
    destinationPort: known(isIcmp ? (type << 8n) | code : BigInt(inner?.destinationPort ?? 0), 16),
  };
}

/** Puts the connection into the table once its packet has come through (nf_conntrack_confirm). */
export function confirm(walk: Walk): void {
  if (walk.tracking.kind !== "tracked") return;
  const { connection } = walk.tracking;
  connection.packets[walk.tracking.direction]++;
  if (connection.confirmed || walk.memory === null) return;
  connection.confirmed = true;
  walk.memory.remember(connection);
}
