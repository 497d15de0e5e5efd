import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../src/engine/bdd/index.ts";
import { compareReaders } from "../../src/engine/compile/testing/compareReaders.ts";
import type { Device } from "../../src/engine/device/device.ts";
import { EMPTY_DEVICE } from "../../src/engine/device/empty.ts";
import { type DeviceResult, readDevice } from "../../src/engine/parsers/readDevice.ts";
import { readCorpus } from "../corpus.ts";
import { describeWith } from "../requirements.ts";
import { load, type Vector } from "../semantics/playVector.ts";
import { RANDOM_RUNS, RANDOM_SEED, randomRuleset } from "./randomRuleset.ts";

/* Compiler against interpreter: packets of each fate and of none in particular, on every path. */

const SEED = 1;
const LONG_MS = 600_000;

function problemsOf(device: Device, picks: number): readonly string[] {
  return compareReaders(device, picks, seededRandom(SEED)).problems;
}

function read(text: string): DeviceResult {
  return readDevice({ files: new Map([["rules", text]]), roots: ["rules"] });
}

describe.each(["nftables", "iptables"])("rulesets of the measured vectors: %s", (file) => {
  const vectors: readonly Vector[] = readFileSync(`test/semantics/${file}.jsonl`, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  test(
    "both readers agree",
    () => {
      const problems = vectors.flatMap(({ name, rulesets }) => {
        const device = rulesets.reduce(load, EMPTY_DEVICE);
        return problemsOf(device, 5).map((problem) => `${name}: ${problem}`);
      });
      expect(problems).toEqual([]);
    },
    LONG_MS,
  );
});

test(
  "rulesets at random: both readers agree",
  () => {
    fc.assert(
      fc.property(randomRuleset, (text) => {
        const { device, refused } = read(text);
        fc.pre(refused.length === 0);
        expect(problemsOf(device, 4)).toEqual([]);
      }),
      { numRuns: 150 * RANDOM_RUNS, seed: RANDOM_SEED },
    );
  },
  LONG_MS,
);

describeWith(["corpus"], "rulesets of the corpus", () => {
  test(
    "both readers agree",
    () => {
      const problems = readCorpus().flatMap(({ file, text }) => {
        const files = new Map([[file, text]]);
        const { device } = readDevice({ files, roots: [file], keepRefused: true });
        return problemsOf(device, 5).map((problem) => `${file}: ${problem}`);
      });
      expect(problems).toEqual([]);
    },
    LONG_MS,
  );
});
