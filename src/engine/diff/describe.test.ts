import { expect, test } from "vitest";
import { compareDevices } from "./index.ts";
import { parse } from "./testing/rulesets.ts";

const filter = (hook: string, rules: string) =>
  parse(`table inet t { chain c { type filter hook ${hook} priority 0; ${rules}; }; }\n`);

/** The first class of a rule that one side has more. */
const told = (hook: string, rule: string, rest = "") =>
  compareDevices(filter(hook, rest), filter(hook, `${rule}; ${rest}`)).classes[0];

test.each([
  [
    "what cannot be forwarded is not left out",
    "ip saddr != 192.168.0.0/16 drop",
    ["any not 192.168.0.0/16 → any"],
  ],
  [
    "a hole in a network is named",
    "ip saddr 192.168.0.0/16 ip saddr != 192.168.11.0/24 drop",
    ["any 192.168.0.0/16 but not 192.168.11.0/24 → any"],
  ],
  ["all but some ports", "tcp dport != { 22, 25 } drop", ["tcp any → any port not 22, 25"]],
  [
    "protocols that an IPv6 packet ends with",
    "meta l4proto != { tcp, udp } drop",
    ["not tcp, udp any → any"],
  ],
  [
    "an exception says what is its own",
    "tcp dport 1-9 ip saddr . ip daddr . tcp dport != { 10.0.0.1 . 10.0.0.2 . 4 } drop",
    ["IPv4 tcp any → any port 1-9", "except tcp 10.0.0.1 → 10.0.0.2 port 4"],
  ],
] as const)("%s", (_, rule, lines) => {
  expect(told("forward", rule)).toMatchObject({ description: lines, exact: true });
});

test("lo is one of the interfaces that are not eth0, unless it is left out as well", () => {
  const words = (rule: string) => told("input", rule)?.description.join();
  expect(words('iifname != "eth0" drop')).toContain('in not "eth0"');
  expect(words('iifname != { "eth0", "lo" } drop')).toContain('in not "eth0", "lo"');
  expect(words('iifname != "lo" drop')).toContain("in any but lo");
});

test.each([
  ["a stem has all that begins so", 'iifname "wan*" drop', "", 'in "wan*"'],
  [
    "also where one name in it is asked for elsewhere",
    'iifname "wan*" drop',
    'iifname "wan1" counter',
    'in "wan*"',
  ],
  [
    "one that fares as before is taken out",
    'iifname "wan*" drop',
    'iifname "wan1" drop',
    'in "wan*" (but not "wan1")',
  ],
  [
    "stems in stems",
    'iifname "wan*" drop',
    'iifname { "wan1*", "wan2" } drop',
    'in "wan*" (but not "wan1*", "wan2")',
  ],
  [
    "what is left out is taken whole",
    'iifname != "wan*" drop',
    'iifname "wan1" counter',
    'in not "wan*"',
  ],
  [
    "but for one that is in",
    'iifname != "wan1*" drop',
    'iifname "lan" drop; iifname { "wan1*", "wan12" } accept',
    'in not "lan", "wan1*"',
  ],
] as const)("interfaces by their beginning: %s", (_, rule, rest, words) => {
  const { description, exact } = told("forward", rule, rest) ?? {};
  expect(description?.join()).toMatch(new RegExp(`${words.replace(/[()*]/g, "\\$&")}$`));
  expect(exact).toBe(true);
});

test("a list that is cut is not exact", () => {
  const ports = Array.from({ length: 20 }, (_, i) => 10 * i + 1);
  const { description, exact } = told("forward", `tcp dport { ${ports.join(", ")} } drop`) ?? {};
  expect(description?.join()).toContain("and 12 more");
  expect(exact).toBe(false);
});

test("a class names the line of the limiter that it hangs on", () => {
  const { dependsOn } = told("forward", "tcp dport 22 limit rate 5/second drop") ?? {};
  expect(dependsOn).toEqual(["limit (rules:1)"]);
});
