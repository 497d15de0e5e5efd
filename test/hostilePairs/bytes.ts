import { forward, type HostilePair, output } from "./notation.ts";

/** Bytes behind the headers that are held bit by bit, and what writes change in them. */
export const BYTES: readonly HostilePair[] = [
  {
    name: "two values of bytes behind the network header",
    before: forward("@nh,336,16 26 drop"),
    after: forward("@nh,336,16 27 drop"),
    equal: false,
    why: "bytes that have only a name have values all the same",
  },
  {
    name: "two values of bytes far behind the transport header",
    before: forward("@th,800,16 26 drop"),
    after: forward("@th,800,16 27 drop"),
    equal: false,
    why: "bytes that have only a name have values all the same",
  },
  {
    name: "two values of bytes of the payload",
    before: forward("meta l4proto udp @ih,0,16 26 drop"),
    after: forward("meta l4proto udp @ih,0,16 27 drop"),
    equal: false,
    why: "bytes that have only a name have values all the same",
  },
  {
    name: "two masks of bytes far behind",
    before: forward("@th,800,16 & 2 == 2 drop"),
    after: forward("@th,800,16 & 4 == 4 drop"),
    equal: false,
    why: "what is worked out of such bytes is another value for another mask",
  },
  {
    name: "bytes far behind, by a set and one by one",
    before: forward("@th,800,16 { 26, 30-40 } drop"),
    after: forward("@th,800,16 26 drop\n@th,800,16 30-40 drop"),
    equal: true,
    why: "the set holds exactly these values",
  },
  {
    name: "a segment size is written in front of who reads its bytes",
    before: forward("tcp option maxseg size set 1400\n@th,176,16 1400 drop"),
    after: forward("@th,176,16 1400 drop\ntcp option maxseg size set 1400"),
    equal: "undecided",
    why: "the option is part of the bytes behind the fixed header of TCP, where a packet has it there",
  },
  {
    name: "a port is written in front of who reads it as raw bytes of the network header",
    before: forward("meta nfproto ipv4 tcp dport set 26\nmeta nfproto ipv4 @nh,176,16 26 drop"),
    after: forward("meta nfproto ipv4 @nh,176,16 26 drop\nmeta nfproto ipv4 tcp dport set 26"),
    equal: false,
    why: "without options the transport header begins 160 bits behind the network header of IPv4",
  },
  {
    name: "a port is written in front of who reads the checksum",
    before: forward("tcp dport set 26\ntcp checksum 34 drop"),
    after: forward("tcp checksum 34 drop\ntcp dport set 26"),
    equal: "undecided",
    why: "each write mends the checksum (nft_payload_csum_inet), and no fate has its value",
  },
  {
    name: "a port of UDP is written in front of who reads the checksum of TCP",
    before: forward("udp dport set 26\ntcp checksum 34 drop"),
    after: forward("tcp checksum 34 drop\nudp dport set 26"),
    equal: true,
    why: "a packet is of one protocol",
  },
  {
    name: "an option is taken out in front of who asks for it",
    before: forward("reset tcp option sack-perm\ntcp option sack-perm exists drop"),
    after: forward("tcp option sack-perm exists drop\nreset tcp option sack-perm"),
    equal: "undecided",
    why: "the first such option is gone behind it, and nobody knows whether there was another one",
  },
  {
    name: "a packet without TCP goes on, or not, behind an option that is taken out",
    before: forward("reset tcp option sack-perm drop"),
    after: forward("meta l4proto tcp drop"),
    equal: true,
    why: "what has no TCP header ends the rule (NFT_BREAK)",
  },
  {
    name: "an address is written in front of who asks for the route",
    before: output("ip daddr set 10.0.0.9\nrt mtu < 1000 drop"),
    after: output("rt mtu < 1000 drop\nip daddr set 10.0.0.9"),
    equal: true,
    why: "it has a route by then, and chains of type filter give it no other one",
  },
];
