import { expect, test } from "vitest";
import type { Need } from "../inventory/needs/model.ts";
import { type HostFacts, withKnownNames } from "./hostFacts.ts";

function facts(needed: readonly string[], resolved: Readonly<Record<string, string>>): HostFacts {
  const needs = needed.map(
    (host): Need => ({
      program: "postfix",
      kind: "database",
      name: "",
      host,
      port: 5432,
      protocols: ["tcp"],
      file: "main.cf",
      line: 1,
    }),
  );
  const addresses = new Map(Object.entries(resolved).map(([name, one]) => [name, [one]]));
  const host = {
    device: "mail1",
    addresses: [],
    needs,
    unknown: [],
    resolved: addresses,
    sourceOf: () => null,
  };
  return { kind: "facts", host, notSeen: [] };
}

test("a name that cannot be looked up any more leads where it led, as long as it is needed", () => {
  const before = facts(["db", "old"], { db: "10.0.0.1", old: "10.0.0.2" });
  const now = withKnownNames(facts(["db"], {}), before);
  expect([...now.host.resolved]).toEqual([["db", ["10.0.0.1"]]]);
  const moved = withKnownNames(facts(["db"], { db: "10.0.0.9" }), before);
  expect([...moved.host.resolved]).toEqual([["db", ["10.0.0.9"]]]);
});
