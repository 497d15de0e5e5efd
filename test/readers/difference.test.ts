import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Chance } from "../../lab/chance.ts";
import { randomIptables } from "../../lab/generate/iptables.ts";
import { randomNft } from "../../lab/generate/nft.ts";
import { seededRandom } from "../../src/engine/bdd/index.ts";
import type { Device } from "../../src/engine/device/device.ts";
import { compareDevices } from "../../src/engine/diff/index.ts";
import { readDevice } from "../../src/engine/parsers/readDevice.ts";
import { EDITS, type Edit, REWORDINGS } from "./edits.ts";
import { judgeDifference } from "./judgeDifference.ts";
import { RANDOM_RUNS, RANDOM_SEED, randomRuleset } from "./randomRuleset.ts";

/*
 * A diff against the interpreter: outside of all classes a packet ends alike on both sides, inside one
 * it does not, wherever the interpreter knows what happens.
 */

const LONG_MS = 600_000;
const PICKS = 3;

function read(text: string): Device | null {
  const { device, refused } = readDevice({ files: new Map([["r", text]]), roots: ["r"] });
  return refused.length === 0 ? device : null;
}

/** Both sides of an edit; null where there is nothing to edit, or one of them does not load. */
function sidesOf(text: string, edit: Edit, seed: number): readonly [Device, Device] | null {
  const edited = edit(text, seededRandom(seed));
  const [before, after] = [read(text), edited === null ? null : read(edited)];
  return before === null || after === null ? null : [before, after];
}

const nft: fc.Arbitrary<string> = fc.nat().map((seed) => randomNft(new Chance(seed)));
const iptables: fc.Arbitrary<string> = fc
  .tuple(fc.nat(), fc.boolean())
  .map(([seed, isSix]) => randomIptables(new Chance(seed), isSix));

describe.each([
  ["few fields that meet", randomRuleset, 50],
  ["nft at random", nft, 16],
  ["iptables at random", iptables, 16],
] as const)("rulesets of %s", (_, ruleset, runs) => {
  const numRuns = runs * RANDOM_RUNS;
  test(
    "packets outside of the classes fare alike, those inside do not",
    () => {
      fc.assert(
        fc.property(
          ruleset,
          fc.constantFrom(...Object.values(EDITS)),
          fc.nat(),
          (text, edit, seed) => {
            const sides = sidesOf(text, edit, seed);
            fc.pre(sides !== null);
            if (sides === null) return;
            const { problems } = judgeDifference(...sides, {
              picks: PICKS,
              random: seededRandom(seed),
            });
            expect(problems).toEqual([]);
          },
        ),
        { numRuns, seed: RANDOM_SEED },
      );
    },
    LONG_MS,
  );

  test(
    "other words for the same are equal",
    () => {
      fc.assert(
        fc.property(
          ruleset,
          fc.constantFrom(...Object.values(REWORDINGS)),
          fc.nat(),
          (text, edit, seed) => {
            const sides = sidesOf(text, edit, seed);
            fc.pre(sides !== null);
            if (sides === null) return;
            expect(compareDevices(...sides).equal).toBe(true);
          },
        ),
        { numRuns: numRuns / 2, seed: RANDOM_SEED },
      );
    },
    LONG_MS,
  );
});

test("a later packet of a connection that cannot begin on one side is not judged", () => {
  const nat = (policy: string) => `table ip t {
    chain f { type filter hook output priority 0; ct mark 7 counter; }
    chain o { type nat hook output priority -100; policy ${policy}; }
    chain p { type nat hook postrouting priority 100; snat to 192.0.2.1; }
  }`;
  const sides = [read(nat("accept")), read(nat("drop"))] as const;
  const packets = ["tcp 10.0.0.1:1 > 10.0.0.2:2 out=eth0 state=new flags=none ct.mark=1"];
  const [before, after] = sides;
  if (before === null || after === null) throw new Error("the rulesets load");
  const { problems } = judgeDifference(before, after, {
    picks: 0,
    random: seededRandom(1),
    packets,
  });
  expect(problems).toEqual([]);
});
