import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Device, ParseResult } from "../../device/device.ts";
import { parseIpset } from "../ipset/index.ts";
import { parseIptables } from "./index.ts";

interface Ruleset {
  readonly dialect: string;
  readonly text: string;
  readonly backend?: "nft" | "legacy";
}

interface Load {
  readonly rc: number;
}

interface Vector {
  readonly name: string;
  readonly rulesets: readonly Ruleset[];
  readonly loads?: readonly Load[] | null;
  readonly backends?: {
    readonly legacy?: "same" | { readonly loads?: readonly Load[] };
  } | null;
}

const VECTORS = readFileSync("test/semantics/iptables.jsonl", "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Vector)
  .filter(({ rulesets }) => rulesets.some(({ dialect }) => dialect !== "nft"));

function load(ruleset: Ruleset, onto: Device, backend: "nft" | "legacy"): ParseResult {
  const input = {
    files: new Map([["f", ruleset.text]]),
    roots: ["f"],
    onto,
    keepRefused: false,
  };
  if (ruleset.dialect === "ipset") return parseIpset(input);
  return parseIptables({
    ...input,
    family: ruleset.dialect === "ip6tables-save" ? "ip6" : "ip",
    backend: ruleset.backend ?? backend,
    noFlush: ruleset.dialect === "iptables-noflush",
  });
}

/** For each ruleset in order: whether it was refused; nothing may be left not understood. */
function loadAll(vector: Vector, backend: "nft" | "legacy"): boolean[] {
  let device: Device = { tables: [], ipsets: new Map() };
  return vector.rulesets.flatMap((ruleset) => {
    if (ruleset.dialect === "nft") return [];
    const result = load(ruleset, device, backend);
    device = result.device;
    const refused = result.refused.length > 0;
    if (!refused) {
      expect(result.coverage.notUnderstood).toBe(0);
      expect(result.diagnostics).toEqual([]);
    }
    return [refused];
  });
}

function refusals(vector: Vector, loads: readonly Load[] | null | undefined): boolean[] {
  return vector.rulesets
    .filter(({ dialect }) => dialect !== "nft")
    .map((_, i) => (loads?.[i]?.rc ?? 0) !== 0);
}

for (const vector of VECTORS)
  test(`${vector.name}: read and refused as measured`, () => {
    expect(loadAll(vector, "nft")).toEqual(refusals(vector, vector.loads));
  });

for (const vector of VECTORS) {
  const legacy = vector.backends?.legacy;
  if (legacy === undefined) continue;
  test(`${vector.name}: the same for legacy`, () => {
    const loads = legacy === "same" ? vector.loads : legacy.loads;
    expect(loadAll(vector, "legacy")).toEqual(refusals(vector, loads));
  });
}

test("there are vectors to judge by", () => {
  expect(VECTORS.length).toBeGreaterThan(200);
});
