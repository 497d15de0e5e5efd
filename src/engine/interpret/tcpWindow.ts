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
  if (segment.syn) return initialSide(segment);
  const maximumEnd = unsigned(segment.end + maximumWindow);
  return { ...UNSEEN, end: segment.end, maximumEnd, maximumWindow, liberal: true };
}

function initialSide(segment: Segment): TcpSide {
  return {
    ...UNSEEN,
    end: segment.end,
    maximumEnd: segment.end,
    maximumWindow: Math.max(1, segment.window),
    scale: segment.scale ?? 0,
    scales: segment.scale !== null,
  };
}

/** Both sides after the segment, or null where it lies outside what can be (tcp_in_window). */
export function advanceWindow(
  sides: Sides,
  segment: Segment,
  opening: boolean,
  liberal: boolean,
): Sides | null {
  const begun = beginSender(sides, segment, opening);
  if (begun.done) return begun.sides;
  const { sender, receiver } = begun.sides;
  const hasAck = segment.ack && !(segment.rst && segment.acknowledgement === 0);
  const ack = hasAck ? segment.acknowledgement : receiver.end;
  const answersSyn = segment.rst && segment.sequence === 0 && opening;
  const sequence = answersSyn ? sender.end : segment.sequence;
  const end = answersSyn ? sender.end : segment.end;
  const oldest = Math.max(sender.maximumWindow, OLDEST_ACK);
  const fits =
    before(sequence, sender.maximumEnd + 1) &&
    before(ack, receiver.end + 1) &&
    (receiver.maximumWindow === 0 || after(end, sender.end - receiver.maximumWindow - 1)) &&
    after(ack, receiver.end - oldest - 1);
  /* What is let through by grace changes nothing of what is known. */
  if (!fits) return liberal || sender.liberal ? { sender, receiver } : null;
  return advance({ sender, receiver }, segment, ack, end);
}

interface Begun {
  readonly sides: Sides;
  readonly done: boolean;
}

/** First words of a side, or of one that begins again while the connection opens. */
function beginSender({ sender, receiver }: Sides, segment: Segment, opening: boolean): Begun {
  const again =
    sender.maximumWindow > 0 && segment.syn && opening && after(segment.end, sender.end);
  if (segment.syn && (sender.maximumWindow === 0 || again)) {
    const side = initialSide(segment);
    const scales = side.scales && receiver.scales;
    const sides = {
      sender: scales ? side : { ...side, scale: 0 },
      receiver: scales ? receiver : { ...receiver, scale: 0 },
    };
    return { sides, done: !segment.ack && !again };
  }
  if (sender.maximumWindow > 0) return { sides: { sender, receiver }, done: false };
  const maximumWindow = Math.max(1, segment.window << sender.scale);
  const joined = {
    ...sender,
    end: segment.end,
    maximumWindow,
    maximumEnd: unsigned(segment.end + maximumWindow),
  };
  const { acknowledgement } = segment;
  if (receiver.maximumWindow === 0) {
    const other = { ...receiver, end: acknowledgement, maximumEnd: acknowledgement };
    return { sides: { sender: joined, receiver: other }, done: false };
  }
  const keepsAlive = acknowledgement === unsigned(receiver.end + 1);
  const other = keepsAlive ? { ...receiver, end: acknowledgement } : receiver;
  return { sides: { sender: joined, receiver: other }, done: false };
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
