import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isCovered } from "./covered.ts";
import { parseNetwork } from "./networkFile.ts";

const { network } = parseNetwork("n", readFileSync("examples/mail/premortem.yaml", "utf8"));

const CASES: readonly (readonly [string, string, string, readonly string[], boolean])[] = [
  ["mail-servers", "internet", "smtp", ["mail-out"], true],
  ["10.10.2.11", "8.8.8.8", "tcp/25", ["mail-out"], true],
  ["10.10.2.11", "8.8.8.8", "tcp/25", [], false],
  ["10.10.2.11", "8.8.8.8", "tcp/25", ["mail-names"], false],
  ["10.10.2.11", "8.8.8.8", "dns", ["mail-names", "mail-out"], true],
  ["10.10.2.11", "8.8.8.8", "tcp/587", ["mail-out"], false],
  ["10.10.2.13", "8.8.8.8", "tcp/25", ["mail-out"], false],
  ["dmz", "8.8.8.8", "tcp/25", ["mail-out"], false],
  ["10.10.2.11", "10.10.4.10", "tcp/25", ["mail-out"], false],
  ["edge", "8.8.8.8", "tcp/25", ["mail-out"], false],
  ["nobody", "internet", "smtp", ["mail-out"], false],
  ["mail-servers", "internet", "nothing", ["mail-out"], false],
];

test.each(CASES)("%s to %s, %s, with %j overridden: %s", (from, to, service, ids, expected) => {
  if (network === null) throw new Error("no network");
  expect(isCovered(network, [{ from, to, service }], ids)).toBe(expected);
});

test("what nobody knows is covered by nothing, and one flow that is not spoils the rest", () => {
  if (network === null) throw new Error("no network");
  const out = { from: "mail-servers", to: "internet", service: "smtp" };
  expect(isCovered(network, [], ["mail-out"])).toBe(false);
  expect(isCovered(network, [out, { ...out, service: "dns" }], ["mail-out"])).toBe(false);
});
