import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { PayloadBase } from "../device/expression.ts";
import type { Space } from "../packet/header/layout.ts";
import { PROTOCOL, type SelectorRow } from "../packet/selectors/index.ts";
import type { Written } from "./store.ts";
import { familyNode, protocolNode } from "./tracking.ts";
import { linkPresent, unknownValue } from "./unknown.ts";
import { bitsValue, constantBits, mergedBits, type Value } from "./value.ts";
import type { World } from "./world.ts";

/** Which space holds a run of bits of the network header. */
interface Part {
  readonly space: Space | "version";
  readonly first: number;
  readonly last: number;
}

/** RFC 791 and RFC 8200; bits between the parts lie in `network4` and `network6`. */
const PARTS4: readonly Part[] = [
  { space: "version", first: 0, last: 3 },
  { space: "protocol", first: 72, last: 79 },
  { space: "saddr4", first: 96, last: 127 },
  { space: "daddr4", first: 128, last: 159 },
];
const PARTS6: readonly Part[] = [
  { space: "version", first: 0, last: 3 },
  { space: "saddr6", first: 64, last: 191 },
  { space: "daddr6", first: 192, last: 319 },
];
const HEADER_BITS = { ip: 160, ip6: 320 } as const;

/** Bits at `offset` of a header. `row` is null where a rule asks for raw bits. */
export function readPayload(
  world: World,
  base: PayloadBase,
  offset: number,
  width: number,
  row: SelectorRow | null,
): Value {
  const name = row?.id ?? `@${base},${offset},${width}`;
  switch (base) {
    case "link":
      return unknownValue(world, name, width, "header", "", linkPresent(world));
    case "inner":
      return unknownValue(
        world,
        name,
        width,
        "packet",
        "",
        world.arena.variable(world.layout.flag(`has ${name}`, "packet").level),
      );
    case "network":
      return readNetwork(world, offset, width, name);
    case "transport":
      return readTransport(world, offset, width, name);
  }
}

/**
 * The kernel reads the bytes at the place, whatever family they are of: `ip dscp` behind a match of
 * both families reads a byte of IPv6 too (measured). Rules that ask the family first read one.
 */
function readNetwork(world: World, offset: number, width: number, name: string): Value {
  const values = world.families.map((family) => ({
    guard: familyNode(world, family),
    value: readFamily(world, family, offset, width, name),
  }));
  const { arena } = world;
  return {
    width,
    present: values.reduce<Node>(
      (all, { guard, value }) => arena.or(all, arena.and(guard, value.present)),
      FALSE,
    ),
    pieces: values.flatMap(({ guard, value }) =>
      value.pieces.map((piece) => ({ ...piece, guard: arena.and(piece.guard, guard) })),
    ),
  };
}

function readFamily(
  world: World,
  family: "ip" | "ip6",
  offset: number,
  width: number,
  name: string,
): Value {
  if (offset + width > HEADER_BITS[family])
    return beyondHeader(world, name, width, world.store.writtenBytes());
  const parts = family === "ip" ? PARTS4 : PARTS6;
  const whole = parts.find(({ first, last }) => first <= offset && offset + width - 1 <= last);
  if (whole !== undefined && whole.space !== "version")
    return world.store.read(whole.space, offset - whole.first, width);
  const bits = Array.from({ length: width }, (_, i) =>
    networkBit(world, family, parts, offset + i),
  );
  if (family === "ip6") return bitsValue(bits);
  return summed(world, bitsValue(bits), { offset, width, name }, CHECKSUM4, TRUE);
}

interface Asked {
  readonly offset: number;
  readonly width: number;
  readonly name: string;
}

interface BitRun {
  readonly first: number;
  readonly last: number;
}

/** RFC 791, RFC 9293 and RFC 768; every write mends them. */
const CHECKSUM4: BitRun = { first: 80, last: 95 };
const CHECKSUM_TCP: BitRun = { first: 128, last: 143 };
const CHECKSUM_UDP: BitRun = { first: 48, last: 63 };

/** Of the packets in `where` a checksum that is read along is another one where something was written. */
function summed(
  world: World,
  value: Value,
  { offset, width, name }: Asked,
  sum: BitRun,
  where: Node,
): Value {
  if (offset > sum.last || offset + width <= sum.first) return value;
  const { arena } = world;
  const written = world.store.writtenBytes();
  const packets = written === null ? FALSE : arena.and(written.packets, where);
  if (written === null || packets === FALSE) return value;
  const other = unknownValue(world, name, value.width, "packet", "", TRUE, written);
  const within = (pieces: Value["pieces"], guard: Node) =>
    pieces.map((piece) => ({ ...piece, guard: arena.and(piece.guard, guard) }));
  return {
    ...value,
    pieces: [...within(value.pieces, arena.not(packets)), ...within(other.pieces, packets)],
  };
}

function networkBit(world: World, family: "ip" | "ip6", parts: readonly Part[], bit: number): Node {
  const part = parts.find(({ first, last }) => first <= bit && bit <= last);
  if (part?.space === "version") return constantBits(family === "ip" ? 4n : 6n, 4)[bit] ?? FALSE;
  const space = part?.space ?? (family === "ip" ? "network4" : "network6");
  const value = world.store.read(space, bit - (part?.first ?? 0), 1);
  return mergedBits(world.arena, value)?.[0] ?? FALSE;
}

/** Bits of the transport header that every packet of a protocol has (else: maybe). */
const HEADER_OF: readonly (readonly [number, number])[] = [
  [PROTOCOL.tcp, 160],
  [PROTOCOL.udp, 64],
  [PROTOCOL.udplite, 64],
  [PROTOCOL.icmp, 64],
  [PROTOCOL.icmpv6, 64],
  [PROTOCOL.igmp, 64],
  [PROTOCOL.sctp, 96],
  [PROTOCOL.dccp, 96],
  [PROTOCOL.esp, 64],
  [PROTOCOL.ah, 96],
  [PROTOCOL.comp, 32],
  [PROTOCOL.gre, 32],
];
/** Ports, and what stands in their place in other protocols: always there. */
const COMMON_BITS = 32;
/** Bits of the transport header that are held one by one. */
const TRANSPORT_BITS = 512;

function readTransport(world: World, offset: number, width: number, name: string): Value {
  const end = offset + width;
  if (end > TRANSPORT_BITS) return beyondHeader(world, name, width, null);
  const value = world.store.read("transport", offset, width);
  if (end <= COMMON_BITS) return value;
  const asked = { offset, width, name };
  const ofTcp = summed(world, value, asked, CHECKSUM_TCP, protocolNode(world, PROTOCOL.tcp));
  const sent = summed(world, ofTcp, asked, CHECKSUM_UDP, protocolNode(world, PROTOCOL.udp));
  return { ...sent, present: longEnough(world, end) };
}

/** Packets whose transport header reaches bit `end`; beyond the fixed header nobody knows. */
export function longEnough(world: World, end: number): Node {
  const { arena } = world;
  let present: Node = FALSE;
  let other: Node = TRUE;
  for (const [protocol, bits] of HEADER_OF) {
    const is = protocolNode(world, protocol);
    other = arena.and(other, arena.not(is));
    if (bits >= end) present = arena.or(present, is);
    else other = arena.or(other, is);
  }
  const flag = world.layout.flag(`bytes up to ${end / 8} of the transport header`, "packet");
  return arena.or(present, arena.and(other, arena.variable(flag.level)));
}

function beyondHeader(world: World, name: string, width: number, written: Written | null): Value {
  const flag = world.layout.flag(`has ${name}`, "packet");
  return unknownValue(world, name, width, "packet", "", world.arena.variable(flag.level), written);
}
