import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Device } from "../../engine/device/device.ts";
import { readDevice } from "../../engine/parsers/readDevice.ts";
import { parseNetwork } from "../inventory/networkFile.ts";
import { asFarAsRead, isReadWhole, meaningOf } from "./meaning.ts";

const EDGE = readFileSync("examples/mail/edge.nft", "utf8");
const { network } = parseNetwork("n", readFileSync("examples/mail/premortem.yaml", "utf8"));

/** The example with some more commands run on it. */
function edge(more = ""): Device {
  const files = new Map([["edge", `${EDGE}\n${more}\n`]]);
  const { device, refused } = readDevice({ files, roots: ["edge"] });
  expect(refused).toEqual([]);
  return device;
}

const insert = (rule: string) => `insert rule inet edge forward ${rule}`;

describe("a rule put in by hand", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["counter", "harmless", ""],
    [`iifname "dmz" ip saddr 10.10.9.9 ct state new drop`, "harmless", ""],
    ["ip saddr 10.10.9.9 drop", "moves", ""],
    ["ip saddr 10.10.1.77 tcp dport 8080 accept", "moves", ""],
    ["ip saddr 10.10.2.13 drop", "moves", ""],
    ["ip saddr 10.10.2.8/29 drop", "breaks", "mail-out mail-names mail-users"],
    ["ip daddr 10.10.4.10 drop", "breaks", "mail-users"],
    ["tcp flags & (syn|ack) == syn|ack ip saddr 10.10.4.10 drop", "breaks", "mail-users"],
    ["ip saddr 10.10.2.11 limit rate over 5/second drop", "unclear", ""],
  ];
  test.each(cases)("%s", (rule, kind, broken) => {
    if (network === null) throw new Error("no network");
    const meaning = meaningOf(network, "edge", edge(), edge(insert(rule)));
    expect(meaning.kind).toBe(kind);
    expect(meaning.broken.map(({ id }) => id).join(" ")).toBe(broken);
  });
});

describe("a rule beside one that cuts one of the mail hosts", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["ip saddr 10.10.2.8/29 drop", "breaks", "mail-out mail-names mail-users"],
    ["ip saddr 10.10.2.11 limit rate over 5/second drop", "unclear", ""],
    ["ip saddr 10.10.2.12 reject", "moves", ""],
    ["ip saddr 10.10.9.9 drop", "moves", ""],
    ["counter", "harmless", ""],
  ];
  test.each(cases)("%s", (rule, kind, broken) => {
    if (network === null) throw new Error("no network");
    const one = insert("ip saddr 10.10.2.12 drop");
    const meaning = meaningOf(network, "edge", edge(one), edge(`${one}\n${insert(rule)}`));
    expect(meaning.kind).toBe(kind);
    expect(meaning.broken.map(({ id }) => id).join(" ")).toBe(broken);
  });
});

test("taking it out again repairs what it broke", () => {
  if (network === null) throw new Error("no network");
  const meaning = meaningOf(network, "edge", edge(insert("ip daddr 10.10.4.10 drop")), edge());
  expect(meaning).toMatchObject({ kind: "moves", broken: [], repaired: ["mail-users"] });
});

test("what was not read whole is proved harmless by nothing, and broken all the same", () => {
  if (network === null) throw new Error("no network");
  const files = new Map([["edge", `${EDGE}\nadd rule inet edge nowhere drop\n`]]);
  const running = readDevice({ files, roots: ["edge"] });
  expect(isReadWhole(running)).toBe(false);
  const told = (rule: string) =>
    asFarAsRead(meaningOf(network, "edge", edge(), edge(insert(rule))), isReadWhole(running)).kind;
  expect(["counter", "ip saddr 10.10.9.9 drop", "ip daddr 10.10.4.10 drop"].map(told)).toEqual([
    "unclear",
    "unclear",
    "breaks",
  ]);
});
