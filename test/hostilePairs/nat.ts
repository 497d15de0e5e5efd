import { destination, type HostilePair, source } from "./notation.ts";

export const NAT: readonly HostilePair[] = [
  {
    name: "dnat to another port",
    before: destination("tcp dport 80 dnat to 10.0.0.1:8080"),
    after: destination("tcp dport 80 dnat to 10.0.0.1:8081"),
    equal: false,
    why: "the verdict is the same, and the packet goes elsewhere",
  },
  {
    name: "masquerade and snat to one address",
    before: source('oifname "lab1" masquerade'),
    after: source('oifname "lab1" snat to 192.0.2.7'),
    equal: "undecided",
    why: "the interface may have just that address",
  },
  {
    name: "a second translation behind the first",
    before: source("ip saddr 10.0.0.0/8 snat to 192.0.2.7"),
    after: source(
      "ip saddr 10.0.0.0/8 snat to 192.0.2.7\n  ip saddr 10.1.0.0/16 snat to 192.0.2.8",
    ),
    equal: true,
    why: "snat ends its chain: the second rule is behind the first one's packets",
  },
  {
    name: "redirect is dnat to the address of the device",
    before: destination("tcp dport 80 redirect to :3128"),
    after: destination("tcp dport 80 dnat to :3128"),
    equal: false,
    why: "dnat to a port alone keeps the address",
  },
  {
    name: "netmap and one address",
    before: destination("dnat ip prefix to ip daddr map { 192.0.2.0/24 : 10.0.0.0/24 }"),
    after: destination("ip daddr 192.0.2.0/24 dnat to 10.0.0.1"),
    equal: "undecided",
    why: "a prefix keeps the rest of the address, and what a map of prefixes gives is not modelled",
  },
];
