import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Device } from "../device/device.ts";
import type { End, FlowPattern, Intent, IntentKind } from "../intents/model.ts";
import { readDevice } from "../parsers/readDevice.ts";
import { lossesOf } from "./losses.ts";

const EDGE = readFileSync("examples/mail/edge.nft", "utf8");

function edge(...rules: readonly string[]): Device {
  const commands = rules.map((rule) => `insert rule inet edge forward ${rule}\n`);
  const files = new Map([["edge", `${EDGE}\n${commands.join("")}`]]);
  const { device, refused } = readDevice({ files, roots: ["edge"] });
  expect(refused).toEqual([]);
  return device;
}

const end = (from: bigint, to: bigint, name: string): End => ({
  addresses: new Map([["ip", [{ from, to }]]]),
  interfaces: [name],
});
/** 10.10.2.11 and 10.10.2.12. */
const MAIL = end(0x0a0a020bn, 0x0a0a020cn, "dmz");
const INTERNET = end(0xc6336400n, 0xc63364ffn, "wan");
const SMTP: FlowPattern = {
  path: "forward",
  from: MAIL,
  to: INTERNET,
  services: [{ kind: "ports", protocol: 6, ports: [{ from: 25n, to: 25n }] }],
};
const asked = (kind: IntentKind): Intent => ({ kind, flows: [SMTP] });
const loss = (before: Device, after: Device, kind: IntentKind = "reachable") =>
  lossesOf(before, after, [asked(kind)])[0];

const ONE = "ip saddr 10.10.2.12 drop";
const ALL = "ip saddr 10.10.2.8/29 drop";

test.each([
  ["nothing without a change", [ONE], [ONE], "none"],
  [
    "nothing to a rule that cuts what is cut",
    [ONE],
    [ONE, ONE, "ip saddr 10.10.2.12 reject"],
    "none",
  ],
  ["nothing to a rule for others", [ONE], [ONE, "ip saddr 10.10.9.9 drop"], "none"],
  ["nothing where less is cut", [ALL], [ONE], "none"],
  ["its other hosts to a wider drop", [ONE], [ONE, ALL], "some"],
  ["another host to another drop", [ONE], ["ip saddr 10.10.2.11 drop"], "some"],
  ["replies to a drop of the way back", [ONE], [ONE, "ip daddr 10.10.2.11 drop"], "some"],
  [
    "what follows to a drop of it",
    [ONE],
    [ONE, "ip saddr 10.10.2.11 ct state established drop"],
    "some",
  ],
  [
    "perhaps something to a limiter",
    [ONE],
    [ONE, "ip saddr 10.10.2.11 limit rate over 5/second drop"],
    "unknown",
  ],
  ["perhaps something to user space", [ONE], [ONE, "ip saddr 10.10.2.11 queue"], "unknown"],
] as const)("a broken intent loses %s", (_name, before, after, expected) => {
  expect(loss(edge(...before), edge(...after))).toBe(expected);
});

test("an intent that forbids loses what begins to pass", () => {
  expect(loss(edge(ONE), edge(), "blocked")).toBe("some");
  expect(loss(edge(), edge(ONE), "blocked")).toBe("none");
});

test("nothing is proved where nodes do not suffice", () => {
  const [told] = lossesOf(edge(ONE), edge(ONE, ALL), [asked("reachable")], { nodeLimit: 50 });
  expect(told).toBe("unknown");
});

test.each([
  ["something to a drop on all of them", "", "tcp dport 25 drop", "some"],
  ["perhaps something to a drop on one", "", 'oifname "eth1" tcp dport 25 drop', "unknown"],
  ["perhaps something where one was cut", 'oifname "eth2" drop', "tcp dport 25 drop", "unknown"],
  ["nothing to a drop of another port", 'oifname "eth2" drop', "tcp dport 5432 drop", "none"],
])("an intent whose interface nobody has named loses %s", (_, before, added, expected) => {
  const read = (...rules: readonly string[]) => {
    const text = `table inet t { chain o { type filter hook output priority 0;\n  ${rules.join("\n  ")}\n } }\n`;
    return readDevice({ files: new Map([["rules", text]]), roots: ["rules"] }).device;
  };
  const to: End = { ...INTERNET, interfaces: "unknown" };
  const out: FlowPattern = { ...SMTP, path: "output", to };
  const intent: Intent = { kind: "reachable", flows: [out] };
  expect(lossesOf(read(before), read(before, added), [intent])).toEqual([expected]);
});

test("what is closed may lose more to NAT that sends others there, too", () => {
  const text = (more: string) =>
    `${EDGE}\ninsert rule inet edge forward ct status dnat accept\n${more}`;
  const device = (more: string) => {
    const files = new Map([["edge", text(more)]]);
    return readDevice({ files, roots: ["edge"] }).device;
  };
  const rule = (ports: string) =>
    `add rule ip nat prerouting iifname "wan" tcp dport ${ports} dnat to 10.10.2.11:25\n`;
  const closed: FlowPattern = { ...SMTP, from: INTERNET, to: MAIL };
  const of = (before: string, after: string) =>
    lossesOf(device(before), device(after), [{ kind: "blocked", flows: [closed] }])[0];
  expect(of(rule("99"), rule("99"))).toBe("none");
  expect(of(rule("99"), rule("{ 98, 99 }"))).toBe("unknown");
});
