import type { Range } from "../../src/engine/base/range.ts";
import { isNotationError, parsePacket } from "../../src/engine/packet/notation.ts";
import type { CtState, PacketSpec, Path } from "../../src/engine/packet/packet.ts";
import { ACK, headerBytes, type Sketch, SMALLEST_PAYLOAD, SYN } from "../sketch.ts";

/** What a header says of a packet besides its notation. */
interface Rest {
  readonly path: Path;
  readonly in: string | null;
  readonly out: string | null;
  /** Lengths that the rules do not tell apart; none: no rule asks. */
  readonly length: readonly Range[];
  /** Largest segment that TCP's option tells; none: it has no such option. */
  readonly segment: readonly Range[];
  readonly state: CtState;
  /** Source port where the header names none. */
  readonly port: number;
}

/** Words whose value has a place of its own in a sketch, or that only tracking knows. */
const OWN_WORDS =
  /^(?:in|out|state|dir|path|type|code|flags|mark|len|owner|ct\.\S+|meta\.sk[ug]id|ip\.ttl|ip6\.hoplimit|ip6?\.dscp|ip6?\.ecn|ip\.length|ip6\.length|ip\.checksum|(?:tcp|udp|icmp|icmpv6|th)\.checksum|udp\.length|tcp\.doff|meta\.pkttype|ether\.\S+|icmp(?:v6)?\.id)=/;
/** Longest packet that is made. */
const MAXIMUM_LENGTH = 60000;

/** A header in packet notation as a packet to send; null: it cannot be. */
export function sketchOf(text: string, rest: Rest): Sketch | null {
  const spec = parsePacket(text);
  if (isNotationError(spec) || spec.protocol === null) return null;
  if (spec.source === null || spec.destination === null) return null;
  const { family, protocol } = spec;
  const number = (...ids: readonly string[]): number | null => {
    const found = ids.flatMap((id) => spec.values.get(id) ?? [])[0];
    return found === undefined ? null : Number(found);
  };
  const isOwn = rest.path === "output";
  const first = rest.state === "new" ? SYN : ACK;
  const [segment] = rest.segment;
  const options = segment === undefined ? [] : [`mss=${segment.from}`];
  const words = text.split(" ").slice(4);
  return {
    family,
    protocol,
    source: spec.source,
    destination: spec.destination,
    sourcePort: spec.sourcePort ?? 0,
    destinationPort: spec.destinationPort ?? 0,
    path: rest.path,
    in: isOwn ? null : rest.in,
    out: rest.path === "input" ? null : rest.out,
    tcp: { flags: number("tcp flags") ?? first, sequence: 1000, acknowledgement: 0 },
    icmp: {
      type: number("icmp type", "icmpv6 type") ?? 8,
      code: number("icmp code", "icmpv6 code") ?? 0,
      id: number("icmp id", "icmpv6 id") ?? rest.port,
    },
    ttl: number("ip ttl", "ip6 hoplimit") ?? 64,
    dscp: number("ip dscp", "ip6 dscp") ?? 0,
    ecn: number("ip ecn", "ip6 ecn") ?? 0,
    payload: payloadOf(spec, rest.length),
    mark: isOwn ? (number("meta mark") ?? 0) : 0,
    uid: isOwn ? (number("meta skuid") ?? 0) : 0,
    gid: isOwn ? (number("meta skgid") ?? 0) : 0,
    more: [...words.filter((word) => !OWN_WORDS.test(word)), ...options],
  };
}

function payloadOf(spec: PacketSpec, lengths: readonly Range[]): number {
  const headers = headerBytes(spec.family, spec.protocol ?? 0);
  const total = spec.values.get("ip length");
  const inner = spec.values.get("ip6 length");
  const wished =
    total ?? (inner === undefined ? undefined : inner + 40n) ?? within(lengths, headers);
  if (wished === undefined) return SMALLEST_PAYLOAD;
  return Math.max(SMALLEST_PAYLOAD, Math.min(MAXIMUM_LENGTH, Number(wished)) - headers);
}

/** The shortest of the lengths that a packet with these headers can have. */
function within(lengths: readonly Range[], headers: number): bigint | undefined {
  const shortest = BigInt(headers + SMALLEST_PAYLOAD);
  const found = lengths.find(({ to }) => to >= shortest);
  if (found === undefined) return undefined;
  return found.from > shortest ? found.from : shortest;
}
