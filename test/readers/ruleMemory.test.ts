import fc from "fast-check";
import { expect, test } from "vitest";
import { Chance } from "../../lab/chance.ts";
import { parseNft, RuleMemory } from "../../src/engine/parsers/nft/index.ts";
import { textOf } from "./edited/lines.ts";
import { linedNft } from "./edited/nft.ts";
import { editText } from "./edited/typing.ts";
import { RANDOM_RUNS, RANDOM_SEED } from "./randomRuleset.ts";

/* What somebody types, half of which is no ruleset: read with what was read before, and anew. */

const LONG_MS = 120_000 * RANDOM_RUNS;

/** Keys of one editor, each of which reads all of the text. */
const STEPS = 6;

test(
  "a text that is edited says the same with a memory of its rules, in every line",
  () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const chance = new Chance(seed);
        const memory = new RuleMemory();
        let text = textOf(linedNft(chance).lines);
        for (let step = 0; step < STEPS; step++) {
          const files = new Map([
            ["rules", chance.once(10) ? text.replaceAll("\n", "\r\n") : text],
            ["other", chance.pick(["ip saddr 10.0.0.1 accept\n", "define lan = 10.2.0.0/16\n"])],
          ]);
          const input = { files, roots: ["rules"], onto: null, keepRefused: !chance.once(3) };
          expect(parseNft(input, memory)).toEqual(parseNft(input, null));
          text = editText(text, chance);
        }
      }),
      { numRuns: 60 * RANDOM_RUNS, seed: RANDOM_SEED },
    );
  },
  LONG_MS,
);
