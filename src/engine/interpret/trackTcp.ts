import type { Memory } from "./memory.ts";
import { readSegment } from "./tcpSegment.ts";
import {
  assures,
  beginsClose,
  firstState,
  hasValidFlags,
  IGNORE,
  INVALID,
  isOpening,
  isOver,
  nextState,
  SEGMENT,
  segmentKind,
  TCP_TIMEOUTS,
} from "./tcpTracking.ts";
import { advanceWindow, before, firstSide, type Segment, UNSEEN } from "./tcpWindow.ts";
import type { Connection, TcpTracking } from "./tracking.ts";
import { readPacket, type Walk } from "./walk.ts";

/** `again`: the old connection is over, and this segment begins a new one. */
export type TcpAnswer = "valid" | "invalid" | "again" | "killed";

/** Flags of a TCP segment; null for other protocols and where they are not given. */
export function tcpFlags(walk: Walk): number | null {
  if (walk.headers.protocol !== 6) return null;
  const flags = readPacket(walk, walk.headers.transport * 8 + 104, 8, "tcp flags");
  return flags.kind === "known" ? Number(flags.value) : null;
}

export function isLoose(walk: Walk): boolean {
  return walk.host?.sysctls.get("net.netfilter.nf_conntrack_tcp_loose") !== "0";
}

function isLiberal(walk: Walk): boolean {
  const setting = walk.host?.sysctls.get("net.netfilter.nf_conntrack_tcp_be_liberal");
  return setting !== undefined && setting !== "0";
}

/** What a first segment leaves in a new connection; null where it cannot be one (tcp_new). */
export function firstTcp(walk: Walk, flags: number): TcpTracking | null {
  const state = firstState(flags, isLoose(walk));
  if (state === INVALID || !hasValidFlags(flags)) return null;
  const segment = readSegment(walk, flags, "original", null, null);
  return {
    state,
    original: firstSide(segment),
    reply: { ...UNSEEN, liberal: !segment.syn },
    lastKind: segmentKind(flags),
    lastDirection: "original",
  };
}

/** Takes the connection on by a segment (nf_conntrack_tcp_packet). */
export function nextTcp(
  walk: Walk,
  memory: Memory,
  connection: Connection,
  direction: "original" | "reply",
  flags: number,
): TcpAnswer {
  const { tcp } = connection;
  if (tcp === null) return "valid";
  if (!hasValidFlags(flags)) return "invalid";
  const kind = segmentKind(flags);
  const state = nextState(direction, flags, tcp.state);
  if (state === INVALID) return "invalid";
  if (reopens(tcp, state, kind, direction)) return "again";
  if (state === IGNORE) {
    connection.tcp = { ...tcp, lastKind: kind, lastDirection: direction };
    return "valid";
  }
  const other = direction === "original" ? "reply" : "original";
  const segment = readSegment(walk, flags, direction, tcp[direction], tcp[other]);
  const moved = move(tcp, direction, segment, isLiberal(walk));
  if (moved === null) return "invalid";
  const last = { lastKind: kind, lastDirection: direction };
  connection.tcp = { ...closing(moved, direction, state), state, ...last };
  connection.expiresMs = memory.clockMs + (TCP_TIMEOUTS[state] ?? 0) * 1000;
  if (!connection.seenReply && segment.rst) return "killed";
  if (connection.seenReply && assures(tcp.state, state)) connection.assured = true;
  return "valid";
}

/** A SYN after the connection was closed from either side, or after a reset. */
function reopens(
  tcp: TcpTracking,
  state: number,
  kind: number,
  direction: "original" | "reply",
): boolean {
  if (kind !== SEGMENT.syn || state !== 1 || !isOver(tcp.state)) return false;
  const closed = tcp.original.closes || tcp.reply.closes;
  return closed || (tcp.lastDirection === direction && tcp.lastKind === SEGMENT.rst);
}

function move(
  tcp: TcpTracking,
  direction: "original" | "reply",
  segment: Segment,
  liberal: boolean,
): TcpTracking | null {
  const other = direction === "original" ? "reply" : "original";
  const sides = { sender: tcp[direction], receiver: tcp[other] };
  if (segment.rst && isStaleReset(sides.receiver.maximumAck, segment, tcp.state)) return null;
  const moved = advanceWindow(sides, segment, isOpening(tcp.state), liberal);
  return moved === null ? null : { ...tcp, [direction]: moved.sender, [other]: moved.receiver };
}

/** A reset of bytes that were acknowledged long ago. */
function isStaleReset(acknowledged: number | null, segment: Segment, state: number): boolean {
  if (acknowledged === null || (segment.sequence === 0 && state !== 3)) return false;
  return before(segment.sequence, acknowledged);
}

function closing(tcp: TcpTracking, direction: "original" | "reply", state: number): TcpTracking {
  if (!beginsClose(tcp.state, state)) return tcp;
  return { ...tcp, [direction]: { ...tcp[direction], closes: true } };
}
