import { forward, type HostilePair, output, PORT_SET } from "./notation.ts";

export const MATCHES: readonly HostilePair[] = [
  {
    name: "not a port is not every other packet",
    before: forward("tcp dport 22 accept\ndrop"),
    after: forward("tcp dport != 22 drop"),
    equal: false,
    why: "what has no ports of TCP does not match `!=`",
  },
  {
    name: "not a port of any protocol is not one of TCP",
    before: forward("th dport != 22 drop"),
    after: forward("tcp dport != 22 drop"),
    equal: false,
    why: "`th dport` reads bytes of ICMP and UDP too",
  },
  {
    name: "not an interface in output",
    before: output('iifname != "eth0" tcp dport 25 drop'),
    after: output("tcp dport 25 drop"),
    equal: true,
    why: "the incoming interface has no name in output, and no name is not that name",
  },
  {
    name: "elements with another time left",
    before: forward(
      "ip saddr @b drop",
      " set b {\n  type ipv4_addr; flags timeout;\n  elements = { 192.0.2.1 timeout 1h expires 50m }\n }\n",
    ),
    after: forward(
      "ip saddr @b drop",
      " set b {\n  type ipv4_addr; flags timeout;\n  elements = { 192.0.2.1 timeout 1h expires 10m }\n }\n",
    ),
    equal: true,
    why: "only how long it stays differs",
  },
  {
    name: "a concatenation that pairs, and two sets that do not",
    before: forward(
      "ip saddr . tcp dport { 10.0.0.1 . 22, 10.0.0.2 . 25 } accept\nmeta l4proto tcp drop",
    ),
    after: forward(
      "ip saddr { 10.0.0.1, 10.0.0.2 } tcp dport { 22, 25 } accept\nmeta l4proto tcp drop",
    ),
    equal: false,
    why: "the product of two sets has pairs that the concatenation has not",
  },
  {
    name: "intervals that overlap and are one",
    before: forward("tcp dport 10-20 drop\ntcp dport 15-30 drop"),
    after: forward("tcp dport 10-30 drop"),
    equal: true,
    why: "their union",
  },
  {
    name: "intervals with a hole of one port",
    before: forward("tcp dport { 10-19, 21-30 } drop"),
    after: forward("tcp dport 10-30 drop"),
    equal: false,
    why: "20 is in the hole",
  },
  {
    name: "an interval of a named set",
    before: forward("tcp dport @s drop", PORT_SET),
    after: forward("tcp dport >= 20 tcp dport < 31 drop"),
    equal: true,
    why: "both ends belong to it",
  },
  {
    name: "a wildcard and the name that it covers",
    before: forward('iifname "lab*" tcp dport 25 drop'),
    after: forward('iifname { "lab0", "lab1" } tcp dport 25 drop'),
    equal: false,
    why: "the wildcard covers names that are not there yet",
  },
  {
    name: "a star that is a letter",
    before: forward('iifname "lab*" tcp dport 25 drop'),
    after: forward('iifname "lab\\*" tcp dport 25 drop'),
    equal: false,
    why: "a star behind a backslash is part of the name",
  },
  {
    name: "a star behind two backslashes",
    before: forward('iifname "lab\\*" tcp dport 25 drop'),
    after: forward('iifname "lab\\\\*" tcp dport 25 drop'),
    equal: true,
    why: "nft takes all backslashes away where a star is escaped",
  },
  {
    name: "not a user is not everybody else",
    before: output("meta skuid != 1000 tcp dport 25 drop"),
    after: output("meta skuid 1000 tcp dport 25 accept\ntcp dport 25 drop"),
    equal: false,
    why: "packets of the kernel have no user, and `!=` does not match them",
  },
  {
    name: "the next header and the protocol",
    before: forward("ip6 nexthdr tcp drop"),
    after: forward("meta nfproto ipv6 meta l4proto tcp drop"),
    equal: false,
    why: "behind an extension header the next one is not TCP",
  },
];
