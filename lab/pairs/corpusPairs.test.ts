import { expect, test } from "vitest";
import { describeWith } from "../../test/requirements.ts";
import { judgeCorpusPair, readPairs } from "./corpusPairs.ts";
import { shownOf } from "./report.ts";

/*
 * What diff says of real pairs, held against the kernel. `npm run lab:pairs` and `npm run docs:kernel` play 50 packets
 * of each class and 2,000 of those in none.
 */

const FEW = { picks: 2, outside: 30, seed: 1 } as const;
/** The largest has 113 classes; those of one machine are much alike. */
const LARGE = /team_a.iptables-save|jun_2015_cleanup|chr0mag.*93c70|MamkinCoder.*ae64|corny/;
const TIMEOUT_MS = 120_000;

describeWith(
  ["root", "nft", "iptables", "ip", "python3", "corpus"],
  "the kernel judges a diff",
  () => {
    const pairs = readPairs().filter(({ name }) => !LARGE.test(name));
    test.concurrent.each([...pairs])("$name", { timeout: TIMEOUT_MS }, async (pair) => {
      const judgement = await judgeCorpusPair(pair, FEW);
      if (judgement.kind === "notLoaded") return;
      const { tally, classes } = judgement;
      expect(tally.problems).toEqual([]);
      expect(tally.outside).toBeGreaterThan(0);
      if (classes.classes.some(({ kind }) => kind !== "may"))
        expect(shownOf(judgement).shown.length).toBeGreaterThan(0);
    });
  },
);
