import { expect, test } from "vitest";
import { makeSnapshot } from "../inventory/snapshot.ts";
import { MAXIMUM_TOLD, toldRules } from "./told.ts";

const nft = (...rules: readonly string[]) =>
  makeSnapshot("edge", [
    {
      name: "nft",
      text: `table inet edge {\n\tchain forward {\n${rules.map((rule) => `\t\t${rule}\n`).join("")}\t}\n}\n`,
    },
  ]);

test("a rule that came is told with its chain", () => {
  expect(toldRules(nft("accept"), nft("drop", "accept"))).toEqual({
    added: ["inet edge forward: drop"],
    removed: [],
  });
});

test("a second rule of the same words is one that came", () => {
  expect(toldRules(nft("drop"), nft("drop", "drop")).added).toEqual(["inet edge forward: drop"]);
});

test("a table that went is told with all that it held", () => {
  expect(toldRules(nft("drop"), makeSnapshot("edge", [{ name: "nft", text: "" }]))).toEqual({
    added: [],
    removed: ["table inet edge", "chain inet edge forward", "inet edge forward: drop"],
  });
});

test("rules of iptables are told as iptables-save has them, without its dates", () => {
  const rules = (...lines: readonly string[]) =>
    makeSnapshot("edge", [
      { name: "iptables-legacy", text: `# now\n*filter\n${lines.join("\n")}` },
    ]);
  expect(toldRules(rules("-A INPUT -j DROP"), rules()).removed).toEqual([
    "iptables-legacy: -A INPUT -j DROP",
  ]);
});

test("of a flood the rest is counted", () => {
  const many = Array.from({ length: MAXIMUM_TOLD + 7 }, (_, i) => `tcp dport ${i} drop`);
  expect(toldRules(nft(), nft(...many)).added.at(-1)).toBe("and 7 more");
});

const device = (name: string, text: string) => makeSnapshot("edge", [{ name, text }]);

test("an element of an ipset is told with its set", () => {
  const set = "create blocked hash:net family inet\n";
  const added = (text: string) => toldRules(device("ipset", set), device("ipset", text)).added;
  expect(added(`${set}add blocked 10.10.2.8/29\n`)).toEqual(["ipset: add blocked 10.10.2.8/29"]);
});

/** What of a device is no ruleset: [part, before, after, what comes]. */
const OTHERS: readonly (readonly [string, string, string, readonly string[]])[] = [
  [
    "routes",
    "[]",
    '[{"dst":"default","gateway":"10.0.0.1","dev":"eth0","flags":[]}]',
    ["routes: default gateway 10.0.0.1 dev eth0"],
  ],
  [
    "links",
    '[{"ifname":"dmz","flags":["UP"],"qdisc":"noqueue","operstate":"UP"}]',
    '[{"ifname":"dmz","flags":["NO-CARRIER","UP"],"qdisc":"noqueue","operstate":"DOWN"}]',
    ["links: dmz flags NO-CARRIER,UP operstate DOWN"],
  ],
  [
    "addresses",
    '[{"ifname":"dmz","operstate":"UP","addr_info":[]}]',
    '[{"ifname":"dmz","operstate":"DOWN","addr_info":[{"family":"inet","local":"10.10.2.1","prefixlen":24,"dynamic":true}]}]',
    ["addresses: dmz 10.10.2.1/24 dynamic"],
  ],
  [
    "routing rules",
    "[]",
    '[{"priority":7,"src":"10.0.0.0","srclen":8,"table":"isp2"}]',
    ["routing rules: priority 7 src 10.0.0.0 srclen 8 table isp2"],
  ],
  ["routes", "[]", "what is no JSON", []],
  ["/etc/nftables.conf", "a\n", "a\nb\n", ["/etc/nftables.conf: b"]],
];

test.each(OTHERS)("what comes among %s is told", (part, before, after, added) => {
  expect(toldRules(device(part, before), device(part, after)).added).toEqual(added);
});

test("a route of IPv6 that is read twice is told once", () => {
  const text = '[{"dst":"2001:db8::/32","dev":"eth0"}]';
  const both = makeSnapshot("edge", [
    { name: "routes", text },
    { name: "routes6", text },
  ]);
  expect(toldRules(makeSnapshot("edge", []), both).added).toEqual([
    "routes: 2001:db8::/32 dev eth0",
  ]);
});
