import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Device } from "../device/device.ts";
import { compareDevices } from "./index.ts";
import { forward, parse } from "./testing/rulesets.ts";

/* What becomes of packets beside the verdict: where they go, as whom, with which marks, and how they are tracked. */

const natOf = (hook: string, rules: string) =>
  parse(`table ip n { chain c { type nat hook ${hook}; ${rules}; }; }\n`);
const destination = (rules: string) => natOf("prerouting priority -100", rules);
const source = (rules: string) => natOf("postrouting priority 100", rules);
const early = (rules: string) =>
  parse(`table inet r { chain c { type filter hook prerouting priority -300; ${rules}; }; }
table inet f { chain c { type filter hook forward priority 0; ct state established accept; }; }\n`);

interface Told {
  readonly equal: true | false | "undecided";
  readonly classes: readonly string[];
}

/** Classes of one path, in a line each. */
function told(before: Device, after: Device, asked = "forward"): Told {
  const { equal, classes } = compareDevices(before, after);
  const lines = classes
    .filter(({ path }) => path === asked)
    .map(({ kind, alterations }) => {
      const changes = alterations.map((one) => `${one.what} ${one.before} -> ${one.after}`);
      return `${kind}: ${changes.join(", ")}`;
    });
  return { equal, classes: lines.sort() };
}

type Case = readonly [
  name: string,
  before: Device,
  after: Device,
  equal: true | false | "undecided",
  classes: readonly string[],
];

const cases: readonly Case[] = [
  [
    "another source",
    source("snat to 192.0.2.1"),
    source("snat to 192.0.2.2"),
    false,
    ["translation: source 192.0.2.1 -> 192.0.2.2"],
  ],
  [
    "masquerade no more",
    source('oifname "wan" masquerade'),
    source(""),
    false,
    ["translation: source address of the outgoing interface -> as it came"],
  ],
  [
    "the address of an interface that may be the same",
    source("masquerade"),
    source("snat to 192.0.2.1"),
    "undecided",
    ["may: source address of the outgoing interface -> 192.0.2.1"],
  ],
  [
    "a source port at random",
    source("masquerade"),
    source("masquerade random"),
    false,
    ["translation: port at random not done -> done"],
  ],
  [
    "one of several addresses that stays with a source",
    source("snat to 192.0.2.1-192.0.2.9"),
    source("snat to 192.0.2.1-192.0.2.9 persistent"),
    "undecided",
    [
      "may: source which address of 192.0.2.1-192.0.2.9 -> which address of 192.0.2.1-192.0.2.9, one address for each source (persistent) not done -> done",
    ],
  ],
  [
    "one address, of which there is nothing to choose",
    source("snat to 192.0.2.1"),
    source("snat to 192.0.2.1 persistent"),
    true,
    [],
  ],
  [
    "another port",
    destination("tcp dport 25 dnat to 10.0.0.5:25"),
    destination("tcp dport 25 dnat to 10.0.0.5:2525"),
    false,
    ["translation: destination port 25 -> 2525"],
  ],
  [
    "a map for several rules",
    destination("tcp dport 25 dnat to 10.0.0.5:25; tcp dport 2525 dnat to 10.0.0.6:25"),
    destination("dnat to tcp dport map { 25 : 10.0.0.5 . 25, 2525 : 10.0.0.6 . 25 }"),
    true,
    [],
  ],
  [
    "rules of which the first wins",
    destination("tcp dport 25 dnat to 10.0.0.5; tcp dport 25-26 dnat to 10.0.0.6"),
    destination("tcp dport 26 dnat to 10.0.0.6; tcp dport 25 dnat to 10.0.0.5"),
    true,
    [],
  ],
  [
    "a rule that writes what NAT wrote, and does not undo it",
    destination("ip daddr 198.51.100.7 dnat to 10.0.0.5"),
    parse(
      "table ip n { chain c { type filter hook prerouting priority -100; ip daddr 198.51.100.7 ip daddr set 10.0.0.5; }; }\n",
    ),
    false,
    [
      "translation: destination as it came -> 10.0.0.5",
      "translation: destination is changed by NAT, undone on replies -> not by NAT",
    ],
  ],
  [
    "two marks for one, written after each other",
    forward("meta mark set 1\nmeta mark set 2"),
    forward("meta mark set 2"),
    true,
    [],
  ],
  [
    "a mark in other words",
    forward("tcp dport 25 meta mark set 0x10"),
    forward("meta mark set tcp dport map { 25 : 16 }"),
    true,
    [],
  ],
  [
    "the mark of the connection for that of the packet",
    forward("meta mark set 1"),
    forward("ct mark set 1"),
    false,
    [
      "mark: mark 0x1 -> as it came",
      "mark: mark 0x1 -> as it came, connection mark as it came -> 0x1",
    ],
  ],
  [
    "a class of traffic that nobody reads",
    forward("meta nfproto ipv4 ip dscp set ef"),
    forward("meta nfproto ipv4 ip dscp set cs1"),
    false,
    ["translation: ip dscp 46 -> 8"],
  ],
  [
    "packets that are not tracked",
    early("tcp dport 25 notrack"),
    early(""),
    false,
    ["tracking: connection not tracked -> tracked"],
  ],
  [
    "packets that are not tracked, where nothing tracks",
    forward("tcp dport 25 notrack"),
    forward(""),
    false,
    ["tracking: connection not tracked -> tracked"],
  ],
  [
    "an unknown that reads the mark",
    forward("meta mark set jhash ip saddr mod 4"),
    forward("meta mark set jhash ip saddr mod 4 offset 1"),
    "undecided",
    ["may: mark jhash ip saddr mod 4 -> jhash ip saddr mod 4 offset 1"],
  ],
];

describe("beside the verdict", () => {
  test.each(cases)("%s", (_name, before, after, equal, classes) => {
    expect(told(before, after)).toEqual({ equal, classes });
  });
});

test("the rule that translates is named on both sides", () => {
  const { classes } = compareDevices(source("snat to 192.0.2.1"), source("snat to 192.0.2.2"));
  const lines = classes.map(({ before, after }) => [before.by?.kind, after.by?.kind]);
  expect(new Set(lines.flat())).toEqual(new Set(["rule"]));
});

test("a ruleset that translates and marks is equal to itself, whatever the numbers are", () => {
  const ports = fc.uniqueArray(fc.integer({ min: 1, max: 65_535 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(ports, (all) => {
      const rules = all.map((port) => `tcp dport ${port} dnat to 10.0.0.${port % 250}:${port}`);
      const map = all.map((port) => `${port} : 10.0.0.${port % 250} . ${port}`).join(", ");
      const mapped = destination(`dnat to tcp dport map { ${map} }`);
      expect(compareDevices(destination(rules.join("; ")), mapped).equal).toBe(true);
    }),
    { numRuns: 10 },
  );
});

test("what is invalid on the way out is tracked once more by lo, in the zone that it gets there", () => {
  const zone = (number: number) =>
    parse(`table inet t {
 chain r { type filter hook prerouting priority raw; tcp dport 25 ct zone set ${number}; }
}
`);
  const { classes } = compareDevices(zone(1), zone(2));
  expect(classes.filter(({ path }) => path === "output").map(({ kind }) => kind)).toEqual([
    "tracking",
  ]);
});
