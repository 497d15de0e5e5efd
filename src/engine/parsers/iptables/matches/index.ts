import type { ModuleSpec } from "../module.ts";
import { ADDRESS_MATCHES } from "./address.ts";
import { CONNTRACK_MATCHES } from "./conntrack.ts";
import { HEADER_MATCHES } from "./header.ts";
import { ICMP_MATCHES } from "./icmp.ts";
import { IPV6_MATCHES } from "./ipv6.ts";
import { LIMIT_MATCHES } from "./limits.ts";
import { META_MATCHES } from "./meta.ts";
import { PAYLOAD_MATCHES } from "./payload.ts";
import { TRANSPORT_MATCHES } from "./transport.ts";

/** All matches of iptables 1.8, by the name behind `-m`. */
export const MATCHES: ReadonlyMap<string, ModuleSpec> = new Map(
  Object.entries({
    ...TRANSPORT_MATCHES,
    ...ICMP_MATCHES,
    ...CONNTRACK_MATCHES,
    ...ADDRESS_MATCHES,
    ...LIMIT_MATCHES,
    ...HEADER_MATCHES,
    ...IPV6_MATCHES,
    ...PAYLOAD_MATCHES,
    ...META_MATCHES,
  }),
);

/** Other names of the same match. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["icmpv6", "icmp6"],
  ["ipv6-icmp", "icmp6"],
]);

export function findMatch(name: string): ModuleSpec | null {
  return MATCHES.get(ALIASES.get(name) ?? name) ?? null;
}

/** The match that belongs to `-p`, for options without `-m`. */
export const PROTOCOL_MATCHES: ReadonlyMap<number, string> = new Map([
  [6, "tcp"],
  [17, "udp"],
  [1, "icmp"],
  [58, "icmp6"],
  [132, "sctp"],
  [33, "dccp"],
  [50, "esp"],
  [51, "ah"],
  [135, "mh"],
  [108, "ipcomp"],
]);
