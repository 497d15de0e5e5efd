import type { Chance } from "../../../lab/chance.ts";

/* Words of rules, so few of them that rules of one ruleset often ask for the same packets. */

/** What the matches of one rule speak of; of others together nft makes nothing. */
export interface Subject {
  readonly family: "inet" | "ip" | "ip6";
  readonly version: "ip" | "ip6";
  readonly protocol: "tcp" | "udp" | "icmp";
  /** Where the chain hangs; `any`: other chains jump to it. */
  readonly hook: string;
}

export const PORTS = ["25", "26", "80", "90", "443"] as const;
const PORT_VALUES = [
  ...PORTS,
  "{ 25, 443 }",
  "25-80",
  "80-90",
  "!= 25",
  "1-24",
  "{ 1-25, 90 }",
  "0",
];
const FOURS = [
  ...["10.0.0.1", "10.0.0.4", "10.0.0.5", "10.0.0.9", "10.0.0.4/31", "10.0.0.0/29"],
  ...["10.0.0.8/29", "10.0.0.2-10.0.0.4", "{ 10.0.0.1, 10.0.0.9 }", "!= 10.0.0.4/31"],
  ...["{ 10.0.0.0/30, 10.0.0.9 }", "!= { 10.0.0.1, 10.0.0.5 }", "0.0.0.0/1", "128.0.0.0/1"],
];
const SIXES = [
  "fd00::1",
  "fd00::4",
  "fd00::4/127",
  "fd00::8/125",
  "!= fd00::1",
  "{ fd00::1, fd00::9 }",
];
const DEVICES = ['"lan"', '"wan"', '"wan*"', '"wan1"', '{ "lan", "wan1" }', '!= "lan"', "@ways"];

/** Up to three matches: where, who, what, and sometimes something odd. */
export function matches(chance: Chance, subject: Subject): string[] {
  const { version, protocol, hook } = subject;
  const words: string[] = [];
  const addresses = version === "ip" ? FOURS : SIXES;
  const sets = ownSets(subject);
  const address = () =>
    sets.length > 0 && chance.once(5) ? chance.pick(sets) : chance.pick(addresses);
  if (chance.once(2))
    words.push(`${version} ${chance.pick(["saddr", "daddr"] as const)} ${address()}`);
  if (protocol === "icmp") {
    const types =
      version === "ip" ? ["icmp type echo-request", "icmp type { 0, 8 }"] : ["icmpv6 type 128"];
    if (chance.once(2))
      words.push(chance.pick([...types, "meta l4proto { icmp, ipv6-icmp }"]) ?? "");
  } else if (!chance.once(4)) {
    const end = chance.pick(["dport", "dport", "dport", "sport"] as const);
    const name = chance.once(6) ? `meta l4proto ${protocol} th` : protocol;
    const value = chance.once(7) ? "@ports" : chance.pick(PORT_VALUES);
    words.push(`${name} ${end} ${value}`);
  }
  if (chance.once(4)) words.push(device(chance, hook));
  if (chance.once(5)) words.push(odd(chance, subject));
  return words.filter((word) => word !== "");
}

/** Sets of the table that hold addresses of the version. */
function ownSets({ family, version }: Subject): readonly string[] {
  const isOwn = (version === "ip6") === (family === "ip6");
  return isOwn
    ? ["@hosts", "@nets", "!= @nets", "@but", "@timed", "@seen", "@slow", "!= @slow"]
    : [];
}

function device(chance: Chance, hook: string): string {
  const isOut = /output|postrouting/.test(hook) || (hook === "forward" && chance.once(2));
  return `${isOut ? "oifname" : "iifname"} ${chance.pick(DEVICES)}`;
}

function odd(chance: Chance, { family, version, protocol, hook }: Subject): string {
  const options = [
    ...["ct state new", "ct state established,related", "ct state invalid", "ct state untracked"],
    ...[
      "ct mark 1",
      "ct mark != 0",
      "meta mark 1",
      "meta mark and 0x3 == 0x1",
      "meta mark { 1, 2 }",
    ],
    ...[
      "ct status dnat",
      "ct direction reply",
      "ct bytes > 1000",
      "ct packets 1-5",
      'ct helper "ftp"',
    ],
    ...["meta l4proto tcp", "meta l4proto != udp", "meta nfproto ipv4", "meta nfproto ipv6"],
    ...["meta skuid 1000", "meta cpu 0", 'meta hour "08:00"-"18:00"', "meta length 0-100"],
    ...[
      "numgen random mod 2 0",
      "numgen inc mod 2 0",
      "@th,16,16 25",
      "@nh,64,8 64",
      "meta iifgroup 1",
    ],
    ...[
      "limit rate 1/second",
      "limit rate over 2/second",
      'limit name "few"',
      "quota over 500 bytes",
    ],
    ...["ct count over 3", 'quota name "much"', 'counter name "hits"', "counter", 'log prefix "x"'],
  ];
  if (protocol === "tcp")
    options.push("tcp flags syn", "tcp flags & (syn|ack) == syn", "tcp flags != ack");
  const isOwn = (version === "ip6") === (family === "ip6");
  if (version === "ip")
    options.push(
      "ip ttl 1",
      "ip protocol udp",
      "ip protocol != tcp",
      "ip saddr & 0.0.0.1 == 0.0.0.1",
    );
  else options.push("ip6 nexthdr udp", "exthdr frag exists");
  if (version === "ip" && protocol !== "icmp")
    options.push(
      `ip saddr . ${protocol} dport { 10.0.0.1 . 25, 10.0.0.8/29 . 80-90 }`,
      `ip daddr . meta l4proto { 10.0.0.4 . tcp, 10.0.0.5 . udp }`,
    );
  if (isOwn && protocol !== "icmp")
    options.push(
      `${version} saddr . ${protocol} dport @pairs`,
      `${version} saddr . ${protocol} dport @knocked`,
    );
  if (/prerouting|input|forward/.test(hook))
    options.push("fib saddr . iif oif missing", "fib daddr type local");
  return chance.pick(options) ?? "";
}

/** Something else than a verdict. */
export function effect(chance: Chance, { family, version, protocol, hook }: Subject): string {
  const options = [
    ...[
      "meta mark set 1",
      "meta mark set meta mark or 2",
      "ct mark set 1",
      "ct mark set meta mark",
    ],
    ...[
      "meta mark set ct mark",
      "meta priority set 1:1",
      "meta nftrace set 1",
      "counter",
      'log prefix "y"',
    ],
    ...[
      "queue num 1",
      "queue num 1-2 bypass",
      "limit rate 3/second burst 2 packets",
      'limit name "few"',
    ],
    ...["ct count 2", "quota 900 bytes", "continue"],
  ];
  const isOwn = (version === "ip6") === (family === "ip6");
  if (isOwn)
    options.push(
      `add @seen { ${version} saddr }`,
      `update @seen { ${version} saddr timeout 5m }`,
      `update @seen { ${version} daddr limit rate 1/second }`,
      `delete @seen { ${version} saddr }`,
    );
  if (isOwn && protocol !== "icmp")
    options.push(
      `add @knocked { ${version} saddr . ${protocol} dport }`,
      `meta mark set ${protocol} dport map @marks`,
    );
  if (protocol === "tcp") options.push('ct helper set "ftp"', "tcp option maxseg size set 1300");
  if (version === "ip") options.push("ip dscp set af11", "ip ttl set 9", "dup to 10.0.0.9");
  if (hook === "prerouting" || hook === "output")
    options.push("notrack", "notrack", "ct zone set 1");
  return chance.pick(options) ?? "counter";
}

export function verdict(
  chance: Chance,
  { family, version, protocol, hook }: Subject,
  below: readonly string[],
): string {
  const options = [
    "accept",
    "accept",
    "accept",
    "drop",
    "drop",
    "drop",
    "return",
    "continue",
    "counter",
  ];
  for (const name of below) options.push(`jump ${name}`, `goto ${name}`);
  const [first] = below;
  if (first === "one") {
    if (protocol !== "icmp") options.push(`${protocol} dport vmap @ends`);
    if ((version === "ip6") === (family === "ip6")) options.push(`${version} saddr vmap @froms`);
    options.push(
      "meta mark vmap { 0 : continue, 1 : jump one }",
      "ct state vmap { new : jump one, invalid : drop }",
    );
  }
  if (/input|forward|output/.test(hook)) {
    options.push("reject");
    if (protocol === "tcp") options.push("meta l4proto tcp reject with tcp reset");
  }
  if (protocol !== "icmp") options.push(`${protocol} dport vmap { 25 : accept, 80-90 : drop }`);
  return chance.pick(options) ?? "accept";
}
