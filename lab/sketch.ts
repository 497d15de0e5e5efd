import { formatIpv4, formatIpv6 } from "../src/engine/base/address.ts";
import { isNotationError, parsePacket } from "../src/engine/packet/notation.ts";
import type { IpFamily, PacketSpec, Path } from "../src/engine/packet/packet.ts";

/** A packet with every field given, easy to vary. */
export interface Sketch {
  readonly family: IpFamily;
  readonly protocol: number;
  readonly source: bigint;
  readonly destination: bigint;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly path: Path;
  readonly in: string | null;
  readonly out: string | null;
  readonly tcp: TcpFields;
  readonly icmp: IcmpFields;
  readonly ttl: number;
  readonly dscp: number;
  readonly ecn: number;
  /** Bytes of payload. */
  readonly payload: number;
  /** Of the socket, for own packets. */
  readonly mark: number;
  readonly uid: number;
  readonly gid: number;
  /** Further words of the notation. */
  readonly more: readonly string[];
  /** An address that the device has besides: where NAT sends the packet. */
  readonly besides?: bigint;
}

export interface TcpFields {
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgement: number;
}

export interface IcmpFields {
  readonly type: number;
  readonly code: number;
  readonly id: number;
}

export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;
export const ICMPV6 = 58;
/** Protocols whose header begins with ports. */
export const WITH_PORTS: readonly number[] = [TCP, UDP, 33, 132, 136];
export const SYN = 2;
export const ACK = 16;
export const FIN = 1;
export const RST = 4;
const HEADER_BYTES: ReadonlyMap<number, number> = new Map([
  [TCP, 20],
  [UDP, 8],
  [ICMP, 8],
  [ICMPV6, 8],
]);
/** `PM` and a number: the payload of every packet begins so. */
export const SMALLEST_PAYLOAD = 6;
const NAMES: ReadonlyMap<number, string> = new Map([
  [TCP, "tcp"],
  [UDP, "udp"],
  [ICMP, "icmp"],
  [ICMPV6, "icmpv6"],
]);

/** Whether its destination has to be an address of the device. */
export function isForSelf({ path, out }: Pick<PacketSpec, "path" | "out">): boolean {
  return path === "input" || out === "lo";
}

/** In packet notation, with nothing left open. */
export function toText(sketch: Sketch): string {
  const { family, protocol } = sketch;
  const name = family === "ip" && protocol === ICMPV6 ? "p58" : NAMES.get(protocol);
  const words = [
    name ?? `p${protocol}`,
    endText(sketch, sketch.source, sketch.sourcePort),
    ">",
    endText(sketch, sketch.destination, sketch.destinationPort),
    `path=${sketch.path}`,
  ];
  if (sketch.in !== null) words.push(`in=${sketch.in}`);
  if (sketch.out !== null) words.push(`out=${sketch.out}`);
  words.push(...protocolWords(sketch), ...ipWords(sketch));
  if (sketch.path === "output") words.push(`uid=${sketch.uid}`, `gid=${sketch.gid}`);
  if (sketch.mark !== 0) words.push(`mark=${sketch.mark}`);
  return [...words, ...sketch.more].join(" ");
}

/** Read once for each sketch: it is sought with, sent, judged in its sequence and judged alone. */
const READ = new WeakMap<Sketch, PacketSpec>();

export function toSpec(sketch: Sketch): PacketSpec {
  const known = READ.get(sketch);
  if (known !== undefined) return known;
  const text = toText(sketch);
  const spec = parsePacket(text);
  if (isNotationError(spec)) throw new Error(`${text}: ${spec.message}`);
  READ.set(sketch, spec);
  return spec;
}

function endText({ family, protocol }: Sketch, address: bigint, port: number): string {
  const text = family === "ip" ? formatIpv4(address) : formatIpv6(address);
  if (!WITH_PORTS.includes(protocol)) return family === "ip" ? text : `[${text}]`;
  return family === "ip" ? `${text}:${port}` : `[${text}]:${port}`;
}

function protocolWords({ family, protocol, tcp, icmp, more }: Sketch): readonly string[] {
  if (protocol === TCP)
    return [
      `flags=${tcp.flags}`,
      `tcp.sequence=${tcp.sequence >>> 0}`,
      `tcp.ackseq=${tcp.acknowledgement >>> 0}`,
      "win=64000",
      "tcp.urgptr=0",
    ];
  const isIcmp = protocol === (family === "ip" ? ICMP : ICMPV6);
  if (!isIcmp) return [];
  const kind = [`type=${icmp.type}`, `code=${icmp.code}`];
  const quotes = more.some((word) => word.startsWith("inner="));
  return quotes ? kind : [...kind, `id=${icmp.id}`, "icmpseq=1"];
}

function ipWords(sketch: Sketch): readonly string[] {
  const { family, protocol, ttl, dscp, ecn, payload } = sketch;
  const length = headerBytes(family, protocol) + payload;
  const words = [`ttl=${ttl}`, `dscp=${dscp}`, `ecn=${ecn}`, `len=${length}`];
  return family === "ip" ? [...words, "ipid=4242"] : [...words, "ip6.flowlabel=0"];
}

/** Bytes of a packet before its payload. */
export function headerBytes(family: IpFamily, protocol: number): number {
  return (family === "ip" ? 20 : 40) + (HEADER_BYTES.get(protocol) ?? 8);
}
