import { describe, expect, test } from "vitest";
import { compareDevices } from "./index.ts";
import { forward, parse } from "./testing/rulesets.ts";

type Case = readonly [name: string, before: string, after: string, true | false | "undecided"];

const SSH_LIMIT = "tcp dport 22 limit rate 5/second accept";

/** What one side says, what the other says, and whether that is the same. */
const CASES: readonly Case[] = [
  ["the same rules", "tcp dport 22 drop", "tcp dport 22 drop", true],
  ["another port", "tcp dport 22 drop", "tcp dport 23 drop", false],
  ["other words", "tcp dport { 22, 23 } drop", "tcp dport 22-23 drop", true],
  ["two rules for one", "tcp dport 22-23 drop", "tcp dport 22 drop\ntcp dport 23 drop", true],
  [
    "another order, disjoint",
    "tcp dport 22 drop\nudp dport 53 drop",
    "udp dport 53 drop\ntcp dport 22 drop",
    true,
  ],
  [
    "another order, not disjoint",
    "tcp dport 22 drop\nip ttl 9 accept",
    "ip ttl 9 accept\ntcp dport 22 drop",
    false,
  ],
  ["a counter and a comment", "tcp dport 22 drop", 'tcp dport 22 counter drop comment "no"', true],
  ["drop and reject", "tcp dport 22 drop", "tcp dport 22 reject", false],
  ["two kinds of reject", "tcp dport 22 reject", "tcp dport 22 reject with tcp reset", false],
  ["a shadowed rule", "tcp dport 22 drop", "tcp dport 22 drop\ntcp dport 22 accept", true],
  ["negation is no complement", "tcp dport != 22 drop", "th dport != 22 drop", false],
  ["what goes to 0/8 is routed", "ip daddr 0.0.0.0/8 drop", "", false],
  [
    "a queue by the packet or by the processor",
    "queue num 1-3",
    "queue flags fanout num 1-3",
    false,
  ],
  [
    "a queue chosen by another map",
    "queue to tcp dport map { 1 : 1, 2 : 2 }",
    "queue to tcp dport map { 1 : 1, 2 : 3 }",
    false,
  ],
  ["a queue that may be passed by", "queue num 1", "queue flags bypass num 1", false],
  ["IPv4 alone", "tcp dport 22 drop", "meta nfproto ipv4 tcp dport 22 drop", false],
  [
    "a limiter with the same packets",
    `${SSH_LIMIT}\ntcp dport 22 drop`,
    `tcp dport 22 limit rate 5/second counter accept\ntcp dport 22 drop`,
    true,
  ],
  [
    "a limiter with more packets",
    `tcp dport 22 jump a\ntcp dport 22 drop`,
    `tcp dport 22-23 jump a\ntcp dport 22 drop`,
    "undecided",
  ],
  [
    "a limiter that some packets come to twice",
    "ip saddr 10.0.0.1 tcp sport 2 jump b\njump b\ndrop",
    "jump b\ndrop",
    "undecided",
  ],
  [
    "a limiter behind a new drop",
    `${SSH_LIMIT}\ntcp dport 22 drop`,
    `ip saddr 10.0.0.1 drop\n${SSH_LIMIT}\ntcp dport 22 drop`,
    false,
  ],
  [
    "a limiter on one side only",
    "tcp dport 22 accept",
    "tcp dport 22 limit rate over 5/second drop",
    false,
  ],
  [
    "a named limit of another rate",
    "tcp dport 22 limit name slow accept\ntcp dport 22 drop",
    "tcp dport 22 limit name quick accept\ntcp dport 22 drop",
    "undecided",
  ],
  [
    "icmpx is one kind in each family",
    "reject",
    "meta nfproto ipv4 reject with icmp port-unreachable\nmeta nfproto ipv6 reject with icmpv6 port-unreachable",
    true,
  ],
  ["icmpx of another kind", "reject", "reject with icmpx admin-prohibited", false],
  [
    "another rate",
    `${SSH_LIMIT}\ntcp dport 22 drop`,
    "tcp dport 22 limit rate 9/second accept\ntcp dport 22 drop",
    "undecided",
  ],
  [
    "a named limit that a chain uses which nobody calls",
    "tcp dport 22 limit name slow accept\ntcp dport 22 drop",
    "tcp dport 22 limit name slow accept\ntcp dport 22 drop\n}\nchain z { tcp dport 24 limit name slow accept",
    true,
  ],
  ["two limiters for one", SSH_LIMIT, `${SSH_LIMIT}\n${SSH_LIMIT}`, true],
  [
    "two limiters in front of a drop",
    `${SSH_LIMIT}\ntcp dport 22 drop`,
    `${SSH_LIMIT}\n${SSH_LIMIT}\ntcp dport 22 drop`,
    false,
  ],
  [
    "a mark that a later rule reads",
    "meta mark set 1\nmeta mark 1 drop",
    "meta mark set 2\nmeta mark 1 drop",
    false,
  ],
  [
    "what a rule writes, read in the same chain",
    "meta mark set 1\nmeta mark 1 drop",
    "meta mark set 1\nmeta mark 1 accept",
    false,
  ],
  [
    "a time to live that a rule writes, read in the same chain",
    "ip ttl set 9\nip ttl 9 drop",
    "ip ttl set 9\nip ttl 9 accept",
    false,
  ],
  [
    "raw bytes over the time to live, which routing has lowered",
    "ip ttl 9 ip protocol tcp drop",
    "meta nfproto ipv4 @nh,64,16 0x0906 drop",
    true,
  ],
  [
    "a mark that nobody reads",
    "tcp dport 22 meta mark set 1",
    "tcp dport 22 meta mark set 2",
    false,
  ],
  [
    "a mark on other packets",
    "tcp dport 22 meta mark set 1",
    "tcp dport 23 meta mark set 1",
    false,
  ],
  [
    "marks that overrule each other in another order",
    "tcp dport 22 meta mark set 1\ntcp dport 22-23 meta mark set 2\ntcp dport 23 meta mark set 1",
    "tcp dport 23 meta mark set 1\ntcp dport 22-23 meta mark set 2\ntcp dport 22 meta mark set 1",
    false,
  ],
  [
    "a mark that is set once more at the end",
    "meta mark set 1\nmeta mark set 2\nmeta mark set 1",
    "meta mark set 1\nmeta mark set 2",
    false,
  ],
  [
    "marks on other packets in another order",
    "tcp dport 22 meta mark set 1\ntcp dport 23 meta mark set 2",
    "tcp dport 23 meta mark set 2\ntcp dport 22 meta mark set 1",
    true,
  ],
  [
    "a mark of the connection set by a packet that is dropped",
    "ct mark 5 accept\ntcp flags fin ct state established ct mark set 5 drop\ndrop",
    "ct mark 5 accept\ntcp flags fin ct state established drop\ndrop",
    false,
  ],
  [
    "a mark of the packet set by a packet that is dropped",
    "tcp dport 22 meta mark set 5 drop",
    "tcp dport 22 drop",
    true,
  ],
  ["copies to another host", "dup to 10.0.0.1", "dup to 10.0.0.2", false],
  [
    "a mark on packets that are queued",
    "meta mark set 1\nqueue num 1",
    "meta mark set 2\nqueue num 1",
    false,
  ],
  ["packets that are queued", "tcp dport 80 queue num 1", "tcp dport { 80 } queue num 1", true],
  ["a mark behind a new drop", "meta mark set 1", "tcp dport 22 drop\nmeta mark set 1", false],
  [
    "the same unknown hour",
    'meta hour "08:00"-"17:00" drop',
    'meta hour "08:00"-"17:00" counter drop',
    true,
  ],
  ["an unknown that drops", 'meta hour "08:00"-"17:00" drop', "tcp dport 22 accept", false],
  ["sets by content", "ip saddr @one drop", "ip saddr { 10.0.0.1, 10.0.0.2 } drop", true],
  [
    "a dynamic set that others feed",
    "tcp dport 22 add @seen { ip saddr }\nip saddr @seen drop",
    "tcp dport 23 add @seen { ip saddr }\nip saddr @seen drop",
    "undecided",
  ],
  [
    "a dynamic set with the same packets",
    "tcp dport 22 add @seen { ip saddr }\nip saddr @seen drop",
    "tcp dport 22 counter add @seen { ip saddr }\nip saddr @seen drop",
    true,
  ],
];

const SETS = `set one { type ipv4_addr; elements = { 10.0.0.1, 10.0.0.2 }; }
 set seen { type ipv4_addr; flags dynamic; size 100; }
 limit slow { rate 5/second; }
 limit quick { rate 9/second; }
 chain a { limit rate 5/second accept; }
 chain b { limit rate 5/second tcp sport 1 accept; }`;

describe("two rulesets on the forward path", () => {
  test.each(CASES)("%s", (_name, before, after, expected) => {
    const difference = compareDevices(forward(before, SETS), forward(after, SETS));
    const told = difference.classes.map(({ description }) => description.join(" | "));
    expect(difference.equal, [...difference.reasons, ...told].join("\n")).toBe(expected);
  });
});

describe("two rulesets that share all rules", () => {
  const sets = (rate: string, size: number) =>
    `limit l { rate ${rate}/second; }\n set s { type ipv4_addr; flags dynamic; size ${size}; }`;
  const limit = "tcp dport 22 limit name l accept\ntcp dport 22 drop";
  const marks = (data: string) =>
    `map m { type ipv4_addr : mark; elements = { 10.0.0.1 : ${data} }; }`;
  const mark = "meta mark set ip saddr map @m";
  const hosts = (last: string) =>
    `map m { type ipv4_addr : ipv4_addr; elements = { 10.0.0.1 : 10.0.0.${last} }; }`;
  const copy = "meta nfproto ipv4 dup to ip saddr map @m";
  const bans = (time: string) =>
    `set b { type ipv4_addr; flags timeout; elements = { 10.0.0.1${time} }; }`;
  const held = "ip saddr @b drop";
  const dynamic = "tcp dport 22 add @s { ip saddr }\nip saddr @s drop";
  const cases: readonly (readonly [string, string, string, string, boolean | "undecided"])[] = [
    ["a limit object of the same rate", limit, sets("5", 9), sets("5", 8), true],
    ["a limit object of another rate", limit, sets("5", 9), sets("6", 9), "undecided"],
    ["a dynamic set of another size", dynamic, sets("5", 9), sets("5", 8), "undecided"],
    ["a map of marks with other data", mark, marks("1"), marks("2"), false],
    ["a map of hosts that get copies", copy, hosts("1"), hosts("2"), "undecided"],
    [
      "an element that expires, and one that stays",
      held,
      bans(" timeout 9s"),
      bans(""),
      "undecided",
    ],
    ["an element that expires on both sides", held, bans(" timeout 9s"), bans(" timeout 9s"), true],
    ["a dynamic set of the same size", dynamic, sets("5", 9), sets("6", 9), true],
  ];
  test.each(cases)("%s", (_name, rules, before, after, expected) => {
    expect(compareDevices(forward(rules, before), forward(rules, after)).equal).toBe(expected);
  });

  test("a table of another family is not compared: undecided where it is another one", () => {
    const bridge = (port: number) =>
      parse(`table bridge b {
 chain c {
  type filter hook forward priority 0; policy accept;
  tcp dport ${port} drop
 }
}
`);
    expect(compareDevices(bridge(22), bridge(22)).equal).toBe(true);
    const { equal, reasons } = compareDevices(bridge(22), bridge(23));
    expect(equal).toBe("undecided");
    expect(reasons.join()).toContain("table bridge b is not compared");
  });
});

test("too many nodes are no answer: undecided, and which path was not analysed", () => {
  const before = forward("ip saddr 10.0.0.1 ip daddr 10.0.0.9 drop");
  const after = forward("ip saddr 10.0.0.2 ip daddr 10.0.0.8 drop");
  const { equal, reasons } = compareDevices(before, after, { nodeLimit: 300 });
  expect(equal).toBe("undecided");
  expect(reasons.join("\n")).toMatch(/forward was not analysed: more than 300 nodes/);
});

test("a class is told field by field, counted, and shown by a packet", () => {
  const { classes } = compareDevices(
    forward("ip saddr 10.0.0.0/30 tcp dport { 22, 80-81 } accept"),
    forward("ip saddr 10.0.0.0/30 tcp dport 22 accept\nip saddr 10.0.0.0/30 tcp dport 80-81 drop"),
  );
  const [only, second] = classes;
  expect(second).toBeUndefined();
  expect(only?.description).toEqual(["tcp 10.0.0.0/30 → any port 80-81"]);
  expect(only?.exact).toBe(true);
  expect(only?.kind).toBe("verdict");
  expect(only?.size.ip6).toBe("0");
  expect(only?.example).toMatch(/^tcp 10\.0\.0\.1:\d+ > 198\.51\.100\.7:80 /);
});
