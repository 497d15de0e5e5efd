import { expect, test } from "vitest";
import { readDevice } from "../readDevice.ts";

const RULESET = `{"nftables": [
  {"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
  {"table": {"family": "inet", "name": "edge", "handle": 1}},
  {"chain": {"family": "inet", "table": "edge", "name": "forward", "handle": 1,
    "type": "filter", "hook": "forward", "prio": 0, "policy": "drop"}},
  {"rule": {"family": "inet", "table": "edge", "chain": "forward", "handle": 2, "expr": [
    {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 25}},
    {"accept": null}]}}
]}
`;

function read(text: string) {
  return readDevice({ files: new Map([["fw.json", text]]), roots: ["fw.json"], keepRefused: true });
}

test("items become the rules that the text would make", () => {
  const { device, dialects, refused } = read(RULESET);
  expect(dialects.get("fw.json")).toBe("nftJson");
  expect(refused).toEqual([]);
  const [chain] = device.tables[0]?.chains ?? [];
  expect(chain?.base?.policy).toBe("drop");
  expect(chain?.rules.map(({ text }) => text)).toEqual(["tcp dport == 25 accept"]);
});

test("a rule has the place of its item", () => {
  const { device } = read(RULESET);
  expect(device.tables[0]?.chains[0]?.rules[0]?.span).toMatchObject({
    file: "fw.json",
    line: 6,
    column: 3,
    endLine: 8,
  });
});

test("truncated JSON is told with place and help, and what came before is kept", () => {
  const { device, diagnostics, refused } = read(RULESET.slice(0, RULESET.indexOf('"left"')));
  expect(refused).toEqual(["fw.json"]);
  expect(diagnostics[0]).toMatchObject({ code: "PM4002", severity: "error" });
  expect(diagnostics[0]?.span?.line).toBe(7);
  expect(diagnostics[0]?.help).toContain("cut off");
  expect(device.tables[0]?.chains.map(({ name }) => name)).toEqual(["forward"]);
});

test.each([
  ["no JSON at all", `{"nope`, "PM4002"],
  ["text behind the end", '{"nftables": []} x', "PM4002"],
  ["no list", '{"tables": 3}', "PM4003"],
  ["an unknown item", '{"nftables": [{"frob": {"a": 1}}]}', "PM4004"],
  ["a match of xtables", ruleWith({ xt: { type: "match", name: "string" } }), "PM4005"],
])("%s is told", (_, text, code) => {
  expect(read(text).diagnostics.map((diagnostic) => diagnostic.code)).toContain(code);
});

test("an xtables match that JSON shows by name only is opaque", () => {
  const { coverage } = read(ruleWith({ xt: { type: "match", name: "string" } }));
  expect(coverage.opaque).toBe(1);
});

test("lists a million deep are refused without a crash", () => {
  const { diagnostics } = read(`{"nftables": ${"[".repeat(1_000_000)}`);
  expect(diagnostics[0]?.message).toContain("nested too deeply");
});

function ruleWith(statement: unknown): string {
  const place = { family: "inet", table: "t", chain: "c" };
  return JSON.stringify({
    nftables: [
      { table: { family: "inet", name: "t" } },
      { chain: { family: "inet", table: "t", name: "c" } },
      { rule: { ...place, expr: [statement] } },
    ],
  });
}

test("a listing is what runs, although its maps name chains that stand further down", () => {
  const map = { family: "ip", name: "m", table: "t", type: "inet_service", map: "verdict" };
  const text = JSON.stringify({
    nftables: [
      { metainfo: { version: "1.0.6", json_schema_version: 1 } },
      { table: { family: "ip", name: "t" } },
      { map: { ...map, elem: [[25, { jump: { target: "mail" } }]] } },
      { chain: { family: "ip", table: "t", name: "mail" } },
      { rule: { family: "ip", table: "t", chain: "mail", expr: [{ accept: null }] } },
    ],
  });
  const { diagnostics, refused, device } = readDevice({
    files: new Map([["r.json", text]]),
    roots: ["r.json"],
  });
  expect([diagnostics, refused]).toEqual([[], []]);
  expect(device.tables[0]?.chains.map(({ name }) => name)).toEqual(["mail"]);
});
