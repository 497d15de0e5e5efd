import type { IpFamily } from "../packet/packet.ts";
import type { TcpSide } from "./tcpWindow.ts";
import { known, type Value } from "./value.ts";

/** Addresses and ports of one direction; for ICMP the ports are type/code and identifier. */
export interface Tuple {
  readonly family: IpFamily;
  readonly protocol: number;
  readonly source: Value;
  readonly destination: Value;
  readonly sourcePort: Value;
  readonly destinationPort: Value;
}

/** A tracked connection. Mutable: the kernel writes it from the packet path. */
export interface Connection {
  original: Tuple;
  /** The tuple that replies carry; differs from the reverse of `original` where NAT is at work. */
  reply: Tuple;
  seenReply: boolean;
  confirmed: boolean;
  assured: boolean;
  expected: boolean;
  sourceNat: boolean;
  destinationNat: boolean;
  /** Device that masquerade took the address of; null: it did not. */
  masqueradedBy: bigint | null;
  /** NAT chains are asked once in each direction of manipulation. */
  sourceDone: boolean;
  destinationDone: boolean;
  mark: Value;
  label: Value;
  zones: Zones;
  helper: string | null;
  tcp: TcpTracking | null;
  /** Milliseconds on the memory's clock; null where there is no memory. */
  startedMs: number | null;
  expiresMs: number | null;
  packets: Counts;
  bytes: Counts;
}

/** Numbers of conntrack zones; 0 where none was set. */
export interface Zones {
  readonly original: bigint;
  readonly reply: bigint;
}

export interface Counts {
  readonly original: bigint;
  readonly reply: bigint;
}

export interface TcpTracking {
  /** Number of the kernel's state (`tcpTracking.ts`). */
  readonly state: number;
  readonly original: TcpSide;
  readonly reply: TcpSide;
  readonly last: LastSegment;
}

/** What is kept of the segment that came last. */
export interface LastSegment {
  readonly kind: number;
  readonly direction: "original" | "reply";
  readonly end: number;
  readonly acknowledgement: number;
  readonly window: number;
  /** Of a SYN that was let through though it did not fit; null: it offered no scaling. */
  readonly scale: number | null;
  /** That SYN may be answered by an ACK that acknowledges nothing (RFC 5961). */
  readonly mayBeChallenged: boolean;
  /** Both sides have sent a SYN. */
  readonly isSimultaneous: boolean;
}

export const DEFAULT_ZONES: Zones = { original: 0n, reply: 0n };

const NO_COUNTS: Counts = { original: 0n, reply: 0n };

/** What connection tracking says of the packet in hand. */
export type Tracking =
  /** Its hook has not been reached, or is not there: `ct state` reads invalid. */
  | { readonly kind: "none" }
  | { readonly kind: "untracked" }
  | { readonly kind: "invalid" }
  /** A rule has put it into a zone: a connection that is none hangs on it, and `ct state` reads new (measured). */
  | { readonly kind: "zoned" }
  | {
      readonly kind: "tracked";
      readonly connection: Connection;
      readonly info: "new" | "established" | "related";
      readonly direction: "original" | "reply";
    };

export const NOT_TRACKED: Tracking = { kind: "none" };

export function newConnection(original: Tuple): Connection {
  return {
    original,
    reply: reverse(original),
    seenReply: false,
    confirmed: false,
    assured: false,
    expected: false,
    sourceNat: false,
    destinationNat: false,
    masqueradedBy: null,
    sourceDone: false,
    destinationDone: false,
    mark: known(0n, 32),
    label: known(0n, 128),
    zones: DEFAULT_ZONES,
    helper: null,
    tcp: null,
    startedMs: null,
    expiresMs: null,
    packets: NO_COUNTS,
    bytes: NO_COUNTS,
  };
}

/** Everything below a connection is immutable, so a copy of its fields is a copy of all. */
export function copyConnection(connection: Connection): Connection {
  return { ...connection };
}

const ICMP_PAIRS: ReadonlyMap<bigint, bigint> = new Map([
  [8n, 0n],
  [0n, 8n],
  [13n, 14n],
  [14n, 13n],
  [15n, 16n],
  [16n, 15n],
  [17n, 18n],
  [18n, 17n],
]);
const ICMPV6_PAIRS: ReadonlyMap<bigint, bigint> = new Map([
  [128n, 129n],
  [129n, 128n],
  [139n, 140n],
  [140n, 139n],
]);

/** The tuple of the answers, as nf_ct_invert_tuple makes it. */
export function reverse(tuple: Tuple): Tuple {
  const swapped = { ...tuple, source: tuple.destination, destination: tuple.source };
  if (tuple.protocol !== 1 && tuple.protocol !== 58)
    return { ...swapped, sourcePort: tuple.destinationPort, destinationPort: tuple.sourcePort };
  /* ICMP: destination port is type and code, source port the identifier. */
  return { ...swapped, destinationPort: reverseIcmp(tuple) };
}

function reverseIcmp(tuple: Tuple): Value {
  const value = tuple.destinationPort;
  if (value.kind !== "known") return value;
  const pairs = tuple.protocol === 1 ? ICMP_PAIRS : ICMPV6_PAIRS;
  const type = pairs.get(value.value >> 8n) ?? value.value >> 8n;
  return known((type << 8n) | (value.value & 255n), 16);
}

/** A key for tables; null where a part is unknown. */
export function tupleKey(tuple: Tuple, zone: bigint): string | null {
  const parts = [tuple.source, tuple.destination, tuple.sourcePort, tuple.destinationPort];
  if (!parts.every((part) => part.kind === "known")) return null;
  const numbers = parts.map((part) => (part.kind === "known" ? part.value.toString(16) : ""));
  return `${tuple.family} ${tuple.protocol} ${zone} ${numbers.join(" ")}`;
}
