import type { PayloadBase } from "../../device/expression.ts";
import {
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  PROTOCOL,
  type SelectorNeed,
  type SelectorRow,
  type ValueType,
} from "./row.ts";

/** Field, offset and width in bits, type of value, matches of iptables that ask the same. */
type Field = readonly [string, number, number, ValueType, ...string[]];

const IPV4: SelectorNeed = { id: "meta nfproto", value: NFPROTO_IPV4 };
const IPV6: SelectorNeed = { id: "meta nfproto", value: NFPROTO_IPV6 };
/** ARPHRD_ETHER: without an Ethernet header the link layer is not there. */
const ETHERNET: SelectorNeed = { id: "meta iiftype", value: 1n };

function header(
  name: string,
  base: PayloadBase,
  needs: readonly SelectorNeed[],
  fields: readonly Field[],
): SelectorRow[] {
  return fields.map(([field, offset, width, type, ...iptables]) => ({
    id: `${name} ${field}`,
    width,
    type,
    source: { kind: "payload", base, offset },
    needs,
    absent: "noMatch",
    unknown: null,
    writable: true,
    iptables,
  }));
}

function transport(protocol: number): readonly SelectorNeed[] {
  return [{ id: "meta l4proto", value: BigInt(protocol) }];
}

const PORTS: readonly Field[] = [
  ["sport", 0, 16, "inet_service", "--sport", "multiport --sports"],
  ["dport", 16, 16, "inet_service", "--dport", "multiport --dports"],
];

/** Bits of the packet itself. Offsets: RFC 791, 8200, 792, 4443, 9293, 768, 4340, 4302, 4303. */
export const PAYLOAD_ROWS: readonly SelectorRow[] = [
  ...header(
    "ether",
    "link",
    [ETHERNET],
    [
      ["daddr", 0, 48, "ether_addr"],
      ["saddr", 48, 48, "ether_addr", "mac --mac-source"],
      ["type", 96, 16, "ether_type"],
    ],
  ),
  ...header(
    "vlan",
    "link",
    [ETHERNET, { id: "ether type", value: 0x8100n }],
    [
      ["pcp", 112, 3, "integer"],
      ["dei", 115, 1, "integer"],
      ["cfi", 115, 1, "integer"],
      ["id", 116, 12, "integer"],
      ["type", 128, 16, "ether_type"],
    ],
  ),
  ...header(
    "arp",
    "network",
    [],
    [
      ["htype", 0, 16, "integer"],
      ["ptype", 16, 16, "ether_type"],
      ["hlen", 32, 8, "integer"],
      ["plen", 40, 8, "integer"],
      ["operation", 48, 16, "arp_op"],
      ["saddr ether", 64, 48, "ether_addr"],
      ["saddr ip", 112, 32, "ipv4_addr"],
      ["daddr ether", 144, 48, "ether_addr"],
      ["daddr ip", 192, 32, "ipv4_addr"],
    ],
  ),
  ...header(
    "ip",
    "network",
    [IPV4],
    [
      ["version", 0, 4, "integer"],
      ["hdrlength", 4, 4, "integer"],
      ["dscp", 8, 6, "dscp", "dscp --dscp"],
      ["ecn", 14, 2, "ecn", "ecn --ecn-ip-ect"],
      ["length", 16, 16, "integer", "length --length"],
      ["id", 32, 16, "integer"],
      ["frag-off", 48, 16, "integer", "-f"],
      ["ttl", 64, 8, "integer", "ttl --ttl-eq"],
      ["protocol", 72, 8, "inet_proto"],
      ["checksum", 80, 16, "integer"],
      ["saddr", 96, 32, "ipv4_addr", "-s", "iprange --src-range"],
      ["daddr", 128, 32, "ipv4_addr", "-d", "iprange --dst-range"],
    ],
  ),
  ...header(
    "ip6",
    "network",
    [IPV6],
    [
      ["version", 0, 4, "integer"],
      ["dscp", 4, 6, "dscp", "dscp --dscp"],
      ["ecn", 10, 2, "ecn"],
      ["flowlabel", 12, 20, "integer"],
      ["length", 32, 16, "integer"],
      ["nexthdr", 48, 8, "inet_proto"],
      ["hoplimit", 56, 8, "integer", "hl --hl-eq"],
      ["saddr", 64, 128, "ipv6_addr", "-s", "iprange --src-range"],
      ["daddr", 192, 128, "ipv6_addr", "-d", "iprange --dst-range"],
    ],
  ),
  ...header(
    "icmp",
    "transport",
    [IPV4, ...transport(PROTOCOL.icmp)],
    [
      ["type", 0, 8, "icmp_type", "icmp --icmp-type"],
      ["code", 8, 8, "icmp_code", "icmp --icmp-type"],
      ["checksum", 16, 16, "integer"],
      ["id", 32, 16, "integer"],
      ["sequence", 48, 16, "integer"],
      ["mtu", 48, 16, "integer"],
      ["gateway", 32, 32, "integer"],
    ],
  ),
  ...header(
    "icmpv6",
    "transport",
    [IPV6, ...transport(PROTOCOL.icmpv6)],
    [
      ["type", 0, 8, "icmpv6_type", "icmp6 --icmpv6-type"],
      ["code", 8, 8, "icmpv6_code", "icmp6 --icmpv6-type"],
      ["checksum", 16, 16, "integer"],
      ["parameter-problem", 32, 32, "integer"],
      ["mtu", 32, 32, "integer"],
      ["id", 32, 16, "integer"],
      ["sequence", 48, 16, "integer"],
      ["max-delay", 32, 16, "integer"],
      ["taddr", 64, 128, "ipv6_addr"],
      ["daddr", 192, 128, "ipv6_addr"],
    ],
  ),
  ...header(
    "igmp",
    "transport",
    [IPV4, ...transport(PROTOCOL.igmp)],
    [
      ["type", 0, 8, "igmp_type"],
      ["mrt", 8, 8, "integer"],
      ["checksum", 16, 16, "integer"],
      ["group", 32, 32, "ipv4_addr"],
    ],
  ),
  ...header("tcp", "transport", transport(PROTOCOL.tcp), [
    ...PORTS,
    ["sequence", 32, 32, "integer"],
    ["ackseq", 64, 32, "integer"],
    ["doff", 96, 4, "integer"],
    ["reserved", 100, 4, "integer"],
    ["flags", 104, 8, "tcp_flag", "tcp --tcp-flags", "tcp --syn"],
    ["window", 112, 16, "integer"],
    ["checksum", 128, 16, "integer"],
    ["urgptr", 144, 16, "integer"],
  ]),
  ...header("udp", "transport", transport(PROTOCOL.udp), [
    ...PORTS,
    ["length", 32, 16, "integer"],
    ["checksum", 48, 16, "integer"],
  ]),
  ...header("udplite", "transport", transport(PROTOCOL.udplite), [
    ...PORTS,
    ["csumcov", 32, 16, "integer"],
    ["checksum", 48, 16, "integer"],
  ]),
  ...header("sctp", "transport", transport(PROTOCOL.sctp), [
    ...PORTS,
    ["vtag", 32, 32, "integer"],
    ["checksum", 64, 32, "integer"],
  ]),
  ...header("dccp", "transport", transport(PROTOCOL.dccp), [
    ...PORTS,
    ["type", 67, 4, "dccp_pkttype", "dccp --dccp-types"],
  ]),
  ...header("ah", "transport", transport(PROTOCOL.ah), [
    ["nexthdr", 0, 8, "inet_proto"],
    ["hdrlength", 8, 8, "integer"],
    ["reserved", 16, 16, "integer"],
    ["spi", 32, 32, "integer", "ah --ahspi"],
    ["sequence", 64, 32, "integer"],
  ]),
  ...header("esp", "transport", transport(PROTOCOL.esp), [
    ["spi", 0, 32, "integer", "esp --espspi"],
    ["sequence", 32, 32, "integer"],
  ]),
  ...header("comp", "transport", transport(PROTOCOL.comp), [
    ["nexthdr", 0, 8, "inet_proto"],
    ["flags", 8, 8, "integer"],
    ["cpi", 16, 16, "integer"],
  ]),
  ...header("gre", "transport", transport(PROTOCOL.gre), [
    ["flags", 0, 5, "integer"],
    ["version", 13, 3, "integer"],
    ["protocol", 16, 16, "ether_type"],
  ]),
  /** `th` asks for no protocol: ICMP and GRE are read as if they had ports (measured). */
  ...header("th", "transport", [], PORTS),
];
