import type { Extension, PacketSpec } from "./packet.ts";
import { selectorRow } from "./selectors/index.ts";
import type { Wire } from "./wire.ts";

/** What fields hold that nobody named: of an ordinary packet, or nothing at all. */
export interface BuildOptions {
  /** True: fields left out get the values of an ordinary packet; false: they stay unknown. */
  readonly ordinary: boolean;
  /** Tells packets of a lab apart; 0 where there is no lab. */
  readonly marker: number;
}

/** Bytes of a marker: `PM` and a number of 32 bits. */
const MARKER_BYTES = 6;
const ORDINARY_TTL = 64n;
const ORDINARY_WINDOW = 64000n;
const ORDINARY_SEQUENCE = 1000n;
const ORDINARY_ECHO_ID = 77n;
const SYN = 2n;
/** What follows the header of a protocol without a form here. */
const ORDINARY_START = 0x0000000500000001n;

/** Bytes under construction; a value of null leaves its bits unknown. */
class Buffer {
  readonly bytes: number[] = [];
  readonly known: number[] = [];

  put(value: bigint | null, width: number): void {
    for (let shift = width - 8; shift >= 0; shift -= 8) {
      this.bytes.push(value === null ? 0 : Number((value >> BigInt(shift)) & 255n));
      this.known.push(value === null ? 0 : 255);
    }
  }

  /** Bits beyond the end are left out. */
  overwrite(offset: number, width: number, value: bigint): void {
    for (let i = 0; i < width; i++) {
      const at = (offset + i) >> 3;
      const mask = 0x80 >> ((offset + i) & 7);
      const isSet = ((value >> BigInt(width - 1 - i)) & 1n) === 1n;
      if (at >= this.bytes.length) return;
      this.bytes[at] = isSet ? (this.bytes[at] ?? 0) | mask : (this.bytes[at] ?? 0) & ~mask;
      this.known[at] = (this.known[at] ?? 0) | mask;
    }
  }

  append(bytes: Iterable<number>): void {
    for (const byte of bytes) {
      this.bytes.push(byte);
      this.known.push(255);
    }
  }

  appendKnown(bytes: Iterable<number>, known: Iterable<number>): void {
    for (const byte of bytes) this.bytes.push(byte);
    for (const bits of known) this.known.push(bits);
  }

  join(other: Buffer): void {
    this.appendKnown(other.bytes, other.known);
  }

  slice(from: number, to?: number): Buffer {
    const part = new Buffer();
    part.appendKnown(this.bytes.slice(from, to), this.known.slice(from, to));
    return part;
  }
}

/** The packet as the wire carries it, checksums left unknown (`checksum.ts` fills them in). */
export function buildWire(spec: PacketSpec, options: BuildOptions): Wire {
  const transport = fragmentOf(spec, buildTransport(spec, options), options);
  const packet =
    spec.family === "ip" ? ipv4(spec, transport, options) : ipv6(spec, transport, options);
  const sized =
    options.ordinary || spec.shape.totalLength !== null || spec.shape.extraLength !== null;
  return {
    family: spec.family,
    bytes: Uint8Array.from(packet.bytes),
    known: Uint8Array.from(packet.known),
    complete: sized,
  };
}

/** A field by its selector, else the ordinary value, else unknown. */
function field(
  spec: PacketSpec,
  id: string,
  ordinary: bigint | null,
  options: BuildOptions,
): bigint | null {
  return spec.values.get(id) ?? (options.ordinary ? ordinary : null);
}

function port(value: number | null, options: BuildOptions): bigint | null {
  if (value !== null) return BigInt(value);
  return options.ordinary ? 0n : null;
}

function buildTransport(spec: PacketSpec, options: BuildOptions): Buffer {
  const body = buildBody(spec, options);
  const segment = new Buffer();
  switch (spec.protocol) {
    case 6:
      tcp(segment, spec, options);
      break;
    case 17:
    case 136:
      segment.put(port(spec.sourcePort, options), 16);
      segment.put(port(spec.destinationPort, options), 16);
      segment.put(options.ordinary ? BigInt(8 + body.bytes.length) : null, 16);
      segment.put(null, 16);
      break;
    case 132:
      segment.put(port(spec.sourcePort, options), 16);
      segment.put(port(spec.destinationPort, options), 16);
      segment.put(0n, 32);
      segment.put(null, 32);
      segment.append([
        1,
        0,
        0,
        20 + body.bytes.length,
        0,
        0,
        0,
        1,
        0,
        0,
        255,
        255,
        0,
        1,
        0,
        1,
        0,
        0,
        0,
        1,
      ]);
      break;
    case 33:
      segment.put(port(spec.sourcePort, options), 16);
      segment.put(port(spec.destinationPort, options), 16);
      segment.append([5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
      break;
    case 1:
    case 58:
      icmp(segment, spec, options);
      break;
    case 47:
      segment.append([0, 0, 8, 0, 0, 0, 0, 1]);
      break;
    case null:
      segment.put(port(spec.sourcePort, options), 16);
      segment.put(port(spec.destinationPort, options), 16);
      segment.put(null, 64);
      break;
    default:
      segment.put(options.ordinary ? ORDINARY_START : null, 64);
  }
  segment.join(body);
  pad(segment, spec);
  for (const [id, value] of spec.values) putSelector(segment, id, value);
  return segment;
}

/** Fills up to the length that the packet was given. */
function pad(segment: Buffer, spec: PacketSpec): void {
  const { totalLength, ipOptions } = spec.shape;
  if (totalLength === null) return;
  const header =
    spec.family === "ip" ? 20 + ipOptions.length : 40 + extensionChain(spec).bytes.length;
  const missing = totalLength - header - segment.bytes.length;
  if (missing > 0) segment.append(new Array<number>(missing).fill(0x78));
}

/** Whatever selector of the transport header was given: `esp.spi=5`, `th.dport=53`. */
function putSelector(segment: Buffer, id: string, value: bigint): void {
  const { source, width } = selectorRow(id);
  if (source.kind === "payload" && source.base === "transport")
    segment.overwrite(source.offset, width, value);
}

function tcp(segment: Buffer, spec: PacketSpec, options: BuildOptions): void {
  const tcpOptions = spec.shape.tcpOptions ?? new Uint8Array();
  segment.put(port(spec.sourcePort, options), 16);
  segment.put(port(spec.destinationPort, options), 16);
  segment.put(field(spec, "tcp sequence", ORDINARY_SEQUENCE, options), 32);
  segment.put(field(spec, "tcp ackseq", 0n, options), 32);
  segment.put(BigInt((5 + tcpOptions.length / 4) << 4), 8);
  segment.put(field(spec, "tcp flags", SYN, options), 8);
  segment.put(field(spec, "tcp window", ORDINARY_WINDOW, options), 16);
  segment.put(null, 16);
  segment.put(field(spec, "tcp urgptr", 0n, options), 16);
  segment.append(tcpOptions);
}

function icmp(segment: Buffer, spec: PacketSpec, options: BuildOptions): void {
  const name = spec.family === "ip" ? "icmp" : "icmpv6";
  const echo = spec.family === "ip" ? 8n : 128n;
  segment.put(field(spec, `${name} type`, echo, options), 8);
  segment.put(field(spec, `${name} code`, 0n, options), 8);
  segment.put(null, 16);
  if (spec.shape.inner !== null) {
    segment.put(0n, 32);
    const inner = buildWire(spec.shape.inner, { ordinary: true, marker: options.marker });
    segment.appendKnown(inner.bytes, inner.known);
    return;
  }
  segment.put(field(spec, `${name} id`, ORDINARY_ECHO_ID, options), 16);
  segment.put(field(spec, `${name} sequence`, 1n, options), 16);
}

function buildBody(spec: PacketSpec, options: BuildOptions): Buffer {
  const { shape } = spec;
  const body = new Buffer();
  const marker = options.marker;
  const mark = () => {
    body.append([0x50, 0x4d]);
    /* Numbers of packets stay below 2^16, so the upper half is known even where none is given. */
    body.put(BigInt(marker >>> 16), 16);
    body.put(marker === 0 ? null : BigInt(marker & 0xffff), 16);
  };
  if (shape.payload === null && !options.ordinary) {
    body.put(null, MARKER_BYTES * 8);
  } else {
    if (shape.markerFirst) mark();
    body.append(shape.payload ?? []);
    if (!shape.markerFirst) mark();
  }
  body.append(new Array<number>(shape.extraLength ?? 0).fill(0));
  return body;
}

/** Cuts out of the datagram what the fragment carries. */
function fragmentOf(spec: PacketSpec, transport: Buffer, options: BuildOptions): Buffer {
  const { fragment, fragmentData, fragmentLength, continuesPrevious } = spec.shape;
  if (fragment === null || fragment.kind === "atomic") return transport;
  if (fragment.kind === "offset") {
    if (spec.family === "ip6" || fragment.offset === 0) return transport;
    return buildBody(spec, options);
  }
  if (fragment.kind === "first") {
    if (!spec.shape.markerFirst) {
      while (transport.bytes.length % 8 !== 0) transport.append([0x79]);
      return transport;
    }
    const length = fragmentLength ?? 16;
    return transport.slice(0, length);
  }
  const later = new Buffer();
  if (fragmentData !== null) later.append(fragmentData);
  else if (continuesPrevious) return transport.slice(fragment.offset);
  else later.append(new Array<number>(10).fill(0));
  later.join(buildBody(spec, options));
  return later;
}

function ipv4(spec: PacketSpec, payload: Buffer, options: BuildOptions): Buffer {
  const { ipOptions, fragment } = spec.shape;
  const packet = new Buffer();
  const dscp = field(spec, "ip dscp", 0n, options);
  const ecn = field(spec, "ip ecn", 0n, options);
  const sized = options.ordinary || spec.shape.totalLength !== null;
  const length = 20 + ipOptions.length + payload.bytes.length;
  packet.append([0x40 | (5 + ipOptions.length / 4)]);
  packet.bytes.push(Number(((dscp ?? 0n) << 2n) | (ecn ?? 0n)));
  packet.known.push((dscp === null ? 0 : 0xfc) | (ecn === null ? 0 : 3));
  packet.put(field(spec, "ip length", null, options) ?? (sized ? BigInt(length) : null), 16);
  packet.put(
    spec.values.get("ip id") ?? (options.marker > 0 ? BigInt(options.marker & 0xffff) : null),
    16,
  );
  const offset =
    (spec.shape.dontFragment ? 0x4000 : 0) |
    (fragment === null ? 0 : (fragment.offset >> 3) | (fragment.more ? 0x2000 : 0));
  packet.put(spec.values.get("ip frag-off") ?? BigInt(offset), 16);
  packet.put(field(spec, "ip ttl", ORDINARY_TTL, options), 8);
  packet.put(spec.protocol === null ? null : BigInt(spec.protocol), 8);
  packet.put(null, 16);
  packet.put(spec.source, 32);
  packet.put(spec.destination, 32);
  packet.append(ipOptions);
  packet.join(payload);
  return packet;
}

function ipv6(spec: PacketSpec, payload: Buffer, options: BuildOptions): Buffer {
  const chain = extensionChain(spec);
  const packet = new Buffer();
  const dscp = field(spec, "ip6 dscp", 0n, options);
  const ecn = field(spec, "ip6 ecn", 0n, options);
  const flow = field(spec, "ip6 flowlabel", 0n, options);
  const word = (6n << 28n) | ((dscp ?? 0n) << 22n) | ((ecn ?? 0n) << 20n) | (flow ?? 0n);
  packet.put(word, 32);
  const unknown = (dscp === null ? 0x0fc0 : 0) | (ecn === null ? 0x0030 : 0);
  packet.known[0] = 0xff & ~(unknown >> 8);
  packet.known[1] = 0xff & ~((unknown & 255) | (flow === null ? 0x0f : 0));
  if (flow === null) packet.known.fill(0, 2, 4);
  const sized = options.ordinary || spec.shape.totalLength !== null;
  const length = sized ? BigInt(chain.bytes.length + payload.bytes.length) : null;
  packet.put(field(spec, "ip6 length", length, options) ?? length, 16);
  const protocol = spec.protocol === null ? null : BigInt(spec.protocol);
  packet.put(chain.first === null ? protocol : BigInt(chain.first), 8);
  packet.put(field(spec, "ip6 hoplimit", ORDINARY_TTL, options), 8);
  packet.put(spec.source, 128);
  packet.put(spec.destination, 128);
  packet.append(chain.bytes);
  packet.join(payload);
  return packet;
}

/** Extension headers in order, each naming the next; RFC 8200. */
function extensionChain(spec: PacketSpec): { bytes: number[]; first: number | null } {
  let next = spec.protocol ?? 59;
  let bytes: number[] = [];
  for (const extension of [...spec.shape.extensions].reverse()) {
    bytes = [...extensionBytes(extension, next, spec), ...bytes];
    next = extension.header;
  }
  return { bytes, first: spec.shape.extensions.length === 0 ? null : next };
}

const IDENTIFICATION = [0, 0, 0x10, 0x92];

function extensionBytes(extension: Extension, next: number, spec: PacketSpec): number[] {
  if (extension.header === 44) {
    const word = (extension.offset & ~7) | (extension.more ? 1 : 0);
    const id = spec.values.get("ip id");
    const identification =
      id === undefined ? IDENTIFICATION : [0, 0, Number(id >> 8n), Number(id & 255n)];
    return [next, 0, word >> 8, word & 255, ...identification];
  }
  if (extension.header !== 43) return [next, 0, 1, 4, 0, 0, 0, 0];
  const left = Number(spec.values.get("rt seg-left") ?? 0n);
  if (extension.routingType === 4) return [next, 0, 4, left, 0, 0, 0, 0];
  return [next, 2, extension.routingType, left, ...new Array<number>(20).fill(0)];
}
