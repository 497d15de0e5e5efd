import { describe, expect, test } from "vitest";
import type { NetworkDevice } from "../inventory/model.ts";
import { makeSnapshot } from "../inventory/snapshot.ts";
import { foreignHashOf, runningHashOf } from "./runningHash.ts";

const DEVICE: NetworkDevice = {
  name: "fw1",
  reach: { kind: "local" },
  sources: [],
  owners: new Map([["inet edge", "premortem"]]),
  addresses: new Map(),
  loginLog: "",
  records: "/",
  span: { file: "", line: 1, column: 1, endLine: 1, endColumn: 1 },
};
const OWN = "table inet edge {\n\tchain a {\n\t}\n}\n";
const BANS = (elements: string) =>
  `table inet f2b {\n\tset bans {\n\t\ttype ipv4_addr\n\t\telements = { ${elements} }\n\t}\n}\n`;
const hashOf = (text: string) =>
  foreignHashOf(DEVICE, makeSnapshot("fw1", [{ name: "nft", text }]));
const before = hashOf(OWN + BANS("10.0.0.1"));

test("own tables and the bans of others are left out", () => {
  expect(hashOf(OWN.replace("chain a", "chain b") + BANS("10.0.0.1,\n\t\t\t     10.0.0.2"))).toBe(
    before,
  );
});

test("a table that somebody else makes is not", () => {
  expect(hashOf(`${OWN}${BANS("10.0.0.1")}table inet evil {\n}\n`)).not.toBe(before);
});

describe("a proof, and with it an approval, stays good", () => {
  const LIVE = (elements: string) =>
    `table inet edge {\n\tset bans {\n\t\ttype ipv4_addr\n\t\tflags timeout\n\t\telements = { ${elements} }\n\t}\n}\n`;
  const runningHash = (text: string) =>
    runningHashOf(DEVICE, makeSnapshot("fw1", [{ name: "nft", text }]));

  test("when a ban comes, or its time goes by", () => {
    expect(runningHash(LIVE("10.0.0.1 timeout 1h expires 2m,\n\t\t\t     10.0.0.2"))).toBe(
      runningHash(LIVE("10.0.0.1 timeout 1h expires 1m")),
    );
  });

  test("not when somebody puts an element into a plain set", () => {
    expect(runningHash(OWN + BANS("10.0.0.1"))).not.toBe(runningHash(OWN + BANS("10.0.0.2")));
  });
});
