import { expect, test } from "vitest";
import type { NetworkDevice } from "../inventory/model.ts";
import { makeSnapshot } from "../inventory/snapshot.ts";
import { foreignHashOf } from "./runningHash.ts";

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
