import { describe, expect, test } from "vitest";
import { compareDevices } from "./index.ts";
import { forward, parse } from "./testing/rulesets.ts";

/* Unknowns are the same on both sides where they ask the same of the same bytes. */

const HASH = "jhash ip saddr . tcp dport mod 4 1 drop";
const mangled = (rules: string) => `ip protocol tcp ${rules}`;

test.each([
  [
    "two writes for one",
    `${mangled("ip dscp set af11")}\n${HASH}`,
    `${mangled("ip dscp set ef")}\n${mangled("ip dscp set af11")}\n${HASH}`,
    [],
  ],
  [
    "a write for packets that the unknown is not asked about",
    `udp dport 1 ip dscp set af11\n${HASH}`,
    `udp dport 2 ip dscp set af11\n${HASH}`,
    ["translation", "translation"],
  ],
  [
    "another rule reads other bytes",
    HASH,
    `tcp dport 1 ip saddr set 10.0.0.1\n${HASH}`,
    ["may", "may", "may"],
  ],
])("%s", (_, before, after, kinds) => {
  const { classes } = compareDevices(forward(before), forward(after));
  expect(classes.map(({ kind }) => kind)).toEqual(kinds);
});

test.each([
  ["mod 4 1 drop", "mod 4 offset 1 1 drop"],
  ["mod 4 1 drop", "mod 5 1 drop"],
  ["mod 4 1 drop", "mod 4 seed 7 1 drop"],
])("jhash %s is not jhash %s", (first, second) => {
  const rule = (rest: string) => forward(`jhash ip saddr ${rest}`);
  expect(compareDevices(rule(first), rule(second)).equal).not.toBe(true);
});

test("a class names what NAT chooses", () => {
  const rules = (rule: string) =>
    parse(
      `table ip n { chain c { type nat hook prerouting priority -100; dnat to 10.0.0.1-10.0.0.9; }; }
table ip f { chain f { type filter hook forward priority 0; ${rule}; }; }`,
    );
  const { classes } = compareDevices(rules(""), rules("ip daddr 10.0.0.5 drop"));
  expect(classes.map(({ dependsOn }) => dependsOn)).toContainEqual([
    "which address of 10.0.0.1-10.0.0.9 (rules:1)",
  ]);
});

describe("elements with limits of their own", () => {
  const set = (limit: string) => `set slow { type ipv4_addr; ${limit} elements = { 10.0.0.5 }; }`;
  const LIMIT = "limit rate 1/hour burst 1 packets;";
  const rules = "ip saddr @slow accept\nip saddr 10.0.0.5 drop";

  test("are not those that let all through", () => {
    const { equal, classes } = compareDevices(forward(rules, set("")), forward(rules, set(LIMIT)));
    expect([equal, classes.map(({ kind }) => kind)]).toEqual([false, ["may"]]);
  });

  test("let the same through where the same packets come to them", () => {
    const other = `${rules}\ntcp dport 25 drop`;
    const { classes } = compareDevices(forward(rules, set(LIMIT)), forward(other, set(LIMIT)));
    expect(classes.map(({ kind }) => kind)).toEqual(["verdict"]);
  });

  test("let others through where other packets come to them", () => {
    const other = `ip saddr 10.0.0.5 tcp dport 25 accept\n${rules}`;
    const { classes } = compareDevices(forward(rules, set(LIMIT)), forward(other, set(LIMIT)));
    expect(classes.map(({ dependsOn }) => dependsOn.length).sort()).toEqual([1, 2, 2]);
  });
});

describe("a limiter that other packets come to than before", () => {
  const compare = (rule: string) => {
    const rules = `${rule}\ntcp dport 80 accept`;
    const { classes } = compareDevices(forward(rules), forward(`tcp dport 25 drop\n${rules}`));
    return [...new Set(classes.map(({ kind }) => kind))];
  };

  test.each([
    'limit rate 10/minute log prefix "seen "',
    'iifname "eth0" limit rate 10/minute counter log',
    "quota 10 mbytes counter",
  ])("changes nothing where it only decides what is logged: %s", (rule) =>
    expect(compare(rule)).toEqual(["verdict"]),
  );

  test.each([
    "limit rate 10/minute log accept",
    "limit rate 10/minute meta mark set 1",
    "add @seen { ip saddr limit rate 1/minute } accept",
  ])("may change what else it decides: %s", (rule) => {
    const set = "set seen { type ipv4_addr; flags dynamic; size 100; }";
    const rules = `${rule}\nmeta mark 1 drop`;
    const { equal, classes, reasons } = compareDevices(
      forward(rules, set),
      forward(`tcp dport 25 drop\n${rules}`, set),
    );
    expect([equal, classes.some(({ kind }) => kind === "may") || reasons.length > 0]).toEqual([
      false,
      true,
    ]);
  });
});

describe("what an estimator of rates is fed with", () => {
  const measuring = (port: number, ...rules: readonly string[]) =>
    parse(
      `*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -p tcp -m tcp --dport ${port} -j RATEEST --rateest-name a --rateest-interval 250ms --rateest-ewmalog 1s\n${rules.join("\n")}\nCOMMIT\n`,
    );
  const asks = "-A FORWARD -m rateest --rateest1 a --rateest-gt --rateest2 b -j DROP";

  test("counts where a rule asks for it", () => {
    expect(compareDevices(measuring(22, asks), measuring(22, asks)).equal).toBe(true);
    const { equal, reasons } = compareDevices(measuring(22, asks), measuring(23, asks));
    expect(equal).toBe("undecided");
    expect(reasons.join()).toContain("RATEEST");
  });

  test("counts for nothing where none does", () => {
    expect(compareDevices(measuring(22), measuring(23)).equal).toBe(true);
  });
});
