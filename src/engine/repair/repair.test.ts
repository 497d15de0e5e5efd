import { describe, expect, test } from "vitest";
import { parseIpv4 } from "../base/address.ts";
import { single } from "../base/range.ts";
import type { FlowPattern, Intent } from "../intents/model.ts";
import { readDevice } from "../parsers/readDevice.ts";
import { findRepairs, type Repair } from "./index.ts";
import { withEdits } from "./lines.ts";

const NOBODY = { others: new Map(), own: null, behind: [] };

/** `10.0.0.5 > 10.0.1.9:25`: forwarded TCP. */
function flow(text: string): FlowPattern {
  const [, from = "", to = "", port = ""] = /^(\S+) > (\S+):(\d+)$/.exec(text) ?? [];
  const end = (address: string) => ({
    addresses: new Map([["ip", [single(parseIpv4(address) ?? 0n)]] as const]),
    interfaces: null,
  });
  const services = [{ kind: "ports", protocol: 6, ports: [single(BigInt(port))] }] as const;
  return { path: "forward", from: end(from), to: end(to), services };
}

function intents(...texts: readonly string[]) {
  return texts.map((text) => {
    const kind: Intent["kind"] = text.startsWith("no ") ? "blocked" : "reachable";
    const intent = { kind, flows: [flow(text.replace(/^no /, ""))] };
    return { id: text, intent, hosts: NOBODY };
  });
}

function nft(...rules: readonly string[]): string {
  const lines = ["type filter hook forward priority 0; policy drop;", ...rules];
  return `table ip t {\n  chain c {\n${lines.map((line) => `    ${line}\n`).join("")}  }\n}\n`;
}

function iptables(...rules: readonly string[]): string {
  return ["*filter", ":FORWARD DROP [0:0]", ...rules, "COMMIT", ""].join("\n");
}

const EST = "ct state established,related accept";
const MAIL = "ip daddr 10.0.1.9 tcp dport 25 accept";

function repairs(
  after: string,
  before: string | null,
  ...wanted: readonly string[]
): readonly Repair[] {
  const files = (text: string) => ({ files: new Map([["f", text]]), roots: ["f"] });
  return findRepairs({
    after: files(after),
    before: before === null ? null : files(before),
    onto: null,
    intents: intents(...wanted),
    mayGoOn: () => true,
  }).repairs;
}

function best(after: string, before: string | null, ...wanted: readonly string[]): string {
  const [first] = repairs(after, before, ...wanted);
  if (first === undefined) return "none";
  const text = withEdits(new Map([["f", after]]), first.edits).get("f") ?? "";
  const rules = text
    .split("\n")
    .filter((line) => /accept|drop|-j/i.test(line) && !/type |^:/.test(line));
  return `${first.kind}: ${rules.map((line) => line.trim()).join(" / ")}`;
}

const WANTED = "10.0.0.5 > 10.0.1.9:25";

describe("the smallest edit that restores the intent comes first", () => {
  const cases: readonly (readonly [string, string, string | null, string])[] = [
    [
      "a new drop is taken out",
      nft("ip saddr 10.0.0.5 drop", EST, MAIL),
      nft(EST, MAIL),
      `undo: ${EST} / ${MAIL}`,
    ],
    ["a removed accept is put back", nft(EST), nft(EST, MAIL), `undo: ${EST} / ${MAIL}`],
    [
      "a changed rule is put back",
      nft(EST, "ip daddr 10.0.1.9 tcp dport 2525 accept"),
      nft(EST, MAIL),
      `undo: ${EST} / ${MAIL}`,
    ],
    [
      "without the past, the drop gets an exception",
      nft(EST, "ip daddr 10.0.1.0/24 drop", "accept"),
      null,
      `narrow: ${EST} / ip saddr != 10.0.0.5 ip daddr 10.0.1.0/24 drop / accept`,
    ],
    [
      "an accept that is missing comes to the end of a chain that drops",
      nft(EST),
      null,
      `add: ${EST} / ip saddr 10.0.0.5 ip daddr 10.0.1.9 tcp dport 25 accept`,
    ],
    [
      "both the flow and its replies get the rule that they lack",
      nft("ip saddr 10.9.9.9 accept"),
      null,
      "add: ip saddr 10.9.9.9 accept / ip saddr 10.0.0.5 ip daddr 10.0.1.9 tcp dport 25 accept / ct state established,related accept",
    ],
    [
      "iptables speaks its own words",
      iptables("-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"),
      null,
      "add: -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT / -A FORWARD -s 10.0.0.5 -d 10.0.1.9 -p tcp -m tcp --dport 25 -j ACCEPT",
    ],
  ];
  test.each(cases)("%s", (_, after, before, expected) => {
    expect(best(after, before, WANTED)).toBe(expected);
  });
});

test("a drop is moved behind the rule that accepts", () => {
  const found = repairs(nft(EST, "ip saddr 10.0.0.0/24 drop", MAIL), null, WANTED);
  expect(found.map(({ kind }) => kind)).toContain("move");
});

test("what breaks another intent is no repair", () => {
  const after = nft(EST, "ip saddr 10.0.0.5 ip daddr 10.0.1.9 tcp dport 25 drop");
  expect(best(after, null, WANTED, `no ${WANTED}`)).toBe("none");
});

test("an exception by IPv4 addresses leaves IPv6 where it is", () => {
  const after = nft(EST, "drop", "accept").replace("table ip t", "table inet t");
  const found = repairs(after, null, WANTED).filter(({ kind }) => kind === "narrow");
  const texts = found.flatMap(({ edits }) => edits.map(({ text }) => text ?? ""));
  expect(texts).toContain("    ip saddr != 10.0.0.5 drop\n    meta nfproto ipv6 drop");
});

test("what is undecided is put back, where it was decided", () => {
  const limited = nft(EST, "tcp dport 25 ct count over 20 drop", MAIL);
  expect(best(limited, nft(EST, MAIL), WANTED)).toBe(`undo: ${EST} / ${MAIL}`);
});

test("without time nothing is tried, and that is said", () => {
  const files = { files: new Map([["f", nft("drop")]]), roots: ["f"] };
  const before = { files: new Map([["f", nft(EST, MAIL)]]), roots: ["f"] };
  const asked = { after: files, before, onto: null, intents: intents(WANTED) };
  const { repairs: found, untried } = findRepairs({ ...asked, mayGoOn: () => false });
  expect([found.length, untried > 0]).toEqual([0, true]);
});

test("a rule of a script that runs on a state is taken out of the script", () => {
  const state = nft(EST, MAIL);
  const script = "insert rule ip t c ip saddr 10.0.0.5 drop\n";
  const { device } = readDevice({ files: new Map([["r", state]]), roots: ["r"] });
  const found = findRepairs({
    after: { files: new Map([["s", script]]), roots: ["s"] },
    before: { files: new Map(), roots: [] },
    onto: device,
    intents: intents(WANTED),
    mayGoOn: () => true,
  });
  expect(found.repairs[0]?.edits).toEqual([
    {
      file: "s",
      line: 1,
      endLine: 1,
      text: null,
      was: "insert rule ip t c ip saddr 10.0.0.5 drop",
    },
  ]);
});
