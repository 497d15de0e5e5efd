import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { Match } from "../device/statement.ts";
import { readDevice } from "../parsers/readDevice.ts";
import { beginAnalysis, beginPath } from "./compilePath.ts";
import { evaluate } from "./evaluate.ts";
import { deviceFacts } from "./facts.ts";
import { ACCEPT } from "./fates.ts";
import { matchSet } from "./matchSet.ts";
import { ruleNames } from "./ruleNames.ts";
import { plainFate, plainRuleDiagram, ruleFamilies } from "./runMatch.ts";
import { runRule } from "./runRule.ts";
import { whereInRanges } from "./value.ts";
import type { Asker, World } from "./world.ts";

/** What can stand in one rule: nft refuses two families or protocols that exclude each other. */
const NETWORK = {
  ip: [
    "ip saddr 10.0.0.0/8",
    "ip saddr 10.1.2.3",
    "ip saddr 10.0.0.5-10.3.0.77",
    "ip saddr != 10.1.0.0/16",
    "ip saddr & 255.0.255.0 == 10.0.7.0",
    "ip saddr { 10.1.0.0/16, 10.4.4.4 }",
    "ip daddr 192.168.7.0/24",
    "ip daddr 0.0.0.0-127.255.255.255",
    "ip daddr @hosts",
    "ip dscp 10",
  ],
  ip6: [
    "ip6 saddr 2001:db8::/32",
    "ip6 saddr 2001:db8::7-2001:db8:1::",
    "ip6 saddr ::/0",
    "ip6 daddr fe80::1",
    "ip6 daddr != fe80::/10",
  ],
} as const;
const TRANSPORT = {
  tcp: ["tcp dport 22", "tcp dport 1-1023", "tcp dport != 80", "tcp flags & (syn|ack) == syn"],
  udp: ["udp dport { 53, 123, 5000-6000 }", "udp sport 1024-65535", "udp dport 0-65535"],
  any: ["th dport 53", "meta l4proto { tcp, udp }"],
} as const;
const OTHER = [
  "meta mark 0x1",
  "meta mark & 0xff == 0x2",
  "ct state established,related",
  "ct state new",
  'iifname "eth0"',
  'oifname != "eth1"',
  "ether saddr 00:11:22:33:44:55",
  "meta length 100-200",
  "meta skuid 1000",
] as const;

/** Fields in any order, some twice, some that no packet of the others has. */
const rule = fc
  .tuple(fc.constantFrom(...Object.values(NETWORK)), fc.constantFrom(...Object.values(TRANSPORT)))
  .chain(([network, transport]) =>
    fc.tuple(
      fc.array(fc.constantFrom<string>(...network, ...transport, ...OTHER), { maxLength: 6 }),
      fc.constantFrom("accept", "drop"),
    ),
  )
  .map(([matches, verdict]) => [...matches, "counter", verdict].join(" "));

interface Opened {
  readonly world: World;
  readonly askers: readonly Asker[];
}

function open(rules: readonly string[]): Opened {
  const lines = rules.map((text) => `${text}\n`).join("");
  const text = `table inet t {
    set hosts { type ipv4_addr; flags interval; elements = { 192.168.0.0/20, 10.9.9.9 } }
    chain forward { type filter hook forward priority 0; policy drop;\n${lines}}
  }`;
  const { device } = readDevice({ files: new Map([["r", text]]), roots: ["r"] });
  const analysis = beginAnalysis([device]);
  const world = beginPath(analysis, deviceFacts(device), "forward", ruleNames(device));
  world.place = { ...world.place, hook: "forward", out: "variable", isTracked: true };
  const askers = device.tables.flatMap((table) =>
    table.chains.flatMap((chain) =>
      chain.rules.map((one, i) => ({ table, rule: one, instance: `${i}` })),
    ),
  );
  return { world, askers };
}

/** Each match by itself, then all of them joined in the order written. */
function theLongWay(world: World, asker: Asker): Node {
  world.families = ruleFamilies(asker.table, asker.rule);
  let packets: Node = TRUE;
  for (const statement of asker.rule.statements)
    if (statement.kind === "match")
      packets = world.arena.and(packets, whereMatched(world, asker, statement));
  return packets;
}

function whereMatched(world: World, asker: Asker, { left, test, whenAbsent }: Match): Node {
  const { arena } = world;
  const value = test.kind === "set" ? null : evaluate(world, asker, left);
  const { present, inside } =
    test.kind === "set"
      ? matchSet(world, asker, left, test.set)
      : {
          present: value?.present ?? FALSE,
          inside: value === null ? FALSE : whereInRanges(arena, value, test.ranges),
        };
  const asked = test.negated ? arena.not(inside) : inside;
  if (whenAbsent === "matches") return arena.or(asked, arena.not(present));
  return arena.and(present, asked);
}

describe("a rule that asks and decides", () => {
  it("has its fate where each of its matches holds, made in one go or one by one", () => {
    fc.assert(
      fc.property(fc.array(rule, { minLength: 2, maxLength: 5 }), (rules) => {
        const { world, askers } = open(rules);
        const { arena } = world;
        expect(askers.length).toBe(rules.length);
        let live: Node = TRUE;
        for (const asker of askers) {
          const fate = plainFate(asker.rule);
          if (fate === null) throw new Error("a plain rule");
          const long = theLongWay(world, asker);
          const short = plainRuleDiagram(world, asker, asker.rule, fate);
          expect(short).toBe(arena.and(long, arena.terminal(fate)));
          /* Behind the rules before it. */
          const run = runRule(world, asker, asker.rule, live);
          expect(run.hit).toBe(arena.and(live, long));
          live = arena.difference(live, long);
        }
      }),
      { numRuns: 400 },
    );
  });

  it.each([
    ["tcp dport 22 accept", ACCEPT],
    ["tcp dport 22 counter accept", ACCEPT],
    ["accept", ACCEPT],
    ["tcp dport 22", null],
    ["tcp dport 22 return", null],
    ["tcp dport 22 limit rate 3/minute accept", null],
    ["tcp dport 22 meta mark set 1 accept", null],
    ["tcp dport 22 reject", null],
    ["tcp dport vmap { 22 : accept }", null],
  ] as const)("is plain or not: %s", (text, fate) => {
    const [asker] = open([text]).askers;
    expect(asker === undefined ? undefined : plainFate(asker.rule)).toBe(fate);
  });

  it("is nothing where its matches leave nothing", () => {
    const { world, askers } = open(["tcp dport 22 tcp dport 23-24 accept"]);
    const found = askers.map((asker) => plainRuleDiagram(world, asker, asker.rule, ACCEPT));
    expect(found).toEqual([FALSE]);
  });
});
