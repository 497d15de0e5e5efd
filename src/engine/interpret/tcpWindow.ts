/** What one side of a TCP connection may still send, as tcp_in_window follows it. */
export interface TcpSide {
  /** Highest sequence number plus length seen. */
  readonly end: number;
  /** Highest sequence number that the other side has room for. */
  readonly maximumEnd: number;
  /** Largest window told; 0: nothing has come from this side yet. */
  readonly maximumWindow: number;
  readonly scale: number;
  /** This side offered window scaling. */
  readonly scales: boolean;
  /** Highest acknowledgement sent; null: none. */
  readonly maximumAck: number | null;
  /** Picked up in the middle: its history is lost, so nothing of it is refused. */
  readonly liberal: boolean;
  /** It began to close the connection. */
  readonly closes: boolean;
}

/** The numbers of a segment; all modulo 2^32. */
export interface Segment {
  readonly sequence: number;
  /** Sequence number behind it: SYN and FIN count as one byte each. */
  readonly end: number;
  readonly acknowledgement: number;
  /** As in the header, not scaled. */
  readonly window: number;
  readonly syn: boolean;
  readonly ack: boolean;
  readonly rst: boolean;
  /** Window scale option; null: it has none. */
  readonly scale: number | null;
  /** It has options of any kind. */
  readonly hasOptions: boolean;
}

export interface Sides {
  readonly sender: TcpSide;
  readonly receiver: TcpSide;
}

/** Nothing has come from this side. */
export const UNSEEN: TcpSide = {
  end: 0,
  maximumEnd: 0,
  maximumWindow: 0,
  scale: 0,
  scales: false,
  maximumAck: null,
  liberal: false,
  closes: false,
};

/** An acknowledgement may be older than this by the window (MAXACKWINCONST). */
const OLDEST_ACK = 66_000;

export function before(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

function after(a: number, b: number): boolean {
  return before(b, a);
}

export function unsigned(value: number): number {
  return value >>> 0;
}

/** The sender of the first segment of a connection (tcp_new). */
export function firstSide(segment: Segment): TcpSide {
  const maximumWindow = Math.max(1, segment.window);
  if (segment.syn) return begunSide(UNSEEN, segment);
  const maximumEnd = unsigned(segment.end + maximumWindow);
  return { ...UNSEEN, end: segment.end, maximumEnd, maximumWindow, liberal: true };
}

/** A side as its SYN tells of it (tcp_init_sender); options that are not there change nothing. */
function begunSide(side: TcpSide, segment: Segment): TcpSide {
  const told = segment.hasOptions
    ? { maximumAck: null, closes: false, scale: segment.scale ?? 0, scales: segment.scale !== null }
    : {};
  const maximumWindow = Math.max(1, segment.window);
  return { ...side, ...told, end: segment.end, maximumEnd: segment.end, maximumWindow };
}

/**
 * `graced`: it does not fit, and takes the connection on all the same; `ignored`: it belongs to the
 * connection, and does not take it on; `invalid`: no part of it, though a SYN has begun its side anew.
 */
export interface WindowAnswer {
  readonly kind: "fits" | "graced" | "ignored" | "invalid";
  readonly sides: Sides;
}

/** What the connection is in as a segment comes. */
export interface Moment {
  readonly direction: "original" | "reply";
  /** Its first SYN is not answered yet. */
  readonly isAsking: boolean;
  /** It is still being opened. */
  readonly isOpening: boolean;
  /** Nothing is refused by its numbers (nf_conntrack_tcp_be_liberal). */
  readonly isLiberal: boolean;
}

/** Both sides after the segment (tcp_in_window). */
export function advanceWindow(sides: Sides, segment: Segment, moment: Moment): WindowAnswer {
  const begun = beginSender(sides, segment, moment);
  if (begun.done) return { kind: "fits", sides: begun.sides };
  const { sender, receiver } = begun.sides;
  const hasAck = segment.ack && !(segment.rst && segment.acknowledgement === 0);
  const ack = hasAck ? segment.acknowledgement : receiver.end;
  const answersSyn = segment.rst && segment.sequence === 0 && moment.isAsking;
  const sequence = answersSyn ? sender.end : segment.sequence;
  const end = answersSyn ? sender.end : segment.end;
  const objection = objectionTo({ sender, receiver }, { sequence, end, ack });
  if (objection === null)
    return { kind: "fits", sides: advance({ sender, receiver }, segment, ack, end) };
  const left = objection === "beyond" ? { sender: { ...sender, end }, receiver } : begun.sides;
  /* What is let through by grace changes nothing else of what is known. */
  if (moment.isLiberal || sender.liberal) return { kind: "graced", sides: left };
  return { kind: objection === "outside" ? "invalid" : "ignored", sides: left };
}

/**
 * `outside`: what can be sent or acknowledged; `old`: it was acknowledged before, or acknowledges what is
 * long gone; `beyond`: more than there is room for, but not by more than the window.
 */
function objectionTo(
  { sender, receiver }: Sides,
  { sequence, end, ack }: { readonly sequence: number; readonly end: number; readonly ack: number },
): "outside" | "old" | "beyond" | null {
  const { maximumWindow } = receiver;
  const isAckKnown = before(ack, receiver.end + 1);
  const isAckRecent = after(ack, receiver.end - Math.max(sender.maximumWindow, OLDEST_ACK) - 1);
  const isInWindow = after(end, sender.end - maximumWindow - 1);
  if (!before(sequence, sender.maximumEnd + 1)) {
    const overshot = unsigned(end - sender.maximumEnd + 1);
    const isNear = maximumWindow > 0 && isInWindow && overshot <= maximumWindow;
    return isNear && isAckRecent && isAckKnown ? "beyond" : "outside";
  }
  if (!isAckKnown) return "outside";
  return (maximumWindow === 0 || isInWindow) && isAckRecent ? null : "old";
}

interface Begun {
  readonly sides: Sides;
  readonly done: boolean;
}

/** First words of a side, or of one that begins again while the connection opens. */
function beginSender({ sender, receiver }: Sides, segment: Segment, moment: Moment): Begun {
  const isUnheard = sender.maximumWindow === 0;
  const isReply = moment.direction === "reply";
  const again = segment.syn && moment.isOpening && after(segment.end, sender.end);
  if (segment.syn && (isUnheard || again)) {
    const side = begunSide(sender, segment);
    const unscaled = isReply && !(side.scales && receiver.scales);
    const sides = {
      sender: unscaled ? { ...side, scale: 0 } : side,
      receiver: unscaled ? { ...receiver, scale: 0 } : receiver,
    };
    return { sides, done: !segment.ack && (isUnheard || isReply) };
  }
  return {
    sides: isUnheard ? joined({ sender, receiver }, segment) : { sender, receiver },
    done: false,
  };
}

/** In the middle of a connection, whose history is lost. */
function joined({ sender, receiver }: Sides, { end, acknowledgement, window }: Segment): Sides {
  const maximumWindow = Math.max(1, window * 2 ** sender.scale);
  const maximumEnd = unsigned(end + maximumWindow);
  const side = { ...sender, end, maximumWindow, maximumEnd };
  if (receiver.maximumWindow === 0) {
    const other = { ...receiver, end: acknowledgement, maximumEnd: acknowledgement };
    return { sender: side, receiver: other };
  }
  const keepsAlive = acknowledgement === unsigned(receiver.end + 1);
  return { sender: side, receiver: keepsAlive ? { ...receiver, end: acknowledgement } : receiver };
}

function advance({ sender, receiver }: Sides, segment: Segment, ack: number, end: number): Sides {
  const window = segment.syn ? segment.window : segment.window * 2 ** sender.scale;
  const maximumAck =
    segment.ack && (sender.maximumAck === null || after(ack, sender.maximumAck))
      ? ack
      : sender.maximumAck;
  const room = unsigned(ack + window);
  const roomEnd = unsigned(room + (window === 0 ? 1 : 0));
  const beyond = receiver.maximumWindow !== 0 && after(end, sender.maximumEnd);
  return {
    sender: {
      ...sender,
      maximumWindow: Math.max(sender.maximumWindow, window),
      end: after(end, sender.end) ? end : sender.end,
      maximumAck,
    },
    receiver: {
      ...receiver,
      maximumWindow: receiver.maximumWindow + (beyond ? unsigned(end - sender.maximumEnd) : 0),
      maximumEnd: after(room, receiver.maximumEnd - 1) ? roomEnd : receiver.maximumEnd,
    },
  };
}
