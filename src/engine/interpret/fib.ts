import { interfaceNameValue } from "../base/interfaceName.ts";
import type { FibFlag } from "../device/expression.ts";
import type { Host } from "../device/host.ts";
import { localAddress, lookupRoute } from "./routing.ts";
import { known, unknown, type Value } from "./value.ts";
import { readPacket, type Walk } from "./walk.ts";

/** Types of addresses as the kernel numbers them (RTN_*). */
const TYPE = {
  unspec: 0n,
  unicast: 1n,
  local: 2n,
  broadcast: 3n,
  anycast: 4n,
  multicast: 5n,
} as const;

/** What the routing tables say; without a host nobody knows, but the same for one walk. */
export function readFib(
  walk: Walk,
  flags: readonly FibFlag[],
  result: "oif" | "oifname" | "type" | "exists",
): Value {
  const key = `fib ${flags.join(" . ")} ${result}`;
  const width = result === "type" ? 32 : result === "exists" ? 1 : 128;
  const address = fibAddress(walk, flags);
  if (walk.host?.addresses == null || address.kind !== "known")
    return unknown(key, width, key, "unknown");
  const { family } = walk.wire;
  if (result === "type") return known(addressType(walk, walk.host, address.value, flags), 32);
  const mark = flags.includes("mark") && walk.mark.kind === "known" ? walk.mark.value : 0n;
  const device = routeDevice(walk, walk.host, address.value, mark, flags);
  if (result === "exists") return known(device === null ? 0n : 1n, 1);
  if (device === null && family === "ip") return known(0n, 128);
  return known(device === null ? 0n : interfaceNameValue(device), 128);
}

function fibAddress(walk: Walk, flags: readonly FibFlag[]): Value {
  const v4 = walk.wire.family === "ip";
  if (flags.includes("saddr")) return readPacket(walk, v4 ? 96 : 64, v4 ? 32 : 128, "saddr");
  return readPacket(walk, v4 ? 128 : 192, v4 ? 32 : 128, "daddr");
}

function addressType(walk: Walk, host: Host, address: bigint, flags: readonly FibFlag[]): bigint {
  const { family } = walk.wire;
  const only = flags.includes("iif") ? walk.in : flags.includes("oif") ? walk.out : null;
  const local = localAddress(host, family, address);
  if (family === "ip" && address === LOOPBACK_BROADCAST) return TYPE.broadcast;
  if (local !== null) {
    const other = only?.kind === "known" && only.value !== interfaceNameValue(local.interface);
    if (!other || local.interface === "lo") return TYPE.local;
    return TYPE.unicast;
  }
  if (family === "ip") return addressType4(host, address);
  return isSubnetAnycast(walk, host, address) ? TYPE.anycast : addressType6(address);
}

const MULTICAST_PREFIX = 0xffn;
const MAPPED_PREFIX = 0xffffn;

/** `::` and IPv4 addresses in the clothes of IPv6 are of no type (ipv6_addr_type). */
function addressType6(address: bigint): bigint {
  if (address >> 120n === MULTICAST_PREFIX) return TYPE.multicast;
  return address === 0n || address >> 32n === MAPPED_PREFIX ? TYPE.unspec : TYPE.unicast;
}

/** Longest prefix of a network whose first address is that of all its routers (RFC 4291 section 2.6.1). */
const ANYCAST_PREFIX = 126;

/** The first address of a network on the link, `::` of a default route too (ipv6_anycast_destination). */
function isSubnetAnycast(walk: Walk, host: Host, address: bigint): boolean {
  const mark = walk.mark.kind === "known" ? walk.mark.value : 0n;
  const question = { family: "ip6", destination: address, source: null, mark, in: null } as const;
  const route = lookupRoute(host, question);
  if (route === null || route.kind !== "unicast" || route.gateway !== null) return false;
  return route.prefix <= ANYCAST_PREFIX && route.destination === address;
}

/** Of the network that every loopback device has. */
const LOOPBACK_BROADCAST = 0x7fffffffn;

function addressType4(host: Host, address: bigint): bigint {
  if (address === 0xffffffffn || address === 0n) return TYPE.broadcast;
  if (address >> 28n === 14n) return TYPE.multicast;
  if (address >> 24n === 127n) return TYPE.local;
  const broadcast = (host.addresses ?? []).some(({ family, address: own, prefix }) => {
    if (family !== "ip" || prefix >= 31) return false;
    const bits = (1n << BigInt(32 - prefix)) - 1n;
    return (own | bits) === address;
  });
  return broadcast ? TYPE.broadcast : TYPE.unicast;
}

/** The device that the route for an address leaves by; a local address is reached over `lo`. */
function routeDevice(
  walk: Walk,
  host: Host,
  address: bigint,
  mark: bigint,
  flags: readonly FibFlag[],
): string | null {
  const { family } = walk.wire;
  const local = localAddress(host, family, address);
  if (local !== null) return flags.includes("iif") ? local.interface : "lo";
  const route = lookupRoute(host, { family, destination: address, source: null, mark, in: null });
  if (route === null || route.kind !== "unicast") return null;
  const device = route.interface ?? walk.spec.out ?? walk.spec.in;
  if (!flags.includes("iif")) return device;
  const { in: incoming } = walk;
  if (incoming?.kind !== "known" || device === null) return null;
  return interfaceNameValue(device) === incoming.value ? device : null;
}
