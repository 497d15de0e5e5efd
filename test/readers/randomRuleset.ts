import fc from "fast-check";

/*
 * Rulesets at random, in nft's words: small enough to be judged at once, and made of few addresses and
 * ports so that their rules meet.
 */

/**
 * The same rulesets in every run, so that a change is what makes a test fail; `PREMORTEM_SEED=N npm test`
 * looks at others.
 */
export const RANDOM_SEED = Number(process.env["PREMORTEM_SEED"] ?? 1);

/** How many times as many of them are looked at; `PREMORTEM_RUNS=100` takes an hour. */
export const RANDOM_RUNS = Number(process.env["PREMORTEM_RUNS"] ?? 1);

const V4 = [
  "10.0.0.5",
  "10.0.0.0/30",
  "10.0.0.4-10.0.0.9",
  "192.0.2.0/24",
  "198.51.100.7",
  "0.0.0.0/1",
];
const V6 = ["2001:db8::5", "2001:db8::/64", "fd00::1-fd00::9", "::/1"];
const PORTS = ["22", "25", "25-30", "53", "1024-65535", "0"];
const NAMES = ['"eth0"', '"eth1"', '"eth*"', '"wan0"', '"lo"'];
const STATES = ["new", "established", "related", "invalid", "untracked", "new,established"];
const MARKS = ["0", "1", "0x10", "0x100-0x1ff"];

const one = (values: readonly string[]) => fc.constantFrom(...values);

/** A value, a negated one, or a set of them. */
function asked(values: readonly string[]): fc.Arbitrary<string> {
  const plain = values.filter((value) => !value.includes("*"));
  const set = fc
    .uniqueArray(one(plain.filter((value) => !/\d[-/]|[-/]\d/.test(value) || values === PORTS)), {
      minLength: 1,
      maxLength: 3,
    })
    .map((some) => `{ ${some.join(", ")} }`);
  const value = fc.oneof(one(values), one(values), set);
  return fc.tuple(fc.constantFrom("", "", "!= "), value).map(([not, text]) => `${not}${text}`);
}

const about = (selector: string, values: readonly string[]) =>
  asked(values).map((text) => `${selector} ${text}`);

const match = fc.oneof(
  about("ip saddr", V4),
  about("ip daddr", V4),
  about("ip6 saddr", V6),
  about("ip6 daddr", V6),
  about("tcp dport", PORTS),
  about("tcp sport", PORTS),
  about("udp dport", PORTS),
  about("th dport", PORTS),
  about("iifname", NAMES),
  about("oifname", NAMES),
  about("meta l4proto", ["tcp", "udp", "icmp", "icmpv6", "47"]),
  about("meta nfproto", ["ipv4", "ipv6"]),
  about("icmp type", ["echo-request", "destination-unreachable"]),
  about("icmpv6 type", ["echo-request", "nd-neighbor-solicit"]),
  about("meta mark", MARKS),
  about("ct mark", MARKS),
  about("ip ttl", ["1", "2-64", "255"]),
  about("ip dscp", ["cs0", "af11", "ef"]),
  about("meta skuid", ["0", "1000"]),
  about("ct direction", ["original", "reply"]),
  one(STATES).map((state) => `ct state ${state}`),
  one(STATES).map((state) => `ct state != ${state}`),
  one(["ct status dnat", "ct status snat", "ct status != dnat"]),
  one([
    "tcp flags syn",
    "tcp flags & (syn|ack) == syn",
    "tcp flags != syn",
    "tcp flags { syn, ack }",
  ]),
  one(["meta mark & 0x10 == 0x10", "meta mark & 0xff != 0x10", "ip saddr & 0.0.0.3 == 0.0.0.1"]),
  one([
    "ip saddr . tcp dport { 10.0.0.5 . 25, 10.0.0.0/30 . 22-30 }",
    "ip saddr @hosts",
    "ip daddr != @hosts",
  ]),
  one(["fib daddr type local", "limit rate 5/second", "exthdr frag exists", "@th,16,16 25"]),
);

const write = one([
  "meta mark set 0x1",
  "meta mark set meta mark | 0x10",
  "meta mark set ct mark",
  "meta mark set tcp dport map { 22 : 1, 25 : 0x10 }",
  "ct mark set 0x1",
  "ct mark set meta mark",
  "ip ttl set 9",
  "ip dscp set af11",
]);

const verdict = one([
  "accept",
  "accept",
  "drop",
  "drop",
  "return",
  "reject",
  "reject with tcp reset",
  "reject with icmpx admin-prohibited",
  "jump one",
  "jump two",
  "goto two",
  "continue",
  "counter",
  "tcp dport vmap { 22 : accept, 25 : jump one, 53 : drop }",
  "ip saddr vmap @verdicts",
]);

/** Behind a rule that only writes there may still be a verdict. */
const rule = fc
  .tuple(
    fc.array(match, { maxLength: 2 }),
    fc.option(write, { freq: 5 }),
    fc.option(verdict, { freq: 8 }),
  )
  .map(([matches, action, end]) =>
    [...matches, action, end].filter((part) => part !== null).join(" "),
  )
  .filter((text) => text !== "");

const rules = (maxLength: number) => fc.array(rule, { maxLength });
const natRule = fc
  .tuple(
    match.filter((text) => !text.startsWith("ct ")),
    one(["dnat ip to 10.0.0.5", "dnat ip to 10.0.0.5:25", "redirect to :25", "accept"]),
  )
  .map((parts) => parts.join(" "));
const sourceRule = fc
  .tuple(
    match.filter((text) => !text.startsWith("ct ")),
    one(["snat ip to 192.0.2.9", "masquerade", "accept"]),
  )
  .map((parts) => parts.join(" "));

/** Text of a table with user chains, sets and base chains of all hooks. */
export const randomRuleset: fc.Arbitrary<string> = fc
  .record({
    one: rules(3).map(withoutJumps),
    two: rules(3).map((some) => some.map((text) => text.replace(/(jump|goto) two/, "$1 one"))),
    prerouting: rules(2),
    forward: rules(6),
    input: rules(5),
    output: rules(4),
    nat: fc.option(fc.array(natRule, { maxLength: 3 })),
    source: fc.option(fc.array(sourceRule, { maxLength: 2 })),
    policy: fc.constantFrom("accept", "drop"),
    priority: fc.constantFrom("-300", "-150", "-50"),
    second: fc.option(rules(3)),
  })
  .map((parts) => {
    const base = (
      name: string,
      hook: string,
      priority: string,
      policy: string,
      lines: readonly string[],
    ) =>
      `\tchain ${name} {\n\t\ttype filter hook ${hook} priority ${priority}; policy ${policy};\n${lines.map((line) => `\t\t${line}\n`).join("")}\t}\n`;
    const plain = (name: string, lines: readonly string[]) =>
      `\tchain ${name} {\n${lines.map((line) => `\t\t${line}\n`).join("")}\t}\n`;
    const nat = (name: string, hook: string, priority: number, lines: readonly string[] | null) =>
      lines === null
        ? ""
        : base(name, hook, `${priority}`, "accept", lines).replace("type filter", "type nat");
    return [
      "table inet t {\n",
      "\tset hosts {\n\t\ttype ipv4_addr\n\t\telements = { 10.0.0.5, 10.0.0.7, 198.51.100.7 }\n\t}\n",
      "\tmap verdicts {\n\t\ttype ipv4_addr : verdict\n\t\telements = { 10.0.0.5 : accept, 10.0.0.7 : drop }\n\t}\n",
      plain("one", parts.one),
      plain("two", parts.two),
      base("early", "prerouting", parts.priority, "accept", parts.prerouting.map(withoutOutput)),
      base("through", "forward", "0", parts.policy, parts.forward),
      base("in", "input", "0", parts.policy, parts.input),
      base("out", "output", "0", "accept", parts.output),
      parts.second === null ? "" : base("again", "forward", "10", "accept", parts.second),
      nat("to", "prerouting", -100, parts.nat),
      nat("from", "postrouting", 100, parts.source),
      "}\n",
    ].join("");
  });

function withoutJumps(lines: readonly string[]): readonly string[] {
  return lines.map((line) => line.replace(/(jump|goto) (one|two)/g, "accept"));
}

/** nft refuses rejects where a packet has no way back yet. */
function withoutOutput(line: string): string {
  return line.replace(/reject.*/, "drop").replace(/(jump|goto) (one|two)/g, "drop");
}
