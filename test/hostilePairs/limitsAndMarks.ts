import { chain, forward, type HostilePair, output, table } from "./notation.ts";

const SHARED_LIMIT = " limit l { rate 1/hour burst 1 packets }\n";
const LIMITED_CALL = ` chain y {
  ip dscp 1 meta mark set meta mark | 1
  ip dscp 2 meta mark set meta mark | 2
 }
 chain x {
  limit rate 1/hour burst 1 packets jump y
 }
`;

export const LIMITS_AND_MARKS: readonly HostilePair[] = [
  {
    name: "a limiter is moved behind a drop of some of its packets",
    before: forward(
      "limit rate 2/minute burst 1 packets accept\ntcp dport 25 drop\nip protocol tcp drop",
    ),
    after: forward(
      "tcp dport 25 drop\nlimit rate 2/minute burst 1 packets accept\nip protocol tcp drop",
    ),
    equal: false,
    why: "some of its packets were let through while it had tokens",
  },
  {
    name: "two limiters in a row are not one",
    before: forward("tcp dport 25 limit rate 1/hour burst 1 packets accept\ntcp dport 25 drop"),
    after: forward(
      "tcp dport 25 limit rate 1/hour burst 1 packets accept\ntcp dport 25 limit rate 1/hour burst 1 packets accept\ntcp dport 25 drop",
    ),
    equal: false,
    why: "each rule has tokens of its own: the second still fires when the first is dry",
  },
  {
    name: "the burst that is written and the one that is meant",
    before: forward("tcp dport 25 limit rate 3/minute accept\ntcp dport 25 drop"),
    after: forward("tcp dport 25 limit rate 3/minute burst 5 packets accept\ntcp dport 25 drop"),
    equal: true,
    why: "nft takes a burst of 5 where none is given",
  },
  {
    name: "a mark that nothing reads",
    before: forward("tcp dport 25 accept"),
    after: forward("tcp dport 25 meta mark set 1 accept"),
    equal: false,
    why: "the packet leaves with it, and whoever comes after may read it",
  },
  {
    name: "a mark that is overwritten before anybody reads it",
    before: forward("tcp dport 25 meta mark set 2"),
    after: forward("tcp dport 25 meta mark set 1\ntcp dport 25 meta mark set 2"),
    equal: true,
    why: "the last write is what is left",
  },
  {
    name: "marks by or and by set, of what comes in",
    before: forward("meta mark set 0x1"),
    after: forward("meta mark set meta mark | 0x1"),
    equal: true,
    why: "packets come in without a mark",
  },
  {
    name: "marks by or and by set, of own packets",
    before: output("meta mark set 0x1"),
    after: output("meta mark set meta mark | 0x1"),
    equal: false,
    why: "a socket gives its packets marks",
  },
  {
    name: "a mark of the connection in place of the packet's",
    before: forward("ct state new tcp dport 25 meta mark set 1"),
    after: forward("ct state new tcp dport 25 ct mark set 1"),
    equal: false,
    why: "later packets of the connection have the one, and this packet alone has the other",
  },
  {
    name: "a mark of the connection by which its replies are judged",
    before: table(
      chain(
        "f",
        "forward priority 0",
        "ct direction reply ct mark 2 drop\ntcp dport 25 ct state new ct mark set 1",
      ),
    ),
    after: table(
      chain(
        "f",
        "forward priority 0",
        "ct direction reply ct mark 2 drop\ntcp dport 25 ct state new ct mark set 2",
      ),
    ),
    equal: false,
    why: "replies go the other way and have the mark all the same",
  },
  {
    name: "a mark of the connection that its packets get",
    before: table(
      chain("p", "prerouting priority -150", "meta mark set ct mark") +
        chain("f", "forward priority 0", 'iifname "lab0" tcp dport 25 ct mark set 1'),
    ),
    after: table(
      chain("p", "prerouting priority -150", "meta mark set ct mark") +
        chain("f", "forward priority 0", 'iifname "lab0" tcp dport 25 ct mark set 2'),
    ),
    equal: false,
    why: "later packets get another mark, although the rule that gives it is the same",
  },
  {
    name: "two rules that share a limiter, in another order",
    before: forward(
      'tcp dport 25 limit name "l" meta mark set meta mark | 1\ntcp dport 25 limit name "l" meta mark set meta mark | 2',
      SHARED_LIMIT,
    ),
    after: forward(
      'tcp dport 25 limit name "l" meta mark set meta mark | 2\ntcp dport 25 limit name "l" meta mark set meta mark | 1',
      SHARED_LIMIT,
    ),
    equal: "undecided",
    why: "the last token goes to the first of the two",
  },
  {
    name: "two calls of a chain with a limiter, in another order",
    before: forward(
      "tcp dport 25 ip dscp set 1\ntcp dport 25 jump x\ntcp dport 25 ip dscp set 2\nip ttl > 0 tcp dport 25 jump x\ntcp dport 25 ip dscp set 0",
      LIMITED_CALL,
    ),
    after: forward(
      "tcp dport 25 ip dscp set 2\nip ttl > 0 tcp dport 25 jump x\ntcp dport 25 ip dscp set 1\ntcp dport 25 jump x\ntcp dport 25 ip dscp set 0",
      LIMITED_CALL,
    ),
    equal: "undecided",
    why: "the last token goes to the first call, and each call marks otherwise",
  },
];
