import { readHeaders, type Wire } from "../packet/wire.ts";
import type { ChainResult } from "./runChain.ts";
import { replaceWire, type Walk } from "./walk.ts";

const GO_ON: ChainResult = { decision: "accept", rejectWith: null, by: { kind: "none" } };
const HELD: ChainResult = {
  decision: "drop",
  rejectWith: null,
  by: { kind: "kernel", reason: "held until the rest of the datagram comes" },
};

/** Datagrams in parts that are kept at once (a limit of memory, not of the kernel). */
const MAXIMUM_DATAGRAMS = 1024;

/**
 * Keeps a fragment until its datagram is whole, then goes on with the datagram. An atomic fragment
 * (RFC 6946) is whole by itself and loses its header at once (measured on 6.18). Without a memory a
 * lone fragment waits for ever.
 */
export function reassemble(walk: Walk): ChainResult {
  if (!readHeaders(walk.wire).isFragment) return GO_ON;
  const fragment = walk.spec.shape.fragment ?? offsetAsField(walk);
  if (fragment === null) return GO_ON;
  if (fragment.offset === 0 && !fragment.more) {
    if (walk.wire.family === "ip6") replaceWire(walk, withoutFragmentHeader(walk.wire));
    return GO_ON;
  }
  if (walk.memory === null) return HELD;
  const key = datagramKey(walk.wire);
  const parts = [...walk.memory.waitingFragments(key), Uint8Array.from(walk.wire.bytes)];
  const whole = join(walk.wire, parts);
  if (whole === null) {
    if (walk.memory.waitingDatagrams < MAXIMUM_DATAGRAMS) walk.memory.keepFragments(key, parts);
    return HELD;
  }
  walk.memory.keepFragments(key, null);
  replaceWire(walk, whole);
  walk.reassembled = true;
  return GO_ON;
}

/** Told as a field of the header (`ip.frag-off=128`); asked alone the packet stands for its whole datagram. */
function offsetAsField({ memory, wire }: Walk): Pick<Piece, "offset" | "more"> | null {
  return memory === null || wire.family === "ip6" ? null : pieceOf(wire, wire.bytes);
}

function datagramKey(wire: Wire): string {
  const { bytes, family } = wire;
  const id = family === "ip" ? [...bytes.subarray(4, 6)] : [...bytes.subarray(44, 48)];
  const ends = family === "ip" ? bytes.subarray(12, 20) : bytes.subarray(8, 40);
  return `${family} ${id.join(".")} ${ends.join(".")}`;
}

/** The whole datagram, or null while a part is missing. */
function join(wire: Wire, parts: readonly Uint8Array[]): Wire | null {
  const pieces = parts.map((bytes) => pieceOf(wire, bytes)).sort((a, b) => a.offset - b.offset);
  let end = 0;
  const data: number[] = [];
  for (const piece of pieces) {
    if (piece.offset !== end) return null;
    data.push(...piece.data);
    end += piece.data.length;
  }
  const last = pieces.at(-1);
  if (last === undefined || last.more) return null;
  const [first] = parts;
  if (first === undefined) return null;
  const bytes = wire.family === "ip" ? whole4(first, data) : whole6(first, data);
  return {
    family: wire.family,
    bytes,
    known: new Uint8Array(bytes.length).fill(255),
    complete: true,
  };
}

interface Piece {
  readonly offset: number;
  readonly more: boolean;
  readonly data: Uint8Array;
}

function pieceOf(wire: Wire, bytes: Uint8Array): Piece {
  if (wire.family === "ip") {
    const word = ((bytes[6] ?? 0) << 8) | (bytes[7] ?? 0);
    const length = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
    const header = ((bytes[0] ?? 0x45) & 15) * 4;
    return {
      offset: (word & 0x1fff) * 8,
      more: (word & 0x2000) !== 0,
      data: bytes.subarray(header, Math.max(header, length)),
    };
  }
  const word = ((bytes[42] ?? 0) << 8) | (bytes[43] ?? 0);
  return { offset: word & 0xfff8, more: (word & 1) !== 0, data: bytes.subarray(48) };
}

function whole4(first: Uint8Array, data: readonly number[]): Uint8Array {
  const header = first.subarray(0, ((first[0] ?? 0x45) & 15) * 4);
  const bytes = Uint8Array.of(...header, ...data);
  bytes[2] = bytes.length >> 8;
  bytes[3] = bytes.length & 255;
  bytes[6] = 0;
  bytes[7] = 0;
  return bytes;
}

/** Without the fragment header; it is taken to be the only extension. */
function whole6(first: Uint8Array, data: readonly number[]): Uint8Array {
  const bytes = Uint8Array.of(...first.subarray(0, 40), ...data);
  bytes[4] = data.length >> 8;
  bytes[5] = data.length & 255;
  bytes[6] = first[40] ?? 59;
  return bytes;
}

/** Of the IPv6 header; the headers between it and the fragment header are walked over. */
const NEXT_HEADER = 6;
const FIRST_EXTENSION = 40;
const FRAGMENT = 44;
const FRAGMENT_BYTES = 8;

function withoutFragmentHeader(wire: Wire): Wire {
  let said = NEXT_HEADER;
  let at = FIRST_EXTENSION;
  while (wire.bytes[said] !== FRAGMENT) {
    if (at >= wire.bytes.length) return wire;
    said = at;
    at += ((wire.bytes[at + 1] ?? 0) + 1) * 8;
  }
  const cut = (bytes: Uint8Array) =>
    Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at + FRAGMENT_BYTES));
  const bytes = cut(wire.bytes);
  const known = cut(wire.known);
  bytes[said] = wire.bytes[at] ?? 0;
  known[said] = wire.known[at] ?? 0;
  const length = ((bytes[4] ?? 0) << 8) + (bytes[5] ?? 0) - FRAGMENT_BYTES;
  bytes[4] = length >> 8;
  bytes[5] = length & 255;
  return { ...wire, bytes, known };
}
