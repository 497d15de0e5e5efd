/** States of nf_conntrack_proto_tcp, in the kernel's order; INVALID and IGNORE are no states. */
const NONE = 0;
export const SYN_SENT = 1;
export const SYN_RECEIVED = 2;
export const ESTABLISHED = 3;
export const FIN_WAIT = 4;
const CLOSE_WAIT = 5;
export const LAST_ACK = 6;
export const TIME_WAIT = 7;
export const CLOSE = 8;
export const SYN_SENT2 = 9;

/** `already_closed` of nf_conncount: no connection is counted any more in these states. */
export function isClosed(state: number | null): boolean {
  return state === TIME_WAIT || state === CLOSE;
}

export const IGNORE = 10;
export const INVALID = 11;

/** `tcp_conntracks` of Linux: [direction][kind of segment][state]. */
const TRANSITIONS: Readonly<Record<"original" | "reply", readonly (readonly number[])[]>> = {
  original: [
    [SYN_SENT, SYN_SENT, IGNORE, IGNORE, IGNORE, IGNORE, IGNORE, SYN_SENT, SYN_SENT, SYN_SENT2],
    [
      INVALID,
      INVALID,
      SYN_RECEIVED,
      INVALID,
      INVALID,
      INVALID,
      INVALID,
      INVALID,
      INVALID,
      SYN_RECEIVED,
    ],
    [INVALID, INVALID, FIN_WAIT, FIN_WAIT, LAST_ACK, LAST_ACK, LAST_ACK, TIME_WAIT, CLOSE, INVALID],
    [
      ESTABLISHED,
      INVALID,
      ESTABLISHED,
      ESTABLISHED,
      CLOSE_WAIT,
      CLOSE_WAIT,
      TIME_WAIT,
      TIME_WAIT,
      CLOSE,
      INVALID,
    ],
    [INVALID, CLOSE, CLOSE, CLOSE, CLOSE, CLOSE, CLOSE, CLOSE, CLOSE, CLOSE],
  ],
  reply: [
    [INVALID, SYN_SENT2, INVALID, INVALID, INVALID, INVALID, INVALID, SYN_SENT, INVALID, SYN_SENT2],
    [INVALID, SYN_RECEIVED, IGNORE, IGNORE, IGNORE, IGNORE, IGNORE, IGNORE, IGNORE, SYN_RECEIVED],
    [INVALID, INVALID, FIN_WAIT, FIN_WAIT, LAST_ACK, LAST_ACK, LAST_ACK, TIME_WAIT, CLOSE, INVALID],
    [
      INVALID,
      IGNORE,
      SYN_RECEIVED,
      ESTABLISHED,
      CLOSE_WAIT,
      CLOSE_WAIT,
      TIME_WAIT,
      TIME_WAIT,
      CLOSE,
      IGNORE,
    ],
    [INVALID, CLOSE, CLOSE, CLOSE, CLOSE, CLOSE, CLOSE, CLOSE, CLOSE, CLOSE],
  ],
};

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;
const URG = 32;

/** Combinations that tcp_error lets through; PSH and the ECN bits do not count. */
const VALID_FLAGS: readonly number[] = [
  SYN,
  SYN | URG,
  SYN | ACK,
  RST,
  RST | ACK,
  FIN | ACK,
  FIN | ACK | URG,
  ACK,
  ACK | URG,
];

export function hasValidFlags(flags: number): boolean {
  return VALID_FLAGS.includes(flags & (FIN | SYN | RST | ACK | URG));
}

/** The state after a segment, or `IGNORE`, or `INVALID`. */
export function nextState(direction: "original" | "reply", kind: number, state: number): number {
  return TRANSITIONS[direction][kind]?.[state] ?? INVALID;
}

/** State of the first segment of a connection; INVALID where it cannot be one. */
export function firstState(flags: number, loose: boolean): number {
  const state = nextState("original", segmentKind(flags), NONE);
  if (state === SYN_SENT || state === INVALID) return state;
  return loose ? state : INVALID;
}

/** A connection in these states is still being opened. */
export function isOpening(state: number): boolean {
  return state === SYN_SENT || state === SYN_RECEIVED;
}

/** Closed, or about to be: a SYN may begin a new connection here. */
export function isOver(state: number): boolean {
  return state >= TIME_WAIT;
}

/** An ACK that brings or keeps the connection established makes it assured. */
export function assures(before: number, now: number): boolean {
  return now === ESTABLISHED && (before === SYN_RECEIVED || before === ESTABLISHED);
}

/** The first FIN. */
export function beginsClose(before: number, now: number): boolean {
  return before !== now && now === FIN_WAIT;
}

/** Seconds that a connection is remembered in each state (nf_conntrack_tcp_timeout_*). */
export const TCP_TIMEOUTS: readonly number[] = [120, 120, 60, 432_000, 120, 60, 30, 120, 10, 120];

/** Kinds of segments, as get_conntrack_index numbers them. */
export const SEGMENT = { syn: 0, synAck: 1, fin: 2, ack: 3, rst: 4, none: 5 } as const;

export function segmentKind(flags: number): number {
  if ((flags & RST) !== 0) return SEGMENT.rst;
  if ((flags & SYN) !== 0) return (flags & ACK) !== 0 ? SEGMENT.synAck : SEGMENT.syn;
  if ((flags & FIN) !== 0) return SEGMENT.fin;
  return (flags & ACK) !== 0 ? SEGMENT.ack : SEGMENT.none;
}
