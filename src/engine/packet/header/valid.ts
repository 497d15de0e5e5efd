import { type Range, single } from "../../base/range.ts";
import { FALSE, type Node, TRUE } from "../../bdd/index.ts";
import type { Path } from "../packet.ts";
import { PROTOCOL } from "../selectors/index.ts";
import type { HeaderLayout, Space } from "./layout.ts";
import { rangesOver } from "./rangesOver.ts";
import { STATE_CODES, STATES } from "./stateCodes.ts";

const TCP_FLAGS = { from: 104, bits: 8 } as const;

/**
 * Headers that are written in one way only: numbers of classes that exist, and zeros where a field
 * is not there. Without it the count of a set would count the same packet more than once.
 */
export function validHeaders(layout: HeaderLayout, path: Path): Node {
  const { arena } = layout;
  const [six = FALSE] = layout.bits("family", 0, 1);
  const four = arena.not(six);
  const rules: Node[] = [
    absentIsZero(layout, four, "saddr", 32),
    absentIsZero(layout, four, "daddr", 32),
    absentIsZero(layout, four, "network6", 0),
    absentIsZero(layout, six, "network4", 0),
    validProtocol(layout),
    validNextHeader(layout),
    validState(layout),
    validFlags(layout),
  ];
  for (const field of layout.fields) {
    const codes = field.levels.map((level) => arena.variable(level));
    const last = isUnseen(field.key, path) ? 0n : BigInt(field.atoms.classes.length - 1);
    if (codes.length > 0) rules.push(rangesOver(arena, codes, [{ from: 0n, to: last }]));
  }
  return rules.reduce((all, rule) => arena.and(all, rule), TRUE);
}

/** Interfaces that no hook of a path shows. */
function isUnseen(key: string, path: Path): boolean {
  return (key === "in" && path === "output") || (key === "out" && path === "input");
}

/** Bits of `space` from `from` on are zero for the packets in `without`. */
function absentIsZero(layout: HeaderLayout, without: Node, space: Space, from: number): Node {
  const { arena } = layout;
  let zero: Node = TRUE;
  const bits = layout.readBits(space).filter((bit) => bit >= from);
  for (const bit of bits.reverse()) {
    const [level] = layout.levelsAt(space, bit, 1);
    if (level != null) zero = arena.difference(zero, arena.variable(level));
  }
  return arena.or(arena.not(without), zero);
}

/** Numbers of extension headers, which are skipped to find the protocol (ipv6_find_hdr). */
const SKIPPED: readonly Range[] = [0n, 43n, 44n, 60n].map(single);

function validProtocol(layout: HeaderLayout): Node {
  const { arena } = layout;
  const [six = FALSE] = layout.bits("family", 0, 1);
  return arena.not(arena.and(six, rangesOver(arena, layout.bits("protocol", 0, 8), SKIPPED)));
}

const NEXT_HEADER = { from: 48, bits: 8 } as const;

/** The next header is the protocol itself, or that of an extension header which the packet has. */
function validNextHeader(layout: HeaderLayout): Node {
  const { arena } = layout;
  if (!layout.readBits("network6").includes(NEXT_HEADER.from)) return TRUE;
  const [six = FALSE] = layout.bits("family", 0, 1);
  const next = layout.bits("network6", NEXT_HEADER.from, NEXT_HEADER.bits);
  const protocol = layout.bits("protocol", 0, 8);
  const isPlain = next.reduce<Node>(
    (all, bit, i) => arena.difference(all, arena.xor(bit, protocol[i] ?? FALSE)),
    TRUE,
  );
  const headers = layout.flags.filter(({ key }) => key.startsWith("exthdr "));
  let plain: Node = isPlain;
  for (const { level } of headers) plain = arena.difference(plain, arena.variable(level));
  const extended = SKIPPED.map((range) => {
    const flag = headers.find(({ key }) => key === `exthdr ${range.from}`);
    const has = flag === undefined ? TRUE : arena.variable(flag.level);
    return arena.and(has, rangesOver(arena, next, [range]));
  });
  const either = extended.reduce<Node>((all, one) => arena.or(all, one), plain);
  return arena.or(arena.not(six), either);
}

/** Only packets of old connections have a direction of their own, only those of any a mark from before. */
function validState(layout: HeaderLayout): Node {
  const { arena } = layout;
  const read = layout.readBits("state").length > 0;
  if (!read) return TRUE;
  const bits = layout.bits("state", 0, 3);
  const known = rangesOver(arena, bits, [{ from: 0n, to: BigInt(STATES.length - 1) }]);
  const old = rangesOver(arena, bits, [
    { from: BigInt(STATE_CODES.established), to: BigInt(STATE_CODES.related) },
  ]);
  const tracked = arena.or(old, rangesOver(arena, bits, [single(BigInt(STATE_CODES.new))]));
  return [
    arena.not(arena.and(tracked, withoutNextHeader(layout))),
    absentIsZero(layout, arena.not(old), "direction", 0),
    absentIsZero(layout, arena.not(tracked), "ctmark", 0),
  ].reduce((all, rule) => arena.and(all, rule), known);
}

const NO_NEXT_HEADER = 59;

/** IPv6 that ends without a header: tracking finds no protocol in it (ipv6_skip_exthdr; measured on 6.18). */
function withoutNextHeader(layout: HeaderLayout): Node {
  const { arena } = layout;
  const [six = FALSE] = layout.bits("family", 0, 1);
  const none = [single(BigInt(NO_NEXT_HEADER))];
  return arena.and(six, rangesOver(arena, layout.bits("protocol", 0, 8), none));
}

/** Bits of the TCP header belong to TCP; other raw bits are any packet's. */
function validFlags(layout: HeaderLayout): Node {
  const { arena } = layout;
  const read = layout.readBits("transport");
  if (!read.some((bit) => bit >= TCP_FLAGS.from && bit < TCP_FLAGS.from + TCP_FLAGS.bits))
    return TRUE;
  const tcp = rangesOver(arena, layout.bits("protocol", 0, 8), [single(BigInt(PROTOCOL.tcp))]);
  let zero: Node = TRUE;
  for (let bit = TCP_FLAGS.from + TCP_FLAGS.bits - 1; bit >= TCP_FLAGS.from; bit--) {
    const [level] = layout.levelsAt("transport", bit, 1);
    if (level != null && read.includes(bit)) zero = arena.difference(zero, arena.variable(level));
  }
  return arena.or(tcp, zero);
}

/** Variables that are part of a header: those that the rules read, and the core. */
export function headerLevels(layout: HeaderLayout): readonly number[] {
  const levels = new Set<number>();
  const core: readonly (readonly [Space, number, number])[] = [
    ["family", 0, 1],
    ["protocol", 0, 8],
    ["saddr", 0, 128],
    ["daddr", 0, 128],
    ["transport", 0, 32],
  ];
  for (const [space, from, bits] of core)
    for (const level of layout.levelsAt(space, from, bits)) if (level !== null) levels.add(level);
  const read: readonly Space[] = [
    "transport",
    "network4",
    "network6",
    "mark",
    "ctmark",
    "state",
    "direction",
  ];
  for (const space of read) for (const level of layout.levelsRead(space)) levels.add(level);
  for (const field of layout.fields)
    if (field.kind === "header" && layout.isRead(field))
      for (const level of field.levels) levels.add(level);
  for (const flag of layout.flags) if (flag.kind === "header") levels.add(flag.level);
  return [...levels].sort((a, b) => a - b);
}
