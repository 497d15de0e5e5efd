import { findOption } from "./options.ts";
import type { TcpSide } from "./tcpWindow.ts";
import { type Segment, unsigned } from "./tcpWindow.ts";
import { readPacket, type Walk } from "./walk.ts";

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

/** Initial sequence numbers of connections whose packets name none. */
const FIRST_SEQUENCE = { original: 1000, reply: 5000 } as const;
const WINDOW_SCALE_OPTION = 3;
/** Bytes of a header without options. */
const PLAIN_HEADER = 20;
/** Largest scale that counts (RFC 7323 section 2.3). */
const MAXIMUM_SCALE = 14;

/**
 * The numbers of a TCP segment. A packet that names no sequence number is the next one that its
 * sender would send, and acknowledges all that the other side has sent.
 */
export function readSegment(
  walk: Walk,
  flags: number,
  direction: "original" | "reply",
  sender: TcpSide | null,
  receiver: TcpSide | null,
): Segment {
  const start = walk.headers.transport;
  const given = walk.spec.values.get("tcp sequence");
  const shift = walk.spec.shape.sequenceShift ?? 0;
  const next =
    sender === null || sender.maximumWindow === 0 ? FIRST_SEQUENCE[direction] : sender.end;
  const sequence = unsigned(given === undefined ? next + shift : Number(given));
  const acknowledged = walk.spec.values.get("tcp ackseq");
  const header = ((walk.wire.bytes[start + 12] ?? 0x50) >> 4) * 4;
  const payload = Math.max(0, walk.wire.bytes.length - start - header);
  const window = readPacket(walk, start * 8 + 112, 16, "tcp window");
  return {
    sequence,
    end: unsigned(
      sequence + payload + ((flags & SYN) !== 0 ? 1 : 0) + ((flags & FIN) !== 0 ? 1 : 0),
    ),
    acknowledgement:
      acknowledged === undefined
        ? (flags & ACK) !== 0
          ? (receiver?.end ?? 0)
          : 0
        : Number(acknowledged),
    window: window.kind === "known" ? Number(window.value) : 0,
    syn: (flags & SYN) !== 0,
    ack: (flags & ACK) !== 0,
    rst: (flags & RST) !== 0,
    scale: windowScale(walk, start, header),
    hasOptions: header > PLAIN_HEADER,
  };
}

function windowScale(walk: Walk, start: number, header: number): number | null {
  const at = findOption(walk.wire.bytes, start + 20, start + header, WINDOW_SCALE_OPTION);
  if (at === null) return null;
  return Math.min(MAXIMUM_SCALE, walk.wire.bytes[at + 2] ?? 0);
}
