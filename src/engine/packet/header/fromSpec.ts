import { interfaceNameValue } from "../../base/interfaceName.ts";
import { single } from "../../base/range.ts";
import { type Node, TRUE } from "../../bdd/index.ts";
import { buildWire } from "../build.ts";
import type { PacketSpec } from "../packet.ts";
import { readBits, readHeaders, type Wire } from "../wire.ts";
import type { AtomField, Flag, HeaderLayout, Space } from "./layout.ts";
import { atomsInRanges } from "./rangesOver.ts";
import { STATE_CODES } from "./stateCodes.ts";

/**
 * All headers that fit the packet as written: what it leaves out may have any value, but for the
 * mark, which is 0 where nothing is said.
 */
export function headersOf(layout: HeaderLayout, spec: PacketSpec): Node {
  const { arena } = layout;
  const wire = buildWire(spec, { ordinary: false, marker: 0 });
  const parts: Node[] = [
    bitsAre(layout, "family", 0, 1, spec.family === "ip6" ? 1n : 0n),
    protocolIs(layout, wire),
    ...addressesAre(layout, spec),
    ...transportIs(layout, wire),
    ...networkIs(layout, wire),
    bitsAre(layout, "mark", 0, 32, spec.values.get("meta mark") ?? 0n),
    stateIs(layout, spec),
    ...layout.fields.map((field) => fieldIs(layout, field, spec)),
    ...layout.flags.map((flag) => flagIs(layout, flag, spec)),
  ];
  const mark = spec.values.get("ct mark");
  if (mark !== undefined) parts.push(bitsAre(layout, "ctmark", 0, 32, mark));
  return parts.reduce((all, part) => arena.and(all, part), TRUE);
}

function bitsAre(
  layout: HeaderLayout,
  space: Space,
  from: number,
  width: number,
  value: bigint,
): Node {
  const { arena } = layout;
  let all: Node = TRUE;
  const levels = layout.levelsAt(space, from, width);
  for (let i = levels.length - 1; i >= 0; i--) {
    const level = levels[i];
    if (level == null) continue;
    const isSet = ((value >> BigInt(width - 1 - i)) & 1n) === 1n;
    const variable = arena.variable(level);
    all = arena.and(all, isSet ? variable : arena.not(variable));
  }
  return all;
}

function protocolIs(layout: HeaderLayout, wire: Wire): Node {
  const { protocol } = readHeaders(wire);
  return protocol === null ? TRUE : bitsAre(layout, "protocol", 0, 8, BigInt(protocol));
}

function addressesAre(layout: HeaderLayout, spec: PacketSpec): readonly Node[] {
  const width = spec.family === "ip" ? 32 : 128;
  const ends = [
    ["saddr", spec.source],
    ["daddr", spec.destination],
  ] as const;
  return ends.map(([space, address]) =>
    address === null ? TRUE : bitsAre(layout, space, 0, width, address),
  );
}

/** Bits at the transport offset that are known; the kernel reads them whatever they mean. */
function transportIs(layout: HeaderLayout, wire: Wire): readonly Node[] {
  const start = readHeaders(wire).transport * 8;
  return knownBits(layout, "transport", wire, start);
}

function networkIs(layout: HeaderLayout, wire: Wire): readonly Node[] {
  return knownBits(layout, wire.family === "ip" ? "network4" : "network6", wire, 0);
}

function knownBits(layout: HeaderLayout, space: Space, wire: Wire, start: number): readonly Node[] {
  const levels = space === "transport" ? layout.placedBits(space) : layout.readBits(space);
  return levels.map((bit) => {
    const value = readBits(wire, start + bit, 1);
    return typeof value === "bigint" ? bitsAre(layout, space, bit, 1, value) : TRUE;
  });
}

function stateIs(layout: HeaderLayout, spec: PacketSpec): Node {
  const { arena } = layout;
  const state = spec.state ?? (spec.direction === "reply" ? "established" : null);
  if (state === null) return TRUE;
  const given = bitsAre(layout, "state", 0, 3, BigInt(STATE_CODES[state]));
  if (spec.direction === null && spec.original === null) return given;
  const isReply = spec.direction === "reply" || spec.direction === null;
  const isOld = state === "established" || state === "related";
  return arena.and(given, bitsAre(layout, "direction", 0, 1, isOld && isReply ? 1n : 0n));
}

function fieldIs(layout: HeaderLayout, field: AtomField, spec: PacketSpec): Node {
  const { arena } = layout;
  if (field.key === "in" || field.key === "out") {
    const name = field.key === "in" ? spec.in : spec.out;
    return name === null ? TRUE : atomsInRanges(arena, field, [single(interfaceNameValue(name))]);
  }
  const given = spec.values.get(field.key) ?? ordinary(field.key, spec);
  return given === null ? TRUE : atomsInRanges(arena, field, [single(given)]);
}

const HOST = 0n;
const BROADCAST = 1n;
const MULTICAST = 2n;

/** What a packet has where nothing is said. */
function ordinary(key: string, spec: PacketSpec): bigint | null {
  if (key !== "meta pkttype" || spec.destination === null) return null;
  if (spec.family === "ip6") return spec.destination >> 120n === 0xffn ? MULTICAST : HOST;
  if (spec.destination === 0xffffffffn) return BROADCAST;
  return spec.destination >> 28n === 14n ? MULTICAST : HOST;
}

/** Headers and options that the shape of the packet has or has not. */
function flagIs(layout: HeaderLayout, flag: Flag, spec: PacketSpec): Node {
  if (flag.kind !== "header") return TRUE;
  const has = hasHeader(flag.key, spec);
  if (has === null) return TRUE;
  const variable = layout.arena.variable(flag.level);
  return has ? variable : layout.arena.not(variable);
}

/** Null: not said. */
function hasHeader(key: string, spec: PacketSpec): boolean | null {
  if (key === "socket owner") return true;
  const [kind, part, number] = key.split(" ");
  if (kind === "exthdr") return spec.shape.extensions.some(({ header }) => header === Number(part));
  if (kind === "ip" && part === "option") return hasOption(spec.shape.ipOptions, Number(number));
  if (kind === "tcp" && part === "option")
    return spec.shape.tcpOptions === null ? null : hasOption(spec.shape.tcpOptions, Number(number));
  return null;
}

/** Walks options of the form kind, length, data (RFC 791, RFC 9293). */
function hasOption(options: Uint8Array, wanted: number): boolean {
  let at = 0;
  while (at < options.length) {
    const kind = options[at] ?? 0;
    if (kind === wanted) return true;
    if (kind === 0) return false;
    at += kind === 1 ? 1 : Math.max(2, options[at + 1] ?? 2);
  }
  return false;
}
