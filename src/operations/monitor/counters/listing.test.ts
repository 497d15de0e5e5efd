import { describe, expect, test } from "vitest";
import { readCounters } from "./listing.ts";

const inChain = (...rules: readonly string[]) =>
  `table inet edge {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n${rules.map((rule) => `\t\t${rule}\n`).join("")}\t}\n}\n`;
const told = (listing: string) =>
  readCounters(listing).rules.map(({ key, does, packets }) => `${does} ${packets} ${key}`);

describe("rules that turn packets away are read with what they have counted:", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    [
      `ip saddr @mail_servers oifname "wan" counter packets 40 bytes 2400 drop comment "temp: printer noise"`,
      [
        `drops 40 inet edge forward: ip saddr @mail_servers oifname "wan" counter drop comment "temp: printer noise"`,
      ],
    ],
    [
      "tcp dport 25 counter packets 1 bytes 60 reject with icmpx admin-prohibited",
      ["rejects 1 inet edge forward: tcp dport 25 counter reject with icmpx admin-prohibited"],
    ],
    [
      "ct state invalid counter packets 7 bytes 1",
      ["meets 7 inet edge forward: ct state invalid counter"],
    ],
    [
      "ct state established,invalid counter packets 7 bytes 1 accept",
      ["meets 7 inet edge forward: ct state established,invalid counter accept"],
    ],
    [`counter packets 7 bytes 1 accept comment "no drop here"`, []],
    [`tcp dport vmap { 25 : drop, 80 : accept } counter packets 7 bytes 1`, []],
    [`ip saddr 192.0.2.1 drop`, []],
  ];
  test.each(cases)("%s", (rule, expected) => {
    expect(told(inChain(rule))).toEqual(expected);
  });
});

test("a set that goes over several lines is one rule", () => {
  const listing = inChain(
    "ip saddr { 192.0.2.1, 192.0.2.2,",
    "     192.0.2.3 } counter packets 3 bytes 1 drop",
  );
  expect(told(listing)).toEqual([
    "drops 3 inet edge forward: ip saddr { 192.0.2.1, 192.0.2.2, 192.0.2.3 } counter drop",
  ]);
});

test("named counters are read where they stand", () => {
  const listing = `table ip t {\n\tcounter lost {\n\t\tpackets 9 bytes 5\n\t}\n\n\tchain c {\n\t\tcounter name "lost" drop\n\t}\n}\n`;
  expect(told(listing)).toEqual([`drops 9 ip t c: counter name "lost" drop`]);
});

test("the same rule twice is two, and what does not count is told", () => {
  const drop = "counter packets 1 bytes 1 drop";
  const { rules, uncounted } = readCounters(inChain(drop, drop, "tcp dport 25 drop"));
  expect([new Set(rules.map(({ key }) => key)).size, uncounted]).toEqual([2, 1]);
});
