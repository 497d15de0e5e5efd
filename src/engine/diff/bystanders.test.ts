import fc from "fast-check";
import { expect, test } from "vitest";
import type { Device } from "../device/device.ts";
import { withoutBystanders } from "./bystanders.ts";
import { changedRules } from "./changedRules.ts";
import { compareDevices } from "./index.ts";
import { parse } from "./testing/rulesets.ts";

interface Parts {
  readonly rules: readonly string[];
  /** More of the table: chains, sets. */
  readonly more?: string;
}

function deviceOf({ rules, more = "" }: Parts): Device {
  return parse(`table inet t {
 set mail { type ipv4_addr; flags interval; elements = { 10.0.2.0/24 } }
 set seen { type ipv4_addr; flags dynamic,timeout; timeout 1h; }
 chain side {
  tcp dport 25 drop
  ip saddr 10.0.1.0/24 accept
 }
 chain forward {
  type filter hook forward priority 0; policy drop;
  ${rules.join("\n  ")}
 }
 ${more}
}
`);
}

/** Texts of the rules that are run when `extra` comes to the end of `rules`. */
function involvedIn(parts: Parts, extra: string): readonly string[] {
  const before = deviceOf(parts);
  const after = deviceOf({ ...parts, rules: [...parts.rules, extra] });
  const involved = withoutBystanders(before, after, changedRules(before, after, new Set()));
  const chain = involved.before.tables[0]?.chains.find(({ name }) => name === "forward");
  return (chain?.rules ?? []).map(({ text }) => text);
}

const STATES = "ct state established,related accept";

test.each<readonly [string, string, string]>([
  ["another source", "ip saddr 10.0.3.0/24 accept", "ip saddr 10.0.1.0/24 drop"],
  ["another port", "tcp dport 80 accept", "tcp dport 25 drop"],
  ["another protocol", "udp dport 25 accept", "tcp dport 25 drop"],
  ["another family", "ip6 saddr fd00::/64 accept", "ip saddr 10.0.1.0/24 drop"],
  ["another interface", 'iifname "lan" accept', 'iifname "wan" drop'],
  ["another set in place", "tcp dport { 80, 443 } accept", "tcp dport 25 drop"],
  ["another named set", "ip saddr @mail accept", "ip saddr 10.0.1.0/24 drop"],
])("a rule for %s is left out", (_, rule, extra) => {
  expect(involvedIn({ rules: [STATES, rule] }, extra)).toEqual([STATES]);
});

test.each<readonly [string, string, string]>([
  ["asks for some of the same packets", "ip saddr 10.0.0.0/8 accept", "ip saddr 10.0.1.0/24 drop"],
  ["asks for something else", "ip daddr 10.0.3.0/24 accept", "ip saddr 10.0.1.0/24 drop"],
  ["asks for all but those", "ip saddr != 10.0.1.0/24 accept", "ip saddr 10.0.3.0/24 drop"],
  ["remembers", "tcp dport 80 limit rate 1/second accept", "tcp dport 25 drop"],
  ["writes", "tcp dport 80 meta mark set 1", "tcp dport 25 drop"],
  ["feeds a set", "tcp dport 80 add @seen { ip saddr }", "tcp dport 25 drop"],
  ["asks a set that packets fill", "ip saddr @seen tcp dport 80 drop", "tcp dport 25 drop"],
  ["hands packets to a program", "tcp dport 80 queue num 1", "tcp dport 25 drop"],
])("a rule that %s stays", (_, rule, extra) => {
  expect(involvedIn({ rules: [STATES, rule] }, extra)).toEqual([STATES, rule]);
});

test("the last rule that turns tracking on stays, whatever it asks for", () => {
  const rules = ["tcp dport 80 ct state new accept"];
  expect(involvedIn({ rules }, "tcp dport 25 drop")).toEqual(rules);
});

test("a table that stays whole on one side stays whole on the other", () => {
  const both = ["udp dport 25 ct state new accept", "icmp type echo-request drop"];
  const before = deviceOf({ rules: ["tcp dport 25 ct mark 1 drop", ...both] });
  const after = deviceOf({ rules: both });
  const left = withoutBystanders(before, after, changedRules(before, after, new Set()));
  const forward = ({ tables }: Device) =>
    tables[0]?.chains.find(({ name }) => name === "forward")?.rules.map(({ text }) => text);
  expect(forward(left.after)).toEqual(both);
  expect(forward(left.before)).toEqual(["tcp dport 25 ct mark 1 drop", ...both]);
});

test("a rule whose chain is come to from elsewhere on one side stays on both", () => {
  const twoWays = (rules: string, output: string) =>
    parse(`table inet t {
 chain one {
  iifname "lan" udp dport 53 accept
  ${rules}
 }
 chain forward { type filter hook forward priority 0; policy drop;
  jump one
 }
 chain output { type filter hook output priority 0; policy drop;
  ${output}
 }
}
`);
  const before = twoWays('iifname "wan" drop', "");
  const after = twoWays("", "tcp dport 25 jump one");
  const left = withoutBystanders(before, after, changedRules(before, after, new Set()));
  const counts = [left.before, left.after].map(({ tables }) => tables[0]?.chains[0]?.rules.length);
  expect(counts).toEqual([2, 1]);
});

test("a rule to which another way leads on one side stays on both", () => {
  const ways = (more: string) =>
    parse(`table inet t {
 chain one {
  udp dport 53 accept
 }
 chain forward { type filter hook forward priority 0; policy drop;
  iifname "wan" jump one
  ${more}
 }
}
`);
  const [before, after] = [ways(""), ways('iifname "lan" jump one')];
  const left = withoutBystanders(before, after, changedRules(before, after, new Set()));
  const counts = [left.before, left.after].map(({ tables }) => tables[0]?.chains[0]?.rules.length);
  expect(counts).toEqual([1, 1]);
});

test("a rule is left out that packets come to by another interface than the changed one", () => {
  const ways = (more: string) =>
    parse(`table inet t {
 chain from_wan {
  udp dport 53 accept
 }
 chain from_lan {
  ${more}
 }
 chain forward { type filter hook forward priority 0; policy drop;
  iifname "wan" jump from_wan
  iifname "lan" jump from_lan
 }
}
`);
  const [before, after] = [ways(""), ways("udp dport 53 accept")];
  const left = withoutBystanders(before, after, changedRules(before, after, new Set()));
  expect(left.before.tables[0]?.chains.map(({ rules }) => rules.length)).toEqual([0, 0, 1]);
});

test("where NAT translates, addresses of another chain say nothing", () => {
  const more = `chain back { type filter hook postrouting priority 200; policy accept;
  ip daddr 10.0.9.1 drop
 }
 chain there { type nat hook prerouting priority -100; policy accept;
  tcp dport 25 dnat ip to 10.0.9.1
 }`;
  const before = deviceOf({ rules: [STATES], more });
  const after = deviceOf({ rules: [STATES, "ip daddr 10.0.2.1 accept"], more });
  const { before: left } = withoutBystanders(before, after, changedRules(before, after, new Set()));
  const back = left.tables[0]?.chains.find(({ name }) => name === "back");
  expect(back?.rules).toHaveLength(1);
});

/* Small worlds, so that rules often touch each other, and often do not. */
const address = fc.constantFrom("10.0.1.0/24", "10.0.2.1", "10.0.2.0/23", "10.0.9.1");
const port = fc.constantFrom("25", "80", "{ 25, 587 }", "1-1023");
const match = fc.oneof(
  fc.tuple(fc.constantFrom("ip saddr", "ip daddr"), address).map((parts) => parts.join(" ")),
  fc
    .tuple(fc.constantFrom("tcp dport", "udp dport", "tcp sport"), port)
    .map((parts) => parts.join(" ")),
  fc.constantFrom('iifname "lan"', 'oifname "wan"', "ip saddr @mail", "ip saddr != 10.0.1.0/24"),
  fc.constantFrom("ct state new", "ct state established", "meta mark 1", "ip saddr @seen"),
  fc.constantFrom("limit rate 1/second", "meta l4proto udp", "ip6 daddr fd00::/64"),
);
const verdict = fc.constantFrom(
  ...["accept", "drop", "reject", "jump side", "return", "counter"],
  ...["meta mark set 1", "add @seen { ip saddr }"],
);
const rule = fc
  .tuple(fc.uniqueArray(match, { minLength: 0, maxLength: 2 }), verdict)
  .map(([matches, end]) => [...matches, end].join(" "));
const more = fc.constantFrom(
  "",
  "chain nat { type nat hook postrouting priority 100; ip saddr 10.0.1.0/24 masquerade; }",
  "chain to { type nat hook prerouting priority -100; tcp dport 25 dnat ip to 10.0.9.1; }",
  "chain post { type filter hook postrouting priority 0; ip daddr 10.0.9.1 tcp dport 80 drop; }",
);

/** Rules that nft refuses say nothing here. */
function tryDevice(parts: Parts): Device | null {
  try {
    return deviceOf(parts);
  } catch {
    return null;
  }
}

const FED_OTHERWISE = [
  "tcp dport 25 accept",
  "add @seen { ip saddr }",
  "ip saddr @seen reject",
  "udp dport 25 accept",
  "accept",
  "accept",
];
const TO_SIX = "ip6 daddr fd00::/64 accept";

test("with bystanders and without them, the answer is the same", () => {
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 2, maxLength: 8 }),
      fc.array(rule, { minLength: 0, maxLength: 2 }),
      fc.nat(8),
      fc.nat(2),
      more,
      (rules, added, at, taken, rest) => {
        const edited = rules.toSpliced(Math.min(at, rules.length), taken, ...added);
        const before = tryDevice({ rules, more: rest });
        const after = tryDevice({ rules: edited, more: rest });
        fc.pre(before !== null && after !== null);
        if (before === null || after === null) return;
        const quick = compareDevices(before, after);
        const whole = compareDevices(before, after, { keepsBystanders: true });
        expect(shown(quick)).toEqual(shown(whole));
        expect(whole.assumptions).toEqual(expect.arrayContaining([...quick.assumptions]));
      },
    ),
    {
      numRuns: 40,
      /* Found by this test: memories that are not fed alike make more rules count as changed. */
      examples: [
        [FED_OTHERWISE, ["add @seen { ip saddr }"], 0, 2, ""],
        [["limit rate 1/second accept", "counter", "jump side"], [TO_SIX], 0, 0, ""],
      ],
    },
  );
}, 240_000);

/** Tables are copies where rules were left out, and what is assumed of a rule goes with it. */
function shown({ assumptions: _, classes, ...rest }: ReturnType<typeof compareDevices>): unknown {
  const texts = classes.map((one) => JSON.stringify(one, replaced)).sort();
  return { ...rest, texts };
}

function replaced(key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}`;
  return key === "table" || key === "chain" ? undefined : value;
}
