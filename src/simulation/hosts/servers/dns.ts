import type { Line, Talk } from "./talk.ts";

const HEADER_BYTES = 12;
/** QR, RD, RA: an answer of a resolver, without a fault (RFC 1035, 4.1.1). */
const ANSWER_FLAGS = 0x8180;
/** QTYPE and QCLASS. */
const TAIL_BYTES = 4;
const MX = 15;
const TTL_S = 300;
const PREFERENCE = 10;
/** A pointer to the name of the question (RFC 1035, 4.1.4). */
const POINTER = 0xc000 + HEADER_BYTES;
/** `mx`, then the name of the question. */
const EXCHANGER = Buffer.from([0, PREFERENCE, 2, 0x6d, 0x78, POINTER >> 8, POINTER & 0xff]);
const ADDRESS = Buffer.from([44, 128, 1, 25]);

/** An answer to any question: every name is there. Empty: it was no question. */
export function answerQuestion(message: Buffer): Buffer {
  let end = HEADER_BYTES;
  while (end < message.length && (message[end] ?? 0) !== 0) end += (message[end] ?? 0) + 1;
  const question = message.subarray(HEADER_BYTES, end + 1 + TAIL_BYTES);
  if (message.length < end + 1 + TAIL_BYTES) return Buffer.alloc(0);
  const type = question.readUInt16BE(question.length - TAIL_BYTES);
  const data = type === MX ? EXCHANGER : ADDRESS;
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUInt16BE(message.readUInt16BE(0), 0);
  head.writeUInt16BE(ANSWER_FLAGS, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(1, 6);
  const record = Buffer.alloc(HEADER_BYTES);
  record.writeUInt16BE(POINTER, 0);
  record.writeUInt16BE(type, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(TTL_S, 6);
  record.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, question, record, data]);
}

/** The same over TCP, behind the length of each message (RFC 1035, 4.2.2). */
export function dnsTalk({ say }: Line): Talk {
  let received = Buffer.alloc(0);
  return {
    hear(bytes) {
      received = Buffer.concat([received, bytes]);
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const answer = answerQuestion(received.subarray(2));
      received = Buffer.alloc(0);
      const length = Buffer.alloc(2);
      length.writeUInt16BE(answer.length, 0);
      say(Buffer.concat([length, answer]));
    },
  };
}
