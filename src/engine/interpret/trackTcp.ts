import type { Memory } from "./memory.ts";
import { readSegment } from "./tcpSegment.ts";
import { type Arrived, stepOf } from "./tcpStep.ts";
import {
  assures,
  beginsClose,
  CLOSE,
  firstState,
  hasValidFlags,
  INVALID,
  isOpening,
  SEGMENT,
  SYN_SENT,
  segmentKind,
  TCP_TIMEOUTS,
} from "./tcpTracking.ts";
import { advanceWindow, firstSide, type Moment, UNSEEN, type WindowAnswer } from "./tcpWindow.ts";
import type { Connection, TcpTracking } from "./tracking.ts";
import { readPacket, type Walk } from "./walk.ts";

/**
 * `again`: the old connection is over, and this segment begins a new one; `ignored`: it belongs to the
 * connection, and is neither counted nor renews it; `killed`: it ends the connection.
 */
export type TcpAnswer = "valid" | "ignored" | "invalid" | "again" | "killed";

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
  const begun: TcpTracking = {
    state,
    original: firstSide(segment),
    reply: { ...UNSEEN, liberal: !segment.syn },
    last: {
      kind: segmentKind(flags),
      direction: "original",
      end: 0,
      acknowledgement: 0,
      window: 0,
      scale: null,
      mayBeChallenged: false,
      isSimultaneous: false,
    },
  };
  const moment = { direction: "original", isAsking: false, isOpening: false } as const;
  const kind = segmentKind(flags);
  const arrived = { kind, direction: "original", segment } as const;
  return moved(begun, arrived, { ...moment, isLiberal: isLiberal(walk) }).tcp;
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
  const other = direction === "original" ? "reply" : "original";
  const segment = readSegment(walk, flags, direction, tcp[direction], tcp[other]);
  const arrived = { kind: segmentKind(flags), direction, segment };
  const step = stepOf(connection, tcp, arrived);
  connection.tcp = step.tcp;
  if (step.kind === "over") return step.answer;
  const placed = step.skipsWindow ? step.tcp : place(walk, connection, tcp.state, arrived);
  if (typeof placed === "string") return placed;
  const last = { ...placed.last, kind: arrived.kind, direction };
  connection.tcp = {
    ...closing(placed, direction, tcp.state, step.state),
    state: step.state,
    last,
  };
  return settle(memory, connection, tcp.state, arrived);
}

/** Holds the segment against the window; a text where it does not take the connection on. */
function place(
  walk: Walk,
  connection: Connection,
  stateBefore: number,
  arrived: Arrived,
): TcpTracking | "invalid" | "ignored" {
  const { tcp } = connection;
  if (tcp === null) return "invalid";
  const answer = moved(tcp, arrived, {
    direction: arrived.direction,
    isAsking: stateBefore === SYN_SENT,
    isOpening: isOpening(stateBefore),
    isLiberal: isLiberal(walk),
  });
  if (answer.kind === "fits" || answer.kind === "graced") return answer.tcp;
  const isRefused = answer.kind === "invalid";
  connection.tcp = isRefused ? afterInvalid(connection, answer.tcp, arrived) : answer.tcp;
  return answer.kind;
}

/** What the segment makes of what is known of both sides. */
function moved(
  tcp: TcpTracking,
  { kind, direction, segment }: Arrived,
  moment: Moment,
): { readonly kind: WindowAnswer["kind"]; readonly tcp: TcpTracking } {
  const other = direction === "original" ? "reply" : "original";
  const sides = { sender: tcp[direction], receiver: tcp[other] };
  const answer = advanceWindow(sides, segment, moment);
  const { end, acknowledgement, window } = segment;
  const isNoted = answer.kind === "fits" && kind === SEGMENT.ack;
  const last = isNoted ? { ...tcp.last, end, acknowledgement, window } : tcp.last;
  const { sender, receiver } = answer.sides;
  return { kind: answer.kind, tcp: { ...tcp, [direction]: sender, [other]: receiver, last } };
}

/** An end that is refused is remembered all the same (nf_tcp_handle_invalid). */
function afterInvalid(
  { assured }: Connection,
  tcp: TcpTracking,
  { kind, direction }: Arrived,
): TcpTracking {
  const ends = (one: number) => one === SEGMENT.rst || one === SEGMENT.fin;
  if (!assured || !ends(kind)) return tcp;
  const isSecond = tcp.last.direction !== direction && ends(tcp.last.kind);
  return isSecond ? tcp : { ...tcp, last: { ...tcp.last, kind, direction } };
}

/** What a segment that fits leaves behind beside the state: the time that is left, and assurance. */
function settle(
  memory: Memory,
  connection: Connection,
  stateBefore: number,
  { kind }: Arrived,
): TcpAnswer {
  const state = connection.tcp?.state ?? CLOSE;
  if (!connection.seenReply) {
    if (kind === SEGMENT.rst) return "killed";
    /* A port that is used again would keep the entry for ever. */
    if (kind === SEGMENT.syn && stateBefore === SYN_SENT) return "ignored";
  } else if (assures(stateBefore, state)) connection.assured = true;
  const seconds = TCP_TIMEOUTS[kind === SEGMENT.rst ? CLOSE : state] ?? 0;
  connection.expiresMs = memory.clockMs + seconds * 1000;
  return "valid";
}

function closing(
  tcp: TcpTracking,
  direction: "original" | "reply",
  stateBefore: number,
  state: number,
): TcpTracking {
  if (!beginsClose(stateBefore, state)) return tcp;
  return { ...tcp, [direction]: { ...tcp[direction], closes: true } };
}
