/** The ways through a device. A packet to the device itself from outside takes `input`. */
export type Path = "forward" | "input" | "output";
export type CtState = "new" | "established" | "related" | "invalid" | "untracked";
export type IpFamily = "ip" | "ip6";

/**
 * A packet as it was written down. What is left out is unknown, but for the shape: without a word
 * about them a packet has no fragments, no options and no extension headers, and its checksum is
 * right, as nearly all packets are.
 */
export interface PacketSpec {
  readonly text: string;
  readonly family: IpFamily;
  /** Null: any protocol. */
  readonly protocol: number | null;
  readonly source: bigint | null;
  readonly destination: bigint | null;
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  readonly path: Path | null;
  /** Asks one hook alone. */
  readonly hook: string | null;
  readonly in: string | null;
  readonly out: string | null;
  readonly state: CtState | null;
  readonly direction: "original" | "reply" | null;
  /** First packet of the flow that this one belongs to, where it is not this tuple itself. */
  readonly original: PacketSpec | null;
  /** Further selectors by id: `tcp flags`, `ip ttl`, `meta mark`, `ct mark` …. */
  readonly values: ReadonlyMap<string, bigint>;
  /** No socket sent it: an answer of the kernel's own. */
  readonly isOwnerless: boolean;
  readonly shape: PacketShape;
}

/** What a list of header fields does not say about the bytes. */
export interface PacketShape {
  readonly fragment: Fragment | null;
  /** IPv6 extension headers from the first to the last, the fragment header included. */
  readonly extensions: readonly Extension[];
  /** IPv4 options, a multiple of four bytes. */
  readonly ipOptions: Uint8Array;
  /** TCP options, a multiple of four bytes; null where nothing is said. */
  readonly tcpOptions: Uint8Array | null;
  /** Null: unknown bytes. */
  readonly payload: Uint8Array | null;
  /** Where the six bytes that tell packets of a lab apart stand: before the payload or behind it. */
  readonly markerFirst: boolean;
  /** Bytes that stand where the transport header would be, in a later fragment. */
  readonly fragmentData: Uint8Array | null;
  /** Bytes of the IP packet from its first byte; null: unknown. */
  readonly totalLength: number | null;
  /** Bytes of payload behind the usual six; null: not said. */
  readonly extraLength: number | null;
  /** Cuts the transport header of a first fragment. */
  readonly fragmentLength: number | null;
  /** The packet that an ICMP error quotes. */
  readonly inner: PacketSpec | null;
  readonly badChecksum: boolean;
  /** IPv4's DF bit. */
  readonly dontFragment: boolean;
  /** Shift of the TCP sequence number against the expected one. */
  readonly sequenceShift: number | null;
  /** Set where the packet is the rest of the datagram before (it carries its identification). */
  readonly continuesPrevious: boolean;
}

export interface Fragment {
  /** Bytes before this fragment in the datagram. */
  readonly offset: number;
  readonly more: boolean;
  readonly kind: "first" | "later" | "atomic" | "offset";
}

export interface Extension {
  readonly header: number;
  readonly routingType: number;
  readonly offset: number;
  readonly more: boolean;
}

export const PLAIN_SHAPE: PacketShape = {
  fragment: null,
  extensions: [],
  ipOptions: new Uint8Array(),
  tcpOptions: null,
  payload: null,
  markerFirst: true,
  fragmentData: null,
  totalLength: null,
  extraLength: null,
  fragmentLength: null,
  inner: null,
  badChecksum: false,
  dontFragment: false,
  sequenceShift: null,
  continuesPrevious: false,
};
