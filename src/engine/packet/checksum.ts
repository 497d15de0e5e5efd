import { readHeaders, type Wire } from "./wire.ts";

/** Byte of the checksum within the transport header, by protocol. */
const CHECKSUM_AT: ReadonlyMap<number, number> = new Map([
  [1, 2],
  [6, 16],
  [17, 6],
  [58, 2],
  [136, 6],
]);

const SCTP = 132;
/** Byte of SCTP's checksum within its header (RFC 9260 section 3.1). */
const CRC_AT = 8;
/** CRC-32C, bits reversed (RFC 9260 appendix A). */
const CASTAGNOLI = 0x82f63b78;

/** Whether packets of the protocol have a checksum that connection tracking looks at. */
export function hasChecksum(protocol: number | null): boolean {
  return protocol === SCTP || (protocol !== null && CHECKSUM_AT.has(protocol));
}

/** What spoils a checksum on purpose. */
const SPOIL = 0x5555;

/** The bytes with the checksums of IPv4 and of the transport header filled in (RFC 1071). */
export function withChecksums(wire: Wire, spoil: boolean): Uint8Array {
  const bytes = Uint8Array.from(wire.bytes);
  const { protocol, transport, fragmentOffset } = readHeaders(wire);
  if (wire.family === "ip") {
    bytes.fill(0, 10, 12);
    store(bytes, 10, checksum(bytes.subarray(0, transport)));
  }
  if (protocol === SCTP && fragmentOffset === 0) return withCrc(bytes, transport, spoil);
  const at = protocol === null ? undefined : CHECKSUM_AT.get(protocol);
  if (at === undefined || protocol === null || fragmentOffset > 0) return bytes;
  const place = transport + at;
  if (place + 2 > bytes.length) return bytes;
  bytes.fill(0, place, place + 2);
  const segment = bytes.subarray(transport);
  const pseudo = protocol === 1 ? new Uint8Array() : pseudoHeader(wire, protocol, segment.length);
  const sum = checksum(Uint8Array.of(...pseudo, ...segment)) || 0xffff;
  store(bytes, place, spoil ? sum ^ SPOIL : sum);
  return bytes;
}

/** The packet with its checksums filled in and known, where nothing else of it is open. */
export function knowChecksums(wire: Wire, spoil: boolean): Wire {
  const bytes = withChecksums(wire, spoil);
  const known = Uint8Array.from(wire.known);
  const { protocol, transport, fragmentOffset } = readHeaders(wire);
  if (wire.family === "ip") known.fill(255, 10, 12);
  const at = protocol === null ? undefined : CHECKSUM_AT.get(protocol);
  if (at !== undefined && fragmentOffset === 0 && transport + at + 2 <= bytes.length)
    known.fill(255, transport + at, transport + at + 2);
  return { ...wire, bytes, known };
}

function withCrc(bytes: Uint8Array, transport: number, spoil: boolean): Uint8Array {
  const place = transport + CRC_AT;
  if (place + 4 > bytes.length) return bytes;
  bytes.fill(0, place, place + 4);
  let crc = 0xffffffff;
  for (const byte of bytes.subarray(transport)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ CASTAGNOLI : crc >>> 1;
  }
  const sum = ~crc ^ (spoil ? SPOIL : 0);
  for (let i = 0; i < 4; i++) bytes[place + i] = (sum >>> (8 * i)) & 255;
  return bytes;
}

function pseudoHeader(wire: Wire, protocol: number, length: number): Uint8Array {
  if (wire.family === "ip")
    return Uint8Array.of(...wire.bytes.subarray(12, 20), 0, protocol, length >> 8, length & 255);
  return Uint8Array.of(
    ...wire.bytes.subarray(8, 40),
    0,
    0,
    length >> 8,
    length & 255,
    0,
    0,
    0,
    protocol,
  );
}

function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function store(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8;
  bytes[at + 1] = value & 255;
}
