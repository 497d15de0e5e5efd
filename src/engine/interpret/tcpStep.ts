import {
  CLOSE,
  ESTABLISHED,
  FIN_WAIT,
  IGNORE,
  INVALID,
  isOver,
  LAST_ACK,
  nextState,
  SEGMENT,
  SYN_RECEIVED,
  SYN_SENT,
  SYN_SENT2,
  TIME_WAIT,
} from "./tcpTracking.ts";
import { before, type Segment, type TcpSide, UNSEEN } from "./tcpWindow.ts";
import type { Connection, LastSegment, TcpTracking } from "./tracking.ts";

/** A segment as it comes to a connection. */
export interface Arrived {
  readonly kind: number;
  readonly direction: "original" | "reply";
  readonly segment: Segment;
}

/** What the states say of a segment, before its numbers are held against the window. */
export type TcpStep =
  | {
      readonly kind: "over";
      readonly answer: "invalid" | "ignored" | "again";
      readonly tcp: TcpTracking;
    }
  | {
      readonly kind: "goes on";
      /** The state that the segment leads to. */
      readonly state: number;
      readonly tcp: TcpTracking;
      /** It answers a segment that was let through unseen, so its numbers say nothing. */
      readonly skipsWindow: boolean;
    };

/** The first half of nf_conntrack_tcp_packet. */
export function stepOf(connection: Connection, tcp: TcpTracking, arrived: Arrived): TcpStep {
  const { kind, direction } = arrived;
  const state = nextState(direction, kind, tcp.state);
  switch (state) {
    case INVALID:
      return { kind: "over", answer: "invalid", tcp };
    case IGNORE:
      return unfit(tcp, arrived);
    case SYN_SENT:
      if (!isOver(tcp.state)) return goOn(state, tcp);
      return reopens(tcp, direction) ? { kind: "over", answer: "again", tcp } : unfit(tcp, arrived);
    case TIME_WAIT:
      return isChallenge(tcp, arrived)
        ? { kind: "over", answer: "ignored", tcp: withLast(tcp, { mayBeChallenged: false }) }
        : goOn(state, tcp);
    case SYN_SENT2:
      return goOn(state, withLast(tcp, { isSimultaneous: true }));
    case SYN_RECEIVED: {
      const isDone = direction === "reply" && kind === SEGMENT.ack && tcp.last.isSimultaneous;
      return goOn(isDone ? ESTABLISHED : state, tcp);
    }
    case CLOSE:
      return kind === SEGMENT.rst ? reset(connection, tcp, arrived) : goOn(state, tcp);
    default:
      return goOn(state, tcp);
  }
}

function goOn(state: number, tcp: TcpTracking, skipsWindow = false): TcpStep {
  return { kind: "goes on", state, tcp, skipsWindow };
}

function withLast(tcp: TcpTracking, last: Partial<LastSegment>): TcpTracking {
  return { ...tcp, last: { ...tcp.last, ...last } };
}

/** A SYN after the connection was closed from either side, or after a reset. */
function reopens({ original, reply, last }: TcpTracking, direction: Arrived["direction"]): boolean {
  const wasReset = last.direction === direction && last.kind === SEGMENT.rst;
  return original.closes || reply.closes || wasReset;
}

/** An ACK that answers a SYN in the wrong moment, not the last FIN (RFC 5961). */
function isChallenge({ state, last }: TcpTracking, { kind, direction }: Arrived): boolean {
  const answersSyn = last.direction !== direction && last.kind === SEGMENT.syn;
  return state === LAST_ACK && kind === SEGMENT.ack && answersSyn && last.mayBeChallenged;
}

/**
 * A segment that does not fit the connection: the ends may know better, so it passes, and is remembered.
 * A SYN-ACK that acknowledges such a SYN shows that they do: the connection begins again with the two.
 */
function unfit(tcp: TcpTracking, { kind, direction, segment }: Arrived): TcpStep {
  const { last } = tcp;
  const acknowledges =
    kind === SEGMENT.synAck &&
    last.kind === SEGMENT.syn &&
    last.direction !== direction &&
    segment.acknowledgement === last.end;
  if (acknowledges)
    return goOn(SYN_RECEIVED, {
      ...tcp,
      [last.direction]: sideOfUnfit(last),
      [direction]: { ...UNSEEN, liberal: tcp[direction].liberal },
      last: { ...last, mayBeChallenged: false },
    });
  const isSyn = kind === SEGMENT.syn && direction === "original";
  const isAck = tcp.state === SYN_SENT && kind === SEGMENT.ack && direction === "reply";
  const offer = {
    scale: segment.scale,
    mayBeChallenged: tcp.state === LAST_ACK,
    isSimultaneous: false,
  };
  const seen = { kind, direction, end: segment.end, window: segment.window };
  const acknowledged = isAck ? { acknowledgement: segment.acknowledgement } : {};
  const remembered = withLast(tcp, { ...seen, ...(isSyn ? offer : {}), ...acknowledged });
  return { kind: "over", answer: "ignored", tcp: remembered };
}

function sideOfUnfit({ end, window, scale }: LastSegment): TcpSide {
  return {
    ...UNSEEN,
    end,
    maximumEnd: end,
    maximumWindow: Math.max(1, window),
    scale: scale ?? 0,
    scales: scale !== null,
  };
}

/** Whether a reset is one, or only ends what was let through unseen. */
function reset(connection: Connection, tcp: TcpTracking, arrived: Arrived): TcpStep {
  const { direction, segment } = arrived;
  const { last } = tcp;
  /* Measured: once an end has closed, the numbers of a reset are not looked at. */
  if (FIN_WAIT <= tcp.state && tcp.state <= CLOSE) return goOn(CLOSE, tcp, true);
  const acknowledged = tcp[direction === "original" ? "reply" : "original"].maximumAck;
  let state = CLOSE;
  /* Measured: after a SYN that was let through any reset may be right. */
  if (acknowledged !== null && last.kind !== SEGMENT.syn) {
    const isEstablished = tcp.state === ESTABLISHED && connection.assured;
    if (segment.sequence === 0 && !isEstablished) return goOn(state, tcp);
    if (before(segment.sequence, acknowledged)) return { kind: "over", answer: "invalid", tcp };
    if (!isEstablished || segment.sequence === acknowledged) return goOn(state, tcp);
    const isInRow = last.kind === SEGMENT.ack && last.direction === direction;
    if (isInRow && segment.sequence === last.end) return goOn(state, tcp);
    /* Not exact: the other end may ask whether it is meant (RFC 5961). */
    state = tcp.state;
  }
  /* Measured: a sender's reset does not answer its own SYN, whatever it acknowledges. */
  const answersSyn = last.kind === SEGMENT.syn && last.direction !== direction;
  const answersUnfit =
    (connection.seenReply && answersSyn) || (!connection.assured && last.kind === SEGMENT.ack);
  if (answersUnfit && segment.acknowledgement === last.end) return goOn(state, tcp, true);
  const answersAck =
    tcp.state === SYN_SENT && last.kind === SEGMENT.ack && last.direction === "reply";
  return goOn(state, tcp, answersAck && segment.sequence === last.acknowledgement);
}
