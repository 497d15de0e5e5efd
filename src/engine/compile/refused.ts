import { type Range, single } from "../base/range.ts";
import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import { isLoopback } from "./readSelector.ts";
import { familyNode } from "./tracking.ts";
import { bitsValue, inRangesOf, mergedBits } from "./value.ts";
import type { World } from "./world.ts";

/* What routing refuses whatever the rules say (ip_route_input_slow, ip6_forward; measured). */

const LOOPBACK4: Range = { from: 0x7f000000n, to: 0x7fffffffn };
/** The rest of 0/8 is routed like any other network since Linux 5.3 (measured). */
const UNSPECIFIED = single(0n);
const MULTICAST4: Range = { from: 0xe0000000n, to: 0xefffffffn };
const BROADCAST4 = single(0xffffffffn);
const LINK_LOCAL6: Range = { from: 0xfe80n << 112n, to: (0xfec0n << 112n) - 1n };
const MULTICAST6: Range = { from: 0xffn << 120n, to: (1n << 128n) - 1n };

/** Destinations, once NAT is done, that are never forwarded. */
export function refusedDestinations(world: World): Node {
  return world.arena.or(
    destinationIn(world, "ip", [UNSPECIFIED, LOOPBACK4, MULTICAST4, BROADCAST4]),
    destinationIn(world, "ip6", [MULTICAST6]),
  );
}

/** Sources of IPv6 that stay on their link (ip6_forward): NAT can send on what came for the device. */
export function refusedSources(world: World): Node {
  const source = world.store.read("saddr6", 0, 128);
  const ranges = [UNSPECIFIED, LINK_LOCAL6];
  return world.arena.and(familyNode(world, "ip6"), inRangesOf(world.arena, source, ranges));
}

/**
 * From outside nothing gets to 127/8, unless `route_localnet` is on. A redirect takes an address of the
 * interface that the packet came by, and no other interface than lo has one of these.
 */
export function refusedLoopback(world: World): Node {
  const { arena, redirected } = world;
  const outside = arena.not(arena.or(isLoopback(world, "in", "variable"), redirected));
  return arena.and(destinationIn(world, "ip", [LOOPBACK4]), outside);
}

/** Packets whose time to live ends here, where a rule looks at it; else it is taken to suffice. */
export function outlived(world: World): Node {
  const { asked } = world.layout.questions;
  const four = asked.has("ip ttl") ? endsNow(world, "network4", TTL_BIT) : FALSE;
  const six = asked.has("ip6 hoplimit") ? endsNow(world, "network6", HOP_LIMIT_BIT) : FALSE;
  const { arena } = world;
  return arena.or(
    arena.and(familyNode(world, "ip"), four),
    arena.and(familyNode(world, "ip6"), six),
  );
}

const TTL_BIT = 64;
const HOP_LIMIT_BIT = 56;

function endsNow(world: World, space: "network4" | "network6", bit: number): Node {
  return inRangesOf(world.arena, world.store.read(space, bit, 8), [{ from: 0n, to: 1n }]);
}

/**
 * Forward sees the time to live lowered by one (measured): once, so that what a rule writes there
 * reads as written.
 */
export function lowerTimeToLive(world: World): void {
  const { read } = world.layout.questions;
  if (read.has("ip ttl")) lower(world, "network4", TTL_BIT);
  if (read.has("ip6 hoplimit")) lower(world, "network6", HOP_LIMIT_BIT);
}

function lower({ arena, store }: World, space: "network4" | "network6", from: number): void {
  const bits = [...(mergedBits(arena, store.read(space, from, 8)) ?? [])];
  let borrow: Node = TRUE;
  for (let i = bits.length - 1; i >= 0; i--) {
    const bit = bits[i] ?? FALSE;
    bits[i] = arena.ite(borrow, arena.not(bit), bit);
    borrow = arena.and(borrow, arena.not(bit));
  }
  store.write(space, from, 8, TRUE, bitsValue(bits));
}

function destinationIn(world: World, family: "ip" | "ip6", ranges: readonly Range[]): Node {
  const isFour = family === "ip";
  const value = world.store.read(isFour ? "daddr4" : "daddr6", 0, isFour ? 32 : 128);
  return world.arena.and(familyNode(world, family), inRangesOf(world.arena, value, ranges));
}
