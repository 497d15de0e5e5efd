import { type Range, single } from "../base/range.ts";
import { FALSE, type Node } from "../bdd/index.ts";
import { isLoopback } from "./readSelector.ts";
import { familyNode } from "./tracking.ts";
import { inRangesOf } from "./value.ts";
import type { World } from "./world.ts";

/* What routing refuses whatever the rules say (ip_route_input_slow, ip6_forward; measured). */

const LOOPBACK4: Range = { from: 0x7f000000n, to: 0x7fffffffn };
const THIS_NETWORK4: Range = { from: 0n, to: 0x00ffffffn };
const MULTICAST4: Range = { from: 0xe0000000n, to: 0xefffffffn };
const BROADCAST4 = single(0xffffffffn);
const LOOPBACK6 = single(1n);
const MULTICAST6: Range = { from: 0xffn << 120n, to: (1n << 128n) - 1n };
const UNSPECIFIED6 = single(0n);
const LINK_LOCAL6: Range = { from: 0xfe80n << 112n, to: (0xfec0n << 112n) - 1n };

/** Sources that no packet from outside can have: they are no host's. */
export function refusedSources(world: World): Node {
  const { arena } = world;
  const outside = arena.not(isLoopback(world, "in", "variable"));
  const sources = arena.or(
    addressIn(world, "saddr", "ip", [LOOPBACK4, MULTICAST4, BROADCAST4]),
    addressIn(world, "saddr", "ip6", [LOOPBACK6, MULTICAST6]),
  );
  return arena.and(sources, outside);
}

/** Destinations that are never forwarded. */
export function refusedDestinations(world: World): Node {
  return world.arena.or(
    addressIn(world, "daddr", "ip", [THIS_NETWORK4, LOOPBACK4, MULTICAST4, BROADCAST4]),
    addressIn(world, "daddr", "ip6", [LOOPBACK6, MULTICAST6]),
  );
}

/** IPv6 sources that stay on their link: no address at all, and link-local ones. */
export function refusedForwardSources(world: World): Node {
  return addressIn(world, "saddr", "ip6", [UNSPECIFIED6, LINK_LOCAL6]);
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

function addressIn(
  world: World,
  which: "saddr" | "daddr",
  family: "ip" | "ip6",
  ranges: readonly Range[],
): Node {
  const isV4 = family === "ip";
  const value = world.store.read(`${which}${isV4 ? 4 : 6}`, 0, isV4 ? 32 : 128);
  return world.arena.and(familyNode(world, family), inRangesOf(world.arena, value, ranges));
}
