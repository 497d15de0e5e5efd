import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { playVector, playWithoutMemory, type Vector } from "./playVector.ts";

/** Vectors that the interpreter does not answer as the kernel, each with its reason. */
const LEFT_OUT: ReadonlyMap<string, string> = new Map([
  [
    "}} closing without newline is refused by nft 1.0.6",
    "newer versions of nft take it, so it is read, with a warning",
  ],
  [
    "NPT: SNPT and DNPT translate prefixes without state",
    "SNPT and DNPT are named actions: the answer is undecided",
  ],
]);

/** Vectors whose later packets depend on those before, though nothing happens in between. */
const NEEDS_HISTORY: ReadonlySet<string> = new Set([
  "ctstatus SEEN_REPLY, ASSURED, NONE and CONFIRMED",
]);

/** Of all vectors, at most this share may be left out. */
const MAXIMUM_LEFT_OUT = 0.03;

function readVectors(file: string): readonly Vector[] {
  const text = readFileSync(new URL(file, import.meta.url), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Every packet stands for itself: no state is kept, and nothing is loaded in between. */
function hasNoHistory(vector: Vector): boolean {
  const steps = vector.packets.some(({ packet }) => packet === undefined);
  return vector.sequence !== true && !steps && !NEEDS_HISTORY.has(vector.name);
}

const FILES = ["nftables.jsonl", "iptables.jsonl", "lab.jsonl"] as const;

for (const file of FILES) {
  describe(`with memory the interpreter says what the kernel did: ${file}`, () => {
    for (const vector of readVectors(file)) {
      const run = LEFT_OUT.has(vector.name) ? test.fails : test;
      run(`[${vector.area}] ${vector.name}`, () => expect(playVector(vector)).toEqual([]));
    }
  });

  describe(`without memory what the kernel did is one of the outcomes: ${file}`, () => {
    for (const vector of readVectors(file).filter(hasNoHistory)) {
      const run = LEFT_OUT.has(vector.name) ? test.fails : test;
      run(`[${vector.area}] ${vector.name}`, () => expect(playWithoutMemory(vector)).toEqual([]));
    }
  });
}

test("no more vectors are left out than may be", () => {
  const names = FILES.flatMap(readVectors).map(({ name }) => name);
  expect([...LEFT_OUT.keys()].filter((name) => !names.includes(name))).toEqual([]);
  expect(LEFT_OUT.size).toBeLessThanOrEqual(names.length * MAXIMUM_LEFT_OUT);
});
