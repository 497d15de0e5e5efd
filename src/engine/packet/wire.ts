import type { IpFamily } from "./packet.ts";

/**
 * A packet as bytes, from its network header on. `known` has a one for each bit whose value is
 * given; the other bits of `bytes` mean nothing. The kernel reads bytes, not fields, so whatever a
 * rule reads (ports of a fragment, an ICMP type as a port) comes out as it does there.
 */
export interface Wire {
  readonly family: IpFamily;
  readonly bytes: Uint8Array;
  readonly known: Uint8Array;
  /** False: there may be more bytes than are held here. */
  readonly complete: boolean;
}

/** What the kernel works out of the headers before the first rule (struct nft_pktinfo). */
export interface WireHeaders {
  /** Null: not given. */
  readonly protocol: number | null;
  /** Bytes from the network header to the transport header. */
  readonly transport: number;
  /** Bytes of the datagram before this fragment; 0 for whole packets and first fragments. */
  readonly fragmentOffset: number;
  readonly isFragment: boolean;
}

/** `width` bits at bit `offset`: a number, unknown, or beyond the end. */
export type Bits = bigint | "unknown" | "beyond";

const FRAGMENT = 44;
/** Hop-by-hop, routing, fragment, destination options, mobility: the kernel walks over them. */
const EXTENSIONS: readonly number[] = [0, 43, 44, 60, 135];
const AUTHENTICATION = 51;

export function readBits(wire: Wire, offset: number, width: number): Bits {
  const known = READ.get(wire) ?? new Map<number, Bits>();
  READ.set(wire, known);
  const place = offset * MAXIMUM_WIDTH + width;
  const found = known.get(place) ?? workOutBits(wire, offset, width);
  known.set(place, found);
  return found;
}

/** What was read of packets, which never change: thousands of rules ask one for the same fields. */
const READ = new WeakMap<Wire, Map<number, Bits>>();
/** No field is as wide: offsets and widths make one number. */
const MAXIMUM_WIDTH = 4_096;

function workOutBits(wire: Wire, offset: number, width: number): Bits {
  const end = offset + width;
  if (end > wire.bytes.length * 8) return wire.complete ? "beyond" : "unknown";
  let value = 0n;
  const first = offset >> 3;
  const last = (end - 1) >> 3;
  for (let i = first; i <= last; i++) {
    const mask = byteMask(i, offset, end);
    if (((wire.known[i] ?? 0) & mask) !== mask) return "unknown";
    value = (value << 8n) | BigInt((wire.bytes[i] ?? 0) & mask);
  }
  return value >> BigInt((last + 1) * 8 - end);
}

/** A copy with `width` bits at `offset` replaced; null makes them unknown. */
export function writeBits(wire: Wire, offset: number, width: number, value: bigint | null): Wire {
  const end = offset + width;
  if (end > wire.bytes.length * 8) return wire;
  const bytes = Uint8Array.from(wire.bytes);
  const known = Uint8Array.from(wire.known);
  const last = (end - 1) >> 3;
  let rest = (value ?? 0n) << BigInt((last + 1) * 8 - end);
  for (let i = last; i >= offset >> 3; i--) {
    const mask = byteMask(i, offset, end);
    bytes[i] = ((bytes[i] ?? 0) & ~mask) | (Number(rest & 255n) & mask);
    known[i] = value === null ? (known[i] ?? 0) & ~mask : (known[i] ?? 0) | mask;
    rest >>= 8n;
  }
  return { ...wire, bytes, known };
}

/** The bits of byte `index` that lie between bit `start` and bit `end`. */
function byteMask(index: number, start: number, end: number): number {
  const skip = Math.max(0, start - index * 8);
  const keep = Math.min(8, end - index * 8);
  return (0xff >> skip) & (0xff << (8 - keep)) & 0xff;
}

export function readHeaders(wire: Wire): WireHeaders {
  return wire.family === "ip" ? readHeaders4(wire) : readHeaders6(wire);
}

function readHeaders4(wire: Wire): WireHeaders {
  const field = readBits(wire, 48, 16);
  const flags = typeof field === "bigint" ? Number(field) : 0;
  const protocol = readBits(wire, 72, 8);
  return {
    protocol: typeof protocol === "bigint" ? Number(protocol) : null,
    transport: ((wire.bytes[0] ?? 0x45) & 15) * 4,
    fragmentOffset: (flags & 0x1fff) * 8,
    isFragment: (flags & 0x3fff) !== 0,
  };
}

/** Walks the extension headers as ipv6_find_hdr does. */
function readHeaders6(wire: Wire): WireHeaders {
  const next = readBits(wire, 48, 8);
  if (typeof next !== "bigint")
    return { protocol: null, transport: 40, fragmentOffset: 0, isFragment: false };
  let protocol = Number(next);
  let offset = 40;
  let isFragment = false;
  while (EXTENSIONS.includes(protocol) || protocol === AUTHENTICATION) {
    if (protocol === AUTHENTICATION) break;
    const header = protocol;
    protocol = wire.bytes[offset] ?? 59;
    if (header === FRAGMENT) {
      isFragment = true;
      const fragmentOffset =
        (((wire.bytes[offset + 2] ?? 0) << 8) | (wire.bytes[offset + 3] ?? 0)) & 0xfff8;
      /* The kernel stops here and leaves the offset of the transport header at 0: what reads ports
         reads the IPv6 header itself (measured). */
      if (fragmentOffset > 0) return { protocol, transport: 0, fragmentOffset, isFragment };
      offset += 8;
    } else offset += ((wire.bytes[offset + 1] ?? 0) + 1) * 8;
    if (offset >= wire.bytes.length) break;
  }
  return { protocol, transport: offset, fragmentOffset: 0, isFragment };
}

/** Bytes from the network header to extension header `header`, or null where there is none. */
export function findExtension(wire: Wire, header: number): number | null {
  if (wire.family !== "ip6") return null;
  let protocol = wire.bytes[6] ?? 59;
  let offset = 40;
  for (;;) {
    if (protocol === header) return offset;
    if (!EXTENSIONS.includes(protocol)) return null;
    const length = protocol === FRAGMENT ? 8 : ((wire.bytes[offset + 1] ?? 0) + 1) * 8;
    const laterFragment =
      protocol === FRAGMENT &&
      ((wire.bytes[offset + 2] ?? 0) !== 0 || (wire.bytes[offset + 3] ?? 0) > 7);
    protocol = wire.bytes[offset] ?? 59;
    offset += length;
    if (laterFragment && protocol !== header) return null;
    if (offset >= wire.bytes.length) return null;
  }
}
