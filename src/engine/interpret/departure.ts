import type { Route } from "../device/host.ts";
import { lookupRoute } from "./routing.ts";
import { readAddress } from "./tuples.ts";
import { known } from "./value.ts";
import { readPacket, type Walk, writePacket } from "./walk.ts";

/** Where a packet goes: a device (null: nobody knows), or an answer of the kernel's own. */
export type Departure =
  | { readonly kind: "leaves"; readonly out: string | null }
  | { readonly kind: "refused"; readonly reason: string; readonly answer: string };

/** What routes that do not deliver send back: [ICMP, ICMPv6]; blackhole is silent (measured). */
const ROUTE_ANSWERS: Readonly<Record<Route["kind"], readonly [string, string]>> = {
  unicast: ["none", "none"],
  local: ["none", "none"],
  blackhole: ["none", "none"],
  prohibit: ["icmp 3/13", "icmpv6 1/1"],
  unreachable: ["icmp 3/1", "icmpv6 1/3"],
};
const NO_ROUTE: readonly [string, string] = ["icmp 3/0", "icmpv6 1/0"];

/**
 * The route of the packet in hand. As long as nothing rewrote the destination or set a mark, the
 * device that the question names is believed, since a host may have more routes than were told.
 */
export function departure(walk: Walk, sameDestination: boolean): Departure {
  const { host, spec } = walk;
  const { family } = walk.wire;
  const destination = readAddress(walk, "destination");
  const leaves: Departure = { kind: "leaves", out: spec.out };
  if (host === null || destination.kind !== "known") return leaves;
  if (!host.routes.some((route) => route.family === family)) return leaves;
  const source = readAddress(walk, "source");
  const route = lookupRoute(host, {
    family,
    destination: destination.value,
    source: source.kind === "known" ? source.value : null,
    mark: walk.mark.kind === "known" ? walk.mark.value : 0n,
    in: spec.in,
  });
  const v6 = family === "ip6" ? 1 : 0;
  if (v6 === 1 && staysOnLink(destination.value) && spec.in !== null && spec.out !== spec.in)
    return {
      kind: "refused",
      reason: "link-local destinations stay on their link",
      answer: NO_ROUTE[1],
    };
  if (route === null) return { kind: "refused", reason: "no route", answer: NO_ROUTE[v6] ?? "" };
  if (route.kind !== "unicast")
    return {
      kind: "refused",
      reason: `route ${route.kind}`,
      answer: ROUTE_ANSWERS[route.kind][v6],
    };
  const marked = walk.mark.kind === "known" && walk.mark.value !== 0n;
  if (sameDestination && spec.out !== null && !marked) return leaves;
  return { kind: "leaves", out: route.interface ?? spec.out };
}

const LINK_LOCAL = 0xfe80n >> 6n;

/** Only a route by the device that the packet came in by is looked at (rt6_need_strict). */
function staysOnLink(destination: bigint): boolean {
  return destination >> 118n === LINK_LOCAL;
}

export interface Refusal {
  readonly reason: string;
  readonly answer: string;
}

/** Forward sees the time to live already lowered; at 1 the kernel answers instead (measured). */
export function lowerTtl(walk: Walk): Refusal | null {
  const v4 = walk.wire.family === "ip";
  const offset = v4 ? 64 : 56;
  const ttl = readPacket(walk, offset, 8, v4 ? "ip ttl" : "ip6 hoplimit");
  if (ttl.kind !== "known") {
    if (ttl.kind === "unknown") walk.choices.restrict(ttl.variable, [{ from: 1n, to: 254n }]);
    return null;
  }
  if (ttl.value <= 1n)
    return { reason: "time to live exceeded", answer: v4 ? "icmp 11/0" : "icmpv6 3/0" };
  writePacket(walk, offset, 8, known(ttl.value - 1n, 8));
  return null;
}

const DO_NOT_FRAGMENT = 0x4000n;

/** Too big for the next link and not to be cut: answered before forward (measured). */
export function exceedsMtu(walk: Walk, out: string | null): Refusal | null {
  const mtu = walk.host?.interfaces.find(({ name }) => name === out)?.mtu;
  if (mtu === undefined || !walk.wire.complete || walk.wire.bytes.length <= mtu) return null;
  const v4 = walk.wire.family === "ip";
  const flags = readPacket(walk, 48, 16, "ip frag-off");
  if (v4 && (flags.kind !== "known" || (flags.value & DO_NOT_FRAGMENT) === 0n)) return null;
  return { reason: "packet too big", answer: v4 ? "icmp 3/4" : "icmpv6 2/0" };
}
