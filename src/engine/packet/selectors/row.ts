import type { PayloadBase, UnknownKind } from "../../device/expression.ts";

/**
 * One selector: what a rule can ask of a packet. The table of all rows is the base of parsers,
 * interpreter, compiler and reports; a selector without a row becomes a named opaque.
 */
export interface SelectorRow {
  /** Canonical nft spelling, as `nft list ruleset` prints it: `tcp dport`, `meta mark`. */
  readonly id: string;
  /** Bits of the value. Interface names have 128. */
  readonly width: number;
  /** How its values are written; names of constants hang on it. */
  readonly type: ValueType;
  readonly source: SelectorSource;
  /** What nft asks first, unless the rule or the table's family says it already. */
  readonly needs: readonly SelectorNeed[];
  /**
   * What a rule sees where the thing is not there. `noMatch`: neither the question nor its negation
   * matches (NFT_BREAK). `zero`: the value is 0 or the empty name, so a negation matches (measured).
   */
  readonly absent: "noMatch" | "zero";
  /** Null: fully modelled. */
  readonly unknown: UnknownKind | null;
  /** Can stand left of `set`. */
  readonly writable: boolean;
  /** Matches of iptables that ask the same. */
  readonly iptables: readonly string[];
}

export type SelectorSource =
  /** Bits of the packet, `offset` from the start of the header named by `base`. */
  | { readonly kind: "payload"; readonly base: PayloadBase; readonly offset: number }
  | { readonly kind: "meta"; readonly key: string }
  /** `direction` null: of the connection as a whole. */
  | {
      readonly kind: "conntrack";
      readonly key: string;
      readonly direction: "original" | "reply" | null;
    }
  /** IPv6 extension header by its protocol number; `field` null asks only whether it is there. */
  | { readonly kind: "extensionHeader"; readonly header: number; readonly offset: number | null }
  /** TCP option by its kind; `offset` in bits from its first byte, null asks only whether it is there. */
  | { readonly kind: "tcpOption"; readonly option: number; readonly offset: number | null }
  /** IPv4 option by its type. */
  | { readonly kind: "ipOption"; readonly option: number; readonly offset: number | null }
  | { readonly kind: "route"; readonly key: string }
  | { readonly kind: "socket"; readonly key: string }
  /** A value with no model: only a name. */
  | { readonly kind: "named"; readonly key: string };

export interface SelectorNeed {
  readonly id: "meta nfproto" | "meta l4proto" | "meta iiftype" | "ether type";
  readonly value: bigint;
}

export type ValueType =
  | "integer"
  | "ipv4_addr"
  | "ipv6_addr"
  | "ether_addr"
  | "ether_type"
  | "inet_proto"
  | "inet_service"
  | "icmp_type"
  | "icmp_code"
  | "icmpv6_type"
  | "icmpv6_code"
  | "icmpx_code"
  | "igmp_type"
  | "tcp_flag"
  | "dscp"
  | "ecn"
  | "mark"
  | "ifname"
  | "iface_index"
  | "iface_type"
  | "devgroup"
  | "nf_proto"
  | "pkt_type"
  | "uid"
  | "gid"
  | "ct_state"
  | "ct_dir"
  | "ct_status"
  | "ct_label"
  | "ct_event"
  | "realm"
  | "classid"
  | "cgroupsv2"
  | "time"
  | "day"
  | "hour"
  | "fib_addrtype"
  | "arp_op"
  | "dccp_pkttype"
  | "mh_type"
  | "mptcp_subtype"
  | "boolean"
  | "string"
  | "verdict";

/** Numbers of protocols and families that the rows name. */
export const NFPROTO_IPV4 = 2n;
export const NFPROTO_IPV6 = 10n;
export const PROTOCOL = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  icmpv6: 58,
  comp: 108,
  sctp: 132,
  mobility: 135,
  udplite: 136,
} as const;

/** Protocols whose header begins with a source and a destination port. */
export const WITH_PORTS: readonly number[] = [
  PROTOCOL.tcp,
  PROTOCOL.udp,
  PROTOCOL.udplite,
  PROTOCOL.sctp,
  PROTOCOL.dccp,
];
