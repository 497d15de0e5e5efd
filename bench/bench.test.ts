import { describe, expect, test } from "vitest";
import { beginAnalysis, compilePath } from "../src/engine/compile/index.ts";
import { describeMachine } from "./machine.ts";
import { markdown } from "./markdown.ts";
import { growthExponent } from "./measure.ts";
import { read } from "./read.ts";
import type { SuiteResult } from "./result.ts";
import { type Generator, generateRules, nftRuleset } from "./rulesets.ts";
import { SUITES } from "./suites/index.ts";

/* Whether the suites run and say what they should; no time is asserted anywhere. */

const LONG_MS = 120_000;
const KEYS = ["what", "value", "unit", "peer", "peerValue", "ratio", "target", "met"];

/* Those of the lab are tested there, and by what they make of its figures. */
describe.each(SUITES.filter(({ needs }) => needs === null))("the suite $name", (suite) => {
  test(
    "gives rows of one form",
    () => {
      const rows = suite.run("tiny");
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) {
        expect(Object.keys(row)).toEqual(KEYS);
        expect(Number.isFinite(row.value), row.what).toBe(true);
        expect(row.target).toMatch(/^at (most|least) [\d.]+ .+: .+/);
      }
      expect(new Set(rows.map(({ what }) => what)).size).toBe(rows.length);
      const result: SuiteResult = { suite: suite.name, machine: describeMachine(), rows };
      expect(JSON.parse(JSON.stringify(result))).toEqual(result);
      expect(markdown([result])).toContain(rows[0]?.what);
    },
    LONG_MS,
  );
});

describe("1,000 rules make no more nodes than before", () => {
  /* A tenth above what was measured. */
  const LIMITS: Readonly<Record<Generator, number>> = {
    random: 216_000,
    structured: 123_000,
    wildcards: 378_000,
  };
  test.each(Object.entries(LIMITS))("%s", (generator, limit) => {
    const device = read(nftRuleset(generateRules(generator as Generator, 1_000)));
    const analysis = beginAnalysis([device]);
    compilePath(analysis, device, "forward");
    expect(analysis.arena.nodeCount).toBeLessThan(limit);
  });
});

describe("growth", () => {
  test("in proportion is 1", () => {
    expect(growthExponent([10, 100].map((size) => ({ size, cost: 3 * size })))).toBeCloseTo(1);
  });
  test("with the square is 2", () => {
    expect(growthExponent([10, 100].map((size) => ({ size, cost: size ** 2 })))).toBeCloseTo(2);
  });
});
