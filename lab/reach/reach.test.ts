import { expect, test } from "vitest";
import { Chance } from "../chance.ts";
import { makeLabHost } from "../labHost.ts";
import { explainMissed } from "../missed.ts";
import { readRuleset } from "../ruleset.ts";
import { Outside } from "../scenario.ts";
import { reachOf } from "./reach.ts";
import { Search } from "./search.ts";

function look(chains: string) {
  const { parsed, interfaces } = readRuleset("rules.nft", `table inet t {\n${chains}\n}`);
  const { device } = parsed;
  const reach = reachOf(device);
  if (reach === null) throw new Error("too large");
  const host = makeLabHost(interfaces);
  const search = new Search(device, host, new Outside(device, host), reach, new Chance(1));
  const rules = device.tables.flatMap((table) => table.chains.flatMap(({ rules: own }) => own));
  return { reach, search, rules };
}

const INPUT = "chain input { type filter hook input priority 0; policy drop;";

/* Of each ruleset the last rule is asked about. */
test.each([
  ["a rule before it takes every packet", `${INPUT} accept; tcp dport 22 accept; }`],
  [
    "rules before it take all that it asks for",
    `${INPUT} tcp dport 22 accept; udp dport 1 accept; meta l4proto tcp tcp dport 22 drop; }`,
  ],
  ["no rule leads to its chain", `${INPUT} accept; }\nchain other { accept; }`],
  [
    "no packet hits what leads to its chain",
    `${INPUT} accept; jump other; }\nchain other { accept; }`,
  ],
  ["its set is empty", `set s { type ipv4_addr; }\n${INPUT} ip saddr @s accept; }`],
  [
    "nothing fills what it asks",
    `set s { type ipv4_addr; size 9; flags dynamic; }\n${INPUT} ip saddr @s accept; }`,
  ],
  ["it asks for what no packet has", `${INPUT} iifname "a" iifname "b" accept; }`],
  ["routing refuses what would come to it", `${INPUT} iifname "a" ip daddr 127.0.0.1 accept; }`],
  [
    "no interface has such a name, and nothing is forwarded from or to `lo`",
    `${INPUT} iifname "/a/" accept; }`,
  ],
  [
    "packets come in without a mark, and no rule before it gives them this one",
    `${INPUT} iifname "a" meta mark 7 accept; }`,
  ],
  [
    "connection tracking has put fragments together before",
    `${INPUT} ct state invalid drop; exthdr frag exists accept; }`,
  ],
  [
    "no first packet of any connection gets through",
    `chain output { type filter hook output priority 0; policy drop; }
     chain forward { type filter hook forward priority 0; policy drop; }
     ${INPUT} ct state established accept; }`,
  ],
  [
    "only errors are related: no rule gives a connection a helper",
    `${INPUT} ct state new accept; ct state related tcp dport 21 accept; }`,
  ],
])("nothing hits it: %s", (reason, chains) => {
  const { reach, rules } = look(chains);
  const [rule] = rules.slice(-1);
  if (rule === undefined) throw new Error("no rule");
  expect(explainMissed(rule, reach)).toMatchObject({ isProved: true, reason });
});

test.each([
  ["a masked address", `${INPUT} ip6 saddr & ::ffff == ::1 accept; }`],
  ["a reply", `${INPUT} ct state new accept; ct direction reply accept; }`],
  ["an error", `${INPUT} ct state new accept; ct state related icmp type 11 accept; }`],
  ["what is invalid", `${INPUT} ct state invalid tcp flags syn accept; }`],
  ["a length", `${INPUT} meta length 900-1000 accept; }`],
  [
    "a limit that has run dry",
    `${INPUT} tcp dport 22 limit rate 1/second burst 5 packets accept; tcp dport 22 accept; }`,
  ],
  [
    "what a packet before has put into a set",
    `set s { type ipv4_addr; size 9; flags dynamic; }
     ${INPUT} udp dport 7 add @s { ip saddr } drop; tcp dport 22 ip saddr @s accept; }`,
  ],
  [
    "what NAT sends to the device itself",
    `chain nat { type nat hook prerouting priority -100; tcp dport 7 dnat ip to 192.0.2.9; }
     ${INPUT} ct status dnat accept; }`,
  ],
  ["what rules before it leave", `${INPUT} tcp dport != 77 drop; ip ttl != 9 drop; accept; }`],
])("packets are found for %s", (_, chains) => {
  const { search, rules } = look(chains);
  const [rule] = rules.slice(-1);
  if (rule === undefined) throw new Error("no rule");
  expect(search.at(rule).next().done).toBe(false);
});

test("what a rule needs that the header does not say is named", () => {
  const { reach, rules } = look(`${INPUT} meta hour 3600-7200 accept; }`);
  const [rule] = rules;
  if (rule === undefined) throw new Error("no rule");
  const { isProved, reason } = explainMissed(rule, reach);
  expect([isProved, reason]).toEqual([false, "needs another time (`meta hour`)"]);
});
