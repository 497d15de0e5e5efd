import { chain, forward, type HostilePair, input, table } from "./notation.ts";

export const FLOW: readonly HostilePair[] = [
  {
    name: "two chains of one priority change places",
    before: table(
      chain("a", "forward priority 0", "tcp dport 25 meta mark set 1") +
        chain("b", "forward priority 0", "tcp dport 25 meta mark set 2"),
    ),
    after: table(
      chain("b", "forward priority 0", "tcp dport 25 meta mark set 2") +
        chain("a", "forward priority 0", "tcp dport 25 meta mark set 1"),
    ),
    equal: "undecided",
    why: "of equal priority what was registered last runs first, and a listing does not tell the order",
  },
  {
    name: "two chains of one priority that both only drop change places",
    before: table(
      chain("a", "forward priority 0", "tcp dport 25 drop") +
        chain("b", "forward priority 0", "udp dport 53 drop"),
    ),
    after: table(
      chain("b", "forward priority 0", "udp dport 53 drop") +
        chain("a", "forward priority 0", "tcp dport 25 drop"),
    ),
    equal: true,
    why: "a packet has to pass both, in whatever order",
  },
  {
    name: "a map of verdicts that lets others fall through",
    before: forward("tcp dport vmap { 22 : accept, 25 : drop }\ntcp dport 80 drop"),
    after: forward("tcp dport 22 accept\ntcp dport 25 drop\ntcp dport 80 drop"),
    equal: true,
    why: "what the map does not know goes on to the next rule",
  },
  {
    name: "a map of verdicts with an answer for the rest",
    before: forward("tcp dport vmap { 22 : accept, * : drop }"),
    after: forward("tcp dport 22 accept\ndrop"),
    equal: false,
    why: "what has no port of TCP does not ask the map",
  },
  {
    name: "goto in place of jump",
    before: forward(
      "tcp dport 1-100 jump sub\nmeta l4proto tcp drop",
      " chain sub {\n  tcp dport 22 accept\n }\n",
    ),
    after: forward(
      "tcp dport 1-100 goto sub\nmeta l4proto tcp drop",
      " chain sub {\n  tcp dport 22 accept\n }\n",
    ),
    equal: false,
    why: "goto does not come back: the policy decides",
  },
  {
    name: "goto in place of jump where nothing follows",
    before: forward("tcp dport 1-100 jump sub", " chain sub {\n  tcp dport 22 drop\n }\n"),
    after: forward("tcp dport 1-100 goto sub", " chain sub {\n  tcp dport 22 drop\n }\n"),
    equal: true,
    why: "the policy decides either way",
  },
  {
    name: "return at the end of a chain that was jumped to, and in a base chain",
    before: input("tcp dport 22 return\ndrop"),
    after: input("tcp dport 22 accept\ndrop"),
    equal: true,
    why: "return from a base chain is its policy, here accept",
  },
  {
    name: "return where the policy drops",
    before: input("tcp dport 22 return", "drop"),
    after: input("tcp dport 22 accept", "drop"),
    equal: false,
    why: "return from a base chain is its policy, here drop",
  },
  {
    name: "another kind of refusal",
    before: forward("tcp dport 25 reject with icmpx port-unreachable"),
    after: forward("tcp dport 25 reject with icmpx admin-prohibited"),
    equal: false,
    why: "the sender is told something else",
  },
  {
    name: "icmpx in place of both families' own",
    before: forward("tcp dport 25 reject with icmpx port-unreachable"),
    after: forward(
      "meta nfproto ipv4 tcp dport 25 reject with icmp port-unreachable\nmeta nfproto ipv6 tcp dport 25 reject with icmpv6 port-unreachable",
    ),
    equal: true,
    why: "icmpx is the family's own",
  },
  {
    name: "a refusal and a silence",
    before: forward("tcp dport 25 reject"),
    after: forward("tcp dport 25 drop"),
    equal: false,
    why: "an answer is sent, or none",
  },
  {
    name: "a second base chain behind an accept",
    before: table(chain("a", "forward priority 0", "tcp dport 25 accept")),
    after: table(
      chain("a", "forward priority 0", "tcp dport 25 accept") +
        chain("b", "forward priority 10", "tcp dport 25 drop"),
    ),
    equal: false,
    why: "accept ends its own base chain only",
  },
  {
    name: "a drop before an accept of a second base chain",
    before: table(chain("a", "forward priority 0", "tcp dport 25 drop")),
    after: table(
      chain("a", "forward priority 0", "tcp dport 25 drop") +
        chain("b", "forward priority 10", "tcp dport 25 accept"),
    ),
    equal: true,
    why: "what is dropped is gone",
  },
  {
    name: "policy and last rule",
    before: input("tcp dport 22 accept", "drop"),
    after: input("tcp dport 22 accept\ndrop"),
    equal: true,
    why: "both drop the rest",
  },
  {
    name: "policy and a last rule of one family",
    before: input("tcp dport 22 accept", "drop"),
    after: input("tcp dport 22 accept\nmeta nfproto ipv4 drop"),
    equal: false,
    why: "IPv6 is let in",
  },
];
