import { interfaceNameValue } from "../../base/interfaceName.ts";
import { type Range, single } from "../../base/range.ts";
import { type Arena, FALSE, type Node, TRUE } from "../../bdd/index.ts";
import type { Path } from "../packet.ts";
import type { HeaderLayout } from "./layout.ts";
import { atomsInRanges, rangesOver } from "./rangesOver.ts";

/*
 * Headers that routing takes at all. What it refuses by the source, or before any chain sees it, is
 * lost whatever the rules say, so nothing is asked about it (ip_route_input_slow, ip6_rcv_core,
 * ip6_forward; measured).
 */

const UNSPECIFIED = single(0n);
const LOOPBACK4: Range = { from: 0x7f000000n, to: 0x7fffffffn };
const MULTICAST4: Range = { from: 0xe0000000n, to: 0xefffffffn };
const LINK_GROUPS4: Range = { from: 0xe0000000n, to: 0xe00000ffn };
const BROADCAST4 = single(0xffffffffn);
const LOOPBACK6 = single(1n);
const MULTICAST6: Range = { from: 0xffn << 120n, to: (1n << 128n) - 1n };
const LINK_LOCAL6: Range = { from: 0xfe80n << 112n, to: (0xfec0n << 112n) - 1n };
/** Groups of the scopes 0 (none) and 1 (this node), whatever their flags. */
const NODE_GROUPS: readonly Range[] = Array.from({ length: 16 }, (_, flags) => ({
  from: ((0xffn << 8n) | (BigInt(flags) << 4n)) << 112n,
  to: (((0xffn << 8n) | (BigInt(flags) << 4n) | 2n) << 112n) - 1n,
}));
const LOOPBACK = interfaceNameValue("lo");

/** Headers that pass the checks of addresses on the path. */
export function routable(layout: HeaderLayout, path: Path): Node {
  const { arena } = layout;
  const refused = path === "output" ? refusedLeaving(layout) : refusedComing(layout, path);
  return arena.not(refused);
}

function refusedLeaving(layout: HeaderLayout): Node {
  return anyOf(layout.arena, [
    addressIn(layout, "saddr6", [MULTICAST6]),
    addressIn(layout, "daddr6", NODE_GROUPS),
  ]);
}

function refusedComing(layout: HeaderLayout, path: Path): Node {
  const { arena } = layout;
  const toAll = addressIn(layout, "daddr4", [UNSPECIFIED, BROADCAST4]);
  /* Hosts without an address may speak to groups of their link: IGMP does (ip_mc_validate_source). */
  const toLink = arena.or(toAll, addressIn(layout, "daddr4", [LINK_GROUPS4]));
  const fromOutside = anyOf(arena, [
    addressIn(layout, "saddr4", [MULTICAST4, BROADCAST4]),
    arena.difference(addressIn(layout, "saddr4", [LOOPBACK4]), toAll),
    arena.difference(addressIn(layout, "saddr4", [UNSPECIFIED]), toLink),
    addressIn(layout, "saddr6", [LOOPBACK6]),
    addressIn(layout, "daddr6", [LOOPBACK6, ...NODE_GROUPS]),
  ]);
  const field = layout.fields.find(({ key }) => key === "in");
  const isLoopback =
    path === "forward" || field === undefined
      ? FALSE
      : atomsInRanges(arena, field, [single(LOOPBACK)]);
  return anyOf(arena, [
    arena.difference(fromOutside, isLoopback),
    addressIn(layout, "saddr6", [MULTICAST6]),
    path === "forward" ? addressIn(layout, "saddr6", [UNSPECIFIED, LINK_LOCAL6]) : FALSE,
  ]);
}

function addressIn(
  layout: HeaderLayout,
  space: "saddr4" | "daddr4" | "saddr6" | "daddr6",
  ranges: readonly Range[],
): Node {
  const { arena } = layout;
  const [six = FALSE] = layout.bits("family", 0, 1);
  const isSix = space.endsWith("6");
  const inside = rangesOver(arena, layout.bits(space, 0, isSix ? 128 : 32), ranges);
  return arena.and(inside, isSix ? six : arena.not(six));
}

function anyOf(arena: Arena, nodes: readonly Node[]): Node {
  return nodes.reduce<Node>((all, node) => (all === TRUE ? all : arena.or(all, node)), FALSE);
}
