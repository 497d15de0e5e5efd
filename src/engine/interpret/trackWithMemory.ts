import { hasChecksum } from "../packet/checksum.ts";
import type { Memory } from "./memory.ts";
import { type Connection, newConnection, reverse, type Tracking, type Tuple } from "./tracking.ts";
import { firstTcp, nextTcp, tcpFlags } from "./trackTcp.ts";
import { packetTuple } from "./tuples.ts";
import { known } from "./value.ts";
import type { Walk } from "./walk.ts";

const UDPLITE = 136;
const ICMP_ERRORS: readonly number[] = [3, 4, 5, 11, 12];
const NEW_ICMP: readonly number[] = [8, 13, 15, 17];
const NEW_ICMPV6: readonly number[] = [128, 139];

/** Seconds that connections without a state machine are remembered (nf_conntrack_*_timeout). */
const TIMEOUT = { udp: 30, udpStream: 120, icmp: 30, generic: 600 } as const;
/** A UDP flow that lasts longer than this, in both directions, is a stream. */
const STREAM_AFTER_MS = 2000;

/** What the conntrack hook makes of a packet, given all the packets before. */
export function trackWithMemory(walk: Walk, memory: Memory): Tracking {
  if (hasBadChecksum(walk)) return { kind: "invalid" };
  const { protocol } = walk.headers;
  if (protocol === 1 || protocol === 58) {
    const error = trackIcmpError(walk, memory);
    if (error !== null) return error;
  }
  const tuple = packetTuple(walk);
  const entry = memory.findConnection(tuple, walk.zones);
  const flags = tcpFlags(walk);
  if (entry === null) return trackFirst(walk, memory, tuple, flags);
  return trackKnown(walk, memory, entry.connection, entry.direction, flags, tuple);
}

/**
 * Checked in prerouting only, unless the sysctl says otherwise. The sum of UDP-Lite is checked as if it
 * were UDP's, so that no right one passes (udplite_error; measured on 6.18).
 */
function hasBadChecksum(walk: Walk): boolean {
  const { protocol } = walk.headers;
  const isBad = (walk.spec.shape.badChecksum && hasChecksum(protocol)) || protocol === UDPLITE;
  if (!isBad || walk.hook !== "prerouting") return false;
  return walk.host?.sysctls.get("net.netfilter.nf_conntrack_checksum") !== "0";
}

function trackFirst(walk: Walk, memory: Memory, tuple: Tuple, flags: number | null): Tracking {
  const tcp = flags === null ? null : firstTcp(walk, flags);
  if (flags !== null && tcp === null) return { kind: "invalid" };
  if (tuple.protocol === 1 || tuple.protocol === 58) {
    const type = walk.wire.bytes[walk.headers.transport] ?? 255;
    const allowed = tuple.protocol === 1 ? NEW_ICMP : NEW_ICMPV6;
    if (!allowed.includes(type)) return { kind: "invalid" };
  }
  const connection = newConnection(tuple);
  connection.zones = walk.zones;
  connection.tcp = tcp;
  connection.startedMs = memory.clockMs;
  refresh(memory, connection);
  account(walk, connection, "original");
  return { kind: "tracked", connection, info: "new", direction: "original" };
}

function trackKnown(
  walk: Walk,
  memory: Memory,
  connection: Connection,
  direction: "original" | "reply",
  flags: number | null,
  tuple: Tuple,
): Tracking {
  if (flags !== null && connection.tcp !== null) {
    const answer = nextTcp(walk, memory, connection, direction, flags);
    if (answer === "invalid") return { kind: "invalid" };
    if (answer === "killed" || answer === "again") memory.forget(connection);
    if (answer === "again") return trackFirst(walk, memory, tuple, flags);
    if (answer !== "ignored") account(walk, connection, direction);
  } else {
    refresh(memory, connection);
    account(walk, connection, direction);
  }
  const info =
    direction === "reply" || connection.seenReply
      ? "established"
      : connection.expected
        ? "related"
        : "new";
  if (direction === "reply") connection.seenReply = true;
  return { kind: "tracked", connection, info, direction };
}

/** Renews the time that a connection is remembered; TCP does so by its state. */
function refresh(memory: Memory, connection: Connection): void {
  const { protocol } = connection.original;
  const age = memory.clockMs - (connection.startedMs ?? memory.clockMs);
  const isStream = protocol === 17 && connection.seenReply && age > STREAM_AFTER_MS;
  if (isStream) connection.assured = true;
  const seconds = isStream
    ? TIMEOUT.udpStream
    : protocol === 17
      ? TIMEOUT.udp
      : protocol === 1 || protocol === 58
        ? TIMEOUT.icmp
        : TIMEOUT.generic;
  connection.expiresMs = memory.clockMs + seconds * 1000;
}

/**
 * Counts where accounting is on; a rule that asks for the counts turns it on (nft_ct_get_init). The
 * packet in hand is counted before the rules see it.
 */
function account(walk: Walk, connection: Connection, direction: "original" | "reply"): void {
  const configured = walk.host?.sysctls.get("net.netfilter.nf_conntrack_acct") === "1";
  if (!configured && !walk.index.accounts) return;
  const length = BigInt(walk.wire.bytes.length);
  connection.packets = {
    ...connection.packets,
    [direction]: connection.packets[direction] + 1n,
  };
  connection.bytes = { ...connection.bytes, [direction]: connection.bytes[direction] + length };
}

/** An ICMP error belongs to the connection that it quotes; null where the packet is no error. */
function trackIcmpError(walk: Walk, memory: Memory): Tracking | null {
  const type = walk.wire.bytes[walk.headers.transport] ?? 255;
  const isError = walk.headers.protocol === 1 ? ICMP_ERRORS.includes(type) : type < 128;
  if (!isError) return null;
  if (walk.spec.shape.inner === null) return { kind: "invalid" };
  const entry = memory.findConnection(reverse(quotedTuple(walk)), walk.zones);
  if (entry === null) return { kind: "invalid" };
  const { connection, direction } = entry;
  return { kind: "tracked", connection, info: "related", direction };
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

/**
 * Puts the connection into the table once its packet has come through (nf_conntrack_confirm). False
 * where another connection has one of its tuples already: the packet is dropped.
 */
export function confirm(walk: Walk): boolean {
  if (walk.tracking.kind !== "tracked") return true;
  const { connection } = walk.tracking;
  if (connection.confirmed || walk.memory === null) return true;
  if (walk.memory.isTaken(connection.reply, connection.zones, connection)) return false;
  connection.confirmed = true;
  walk.memory.remember(connection);
  return true;
}
