import { expect, test } from "vitest";
import { HOSTILE_PAIRS } from "../../test/hostilePairs/pairs.ts";
import { describeWith } from "../../test/requirements.ts";
import { judgeHostilePair, refuted } from "./hostile.ts";

/** The answers that the table of hostile pairs gives, held against the kernel. `npm run lab:pairs -- --hostile` takes all. */

const FEW = { picks: 2, outside: 10, seed: 1 } as const;
/** A pair takes a second: one in so many is played here. */
const ONE_IN = 6;

describeWith(
  ["root", "nft", "iptables", "ip", "python3"],
  "the kernel judges hostile pairs",
  () => {
    const some = HOSTILE_PAIRS.filter((_, place) => place % ONE_IN === 0);
    test.concurrent.each([...some])("$name", async (pair) => {
      const judgement = await judgeHostilePair(pair, FEW);
      expect(refuted(pair, judgement)).toEqual([]);
      expect(judgement.tally.outside).toBeGreaterThan(0);
    });
  },
);
