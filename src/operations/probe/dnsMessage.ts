import type { DnsType } from "../inventory/monitors.ts";

/** Numbers of types (RFC 1035 3.2.2, RFC 3596). */
const TYPE_NUMBERS: Readonly<Record<DnsType, number>> = {
  A: 1,
  NS: 2,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
};
const CLASS_INTERNET = 1;
const RECURSION_DESIRED = 0x0100;
const HEADER_BYTES = 12;
const MAXIMUM_LABEL_BYTES = 63;

/** What a server answered. */
export interface DnsReply {
  readonly id: number;
  readonly isReply: boolean;
  readonly responseCode: number;
  readonly answers: number;
}

/** One question (RFC 1035, 4.1). */
export function encodeQuestion(id: number, name: string, type: DnsType): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(id, 0);
  header.writeUInt16BE(RECURSION_DESIRED, 2);
  header.writeUInt16BE(1, 4);
  const labels = name
    .split(".")
    .filter((label) => label !== "")
    .map((label) => Buffer.from(label, "latin1").subarray(0, MAXIMUM_LABEL_BYTES));
  const words = labels.flatMap((label) => [Buffer.from([label.length]), label]);
  const tail = Buffer.alloc(5);
  tail.writeUInt16BE(TYPE_NUMBERS[type], 1);
  tail.writeUInt16BE(CLASS_INTERNET, 3);
  return Buffer.concat([header, ...words, tail]);
}

/** The head of a message; null: too short to be one. */
export function decodeReply(message: Buffer): DnsReply | null {
  if (message.length < HEADER_BYTES) return null;
  const flags = message.readUInt16BE(2);
  return {
    id: message.readUInt16BE(0),
    isReply: (flags & 0x8000) !== 0,
    responseCode: flags & 0x000f,
    answers: message.readUInt16BE(6),
  };
}
