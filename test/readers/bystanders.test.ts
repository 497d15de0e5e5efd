import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Chance } from "../../lab/chance.ts";
import { seededRandom } from "../../src/engine/bdd/index.ts";
import type { Device } from "../../src/engine/device/device.ts";
import { alignNames } from "../../src/engine/diff/alignNames.ts";
import { withoutBystanders } from "../../src/engine/diff/bystanders.ts";
import { changedRules } from "../../src/engine/diff/changedRules.ts";
import { compareDevices, type Difference } from "../../src/engine/diff/index.ts";
import { bordersOf } from "./edited/borders.ts";
import { editedSides } from "./edited/edits.ts";
import { linedIptables } from "./edited/iptables.ts";
import { type LinedRuleset, textOf } from "./edited/lines.ts";
import { linedNft } from "./edited/nft.ts";
import { judgeDifference } from "./judgeDifference.ts";
import { RANDOM_RUNS, RANDOM_SEED } from "./randomRuleset.ts";

/*
 * Rules that cannot make a difference are left out of a comparison. Left in, they make none; and the
 * interpreter, which knows nothing of that, sees none but those that are told.
 */

const LONG_MS = 240_000 * RANDOM_RUNS;
/** Walked in every comparison: of each class, and at the borders of what the rules ask for. */
const PICKS = 1;
const PACKETS = 6;

/** A walk takes many times what a comparison takes. */
const WALKED_PART = 5;

const DIALECTS = [
  ["nft", linedNft, 40],
  ["iptables", linedIptables, 60],
] as const satisfies readonly (readonly [string, (chance: Chance) => LinedRuleset, number])[];

describe.each(DIALECTS)("edits among many rules of %s", (_, ruleset, numRuns) => {
  const options = { numRuns: numRuns * RANDOM_RUNS, seed: RANDOM_SEED };
  const fewer = { ...options, numRuns: options.numRuns / WALKED_PART };

  test(
    "the answer is the same with rules that are left out",
    () => {
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          const sides = editedSides(ruleset, new Chance(seed));
          fc.pre(sides !== null);
          if (sides !== null) expectSame(sides[0].device, sides[1].device);
        }),
        options,
      );
    },
    LONG_MS,
  );

  test(
    "packets at borders fare alike outside of the classes, and otherwise inside",
    () => {
      fc.assert(
        fc.property(fc.nat(), (seed) => {
          const chance = new Chance(seed);
          const sides = editedSides(ruleset, chance);
          fc.pre(sides !== null);
          if (sides === null) return;
          const [before, after] = sides;
          const text = textOf(before.lines) + textOf(after.lines);
          const { problems } = judgeDifference(before.device, after.device, {
            picks: PICKS,
            random: seededRandom(seed),
            packets: bordersOf(text, chance, PACKETS),
          });
          expect(problems).toEqual([]);
        }),
        fewer,
      );
    },
    LONG_MS,
  );
});

/** Where none is left out, both comparisons are one and the same. */
function expectSame(before: Device, after: Device): void {
  const renamed = alignNames(before, after).device;
  const involved = withoutBystanders(before, renamed, changedRules(before, renamed, new Set()));
  if (countRules(involved.before) === countRules(before)) return;
  const quick = compareDevices(before, after);
  const whole = withoutNeedlessDoubt(
    compareDevices(before, after, { keepsBystanders: true }),
    quick,
  );
  expect(shown(quick)).toEqual(shown(whole));
  expect(whole.assumptions).toEqual(expect.arrayContaining([...quick.assumptions]));
}

function countRules({ tables }: Device): number {
  return tables.flatMap(({ chains }) => chains.flatMap(({ rules }) => rules)).length;
}

/** Doubts of rules that no packet comes to: without the rules that lead to them, nobody has them. */
const NEEDLESS = /^what chains behind a queue do/;

function withoutNeedlessDoubt(whole: Difference, quick: Difference): Difference {
  const reasons = whole.reasons.filter(
    (reason) => quick.reasons.includes(reason) || !NEEDLESS.test(reason),
  );
  if (reasons.length === whole.reasons.length) return whole;
  const isEqual = reasons.length === 0 && whole.classes.length === 0;
  return { ...whole, reasons, equal: isEqual ? true : whole.equal };
}

/**
 * What has to be the same: not the example, of which there are many, not the unknowns that only rules left out
 * bring along, nor that a table is a copy.
 */
function shown({ assumptions: _, classes, ...rest }: Difference): unknown {
  const texts = classes
    .map(({ example: _, dependsOn: __, ...one }) => JSON.stringify(one, replaced))
    .sort();
  return { ...rest, texts };
}

function replaced(key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}`;
  return key === "table" || key === "chain" ? undefined : value;
}
