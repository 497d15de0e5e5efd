import { interfaceNameValue } from "../base/interfaceName.ts";
import { inInterface } from "./interfaces.ts";
import { lookupRoute } from "./routing.ts";
import { readAddress } from "./tuples.ts";
import type { Walk } from "./walk.ts";

/** First byte of IPv6 groups (RFC 4291 section 2.7). */
const MULTICAST_PREFIX = 0xffn;

/** The link took the frame up for a host with another MAC: no chain of IP sees it (measured). */
export function isForAnotherHost(walk: Walk): boolean {
  return frameType(walk) === "other";
}

/** A frame that did not go to this host alone is never forwarded (ip_forward, ip6_forward). */
export function isForThisHostAlone(walk: Walk): boolean {
  const type = frameType(walk);
  return type === null || type === "host";
}

/** What IPv6 throws away before any chain sees it (ip6_rcv_core); null where it takes the packet. */
export function refusedOnArrival(walk: Walk): string | null {
  if (walk.wire.family === "ip") return null;
  const source = readAddress(walk, "source");
  const destination = readAddress(walk, "destination");
  if (source.kind === "known" && source.value >> 120n === MULTICAST_PREFIX)
    return "the source is a group";
  if (destination.kind === "known" && destination.value >> 120n === MULTICAST_PREFIX) {
    const scope = (destination.value >> 112n) & 15n;
    if (scope === 0n) return "the group has no scope";
    if (scope === 1n && !isLoopback(walk)) return "the group stays within a node";
  }
  if (isLoopback(walk)) return null;
  const isOwn = (value: typeof source) => value.kind === "known" && value.value === 1n;
  return isOwn(source) || isOwn(destination) ? "::1 from outside" : null;
}

const BROADCAST = 0xffffffffffffn;
const GROUP_BIT = 1n << 40n;

/** By the destination MAC; null where the link has none, or where the packet names none. */
export function frameType(walk: Walk): "host" | "broadcast" | "multicast" | "other" | null {
  const address = walk.spec.values.get("ether daddr");
  if (address === undefined) return null;
  if (address === BROADCAST) return "broadcast";
  if ((address & GROUP_BIT) !== 0n) return "multicast";
  const own = inInterface(walk)?.mac ?? null;
  return own === null || own === address ? "host" : "other";
}

/** Sources that routing never takes from outside; null where there is no objection. */
export function refusedSource(walk: Walk): string | null {
  const source = readAddress(walk, "source");
  if (source.kind !== "known" || isLoopback(walk)) return null;
  if (walk.wire.family === "ip6") return null;
  const first = source.value >> 24n;
  if (first === 127n && !isBroadcast(walk)) return "source 127/8 from outside";
  if (source.value === 0n && !isBroadcast(walk) && !isForAnyoneHere(walk))
    return "source 0.0.0.0 from outside";
  if (source.value === 0xffffffffn || (first >= 224n && first < 240n)) return "source is no host";
  return failsReversePath(walk, source.value) ? "rp_filter: the way back is another" : null;
}

/** What goes to all on the link is taken before its source is looked at (ip_route_input_slow). */
function isBroadcast(walk: Walk): boolean {
  const destination = readAddress(walk, "destination");
  if (destination.kind !== "known") return true;
  return destination.value === 0n || destination.value === 0xffffffffn;
}

const IGMP = 2;

/**
 * Groups of the link, 224.0.0.0/24, are open to hosts without an address, and every group to their IGMP
 * (ip_mc_validate_source).
 */
function isForAnyoneHere(walk: Walk): boolean {
  const destination = readAddress(walk, "destination");
  if (destination.kind !== "known" || destination.value >> 28n !== 14n) return false;
  return destination.value >> 8n === 0xe00000n || walk.headers.protocol === IGMP;
}

function isLoopback(walk: Walk): boolean {
  return walk.in?.kind === "known" && walk.in.value === interfaceNameValue("lo");
}

const STRICT = 1;

/** `rp_filter`: the larger of `all` and the interface's own counts; 2 asks only for any way back. */
function failsReversePath(walk: Walk, source: bigint): boolean {
  const { host, spec } = walk;
  if (host === null || spec.in === null) return false;
  const setting = (name: string) =>
    Number(host.sysctls.get(`net.ipv4.conf.${name}.rp_filter`) ?? 0);
  const mode = Math.max(setting("all"), setting(spec.in));
  if (mode === 0 || !host.routes.some(({ family }) => family === "ip")) return false;
  const question = { family: "ip", destination: source, source: null, mark: 0n, in: null } as const;
  const route = lookupRoute(host, question);
  if (route === null || route.kind !== "unicast") return true;
  return mode === STRICT && route.interface !== null && route.interface !== spec.in;
}

/** Destinations that are never forwarded; null where there is no objection. */
export function refusedDestination(walk: Walk): string | null {
  const destination = readAddress(walk, "destination");
  if (destination.kind !== "known") return null;
  if (walk.wire.family === "ip6")
    return destination.value >> 120n === MULTICAST_PREFIX ? "multicast is not forwarded" : null;
  const first = destination.value >> 24n;
  if (first === 127n) return "destination 127/8 from outside";
  if (destination.value === 0n) return "destination 0.0.0.0";
  if (destination.value === 0xffffffffn) return "broadcast is not forwarded";
  return first >= 224n && first < 240n ? "multicast is not forwarded" : null;
}

const LINK_LOCAL = 0xfe80n >> 6n;

/** IPv6 sources that stay on their link: no address at all, and link-local ones. */
export function refusedForwardSource(
  walk: Walk,
  out: string | null,
): { reason: string; answer: string } | null {
  const source = readAddress(walk, "source");
  if (source.kind !== "known" || walk.wire.family === "ip") return null;
  /* A packet that goes back where it came from is not asked (ip6_forward). */
  if (out !== null && out === walk.spec.in) return null;
  if (source.value === 0n) return { reason: "the source is no address", answer: "none" };
  if (source.value >> 118n !== LINK_LOCAL) return null;
  return { reason: "link-local sources are not forwarded", answer: "icmpv6 1/2" };
}
