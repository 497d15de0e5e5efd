import { afterAll, expect, test } from "vitest";
import { describeWith } from "../test/requirements.ts";
import { type CorpusFile, readCorpus } from "./corpus.ts";
import { type NamedText, randomFiles } from "./judgeAll.ts";
import { type Judgement, judgeRuleset } from "./judgeRuleset.ts";
import { readRuleset } from "./ruleset.ts";

/**
 * Packets for each ruleset at least: those aimed at its rules, and some at random; and rules that are searched
 * for once aiming has missed them. `npm run docs:kernel` plays 2,000 packets of each and searches for all:
 * a packet costs 1.8 ms and a rule that is hard to hit a second, which were half of the suite's time.
 */
const THOROUGHNESS = { packets: 200, searched: 2, seed: 1 } as const;
const TIMEOUT_MS = 600_000;
/**
 * Shares of packets on which model and kernel may differ: bugs that are known to be open. Of 688,515
 * packets of the corpus none did, but under load a limiter was 2 packets off once in four runs; of 21,000
 * of rulesets at random 7 did. The aim is 0, so they may only fall.
 */
const OPEN_BUGS = { corpus: 0.00002, random: 0.0005 } as const;
const TOOLS = ["root", "nft", "iptables", "ip", "python3"] as const;

/** A test for each ruleset of the corpus that `isIn` takes: the model says what the kernel does. */
export function judgeCorpus(name: string, isIn: (file: CorpusFile) => boolean): void {
  describeWith([...TOOLS, "corpus"], name, () => {
    const count = counting(OPEN_BUGS.corpus);
    test.concurrent.each(readCorpus().filter(isIn))(
      "$name",
      { timeout: TIMEOUT_MS },
      async (file) => {
        const judgement = await judge(file);
        count(judgement);
        if (judgement.kind === "judged")
          return expect(judgement.tally.packets).toBeGreaterThanOrEqual(THOROUGHNESS.packets);
        expect(file.isAccepted && judgement.isRefused, judgement.reason).toBe(false);
      },
    );
  });
}

/** The same with rulesets that are made up. */
export function judgeRandom(name: string, first: number, rulesets: number): void {
  describeWith(TOOLS, name, () => {
    const count = counting(OPEN_BUGS.random);
    test.concurrent.each([...randomFiles(first, rulesets)])(
      "$name",
      { timeout: TIMEOUT_MS },
      async (file) => count(await judge(file)),
    );
  });
}

function judge({ name, text }: NamedText): Promise<Judgement> {
  return judgeRuleset(readRuleset(name, text), THOROUGHNESS);
}

/** Sums up over the suite, and holds the sum against the open bugs. */
function counting(openBugs: number): (judgement: Judgement) => void {
  let packets = 0;
  let disagreeing = 0;
  const found: string[] = [];
  afterAll(() => {
    expect(disagreeing / Math.max(1, packets), found.join("\n")).toBeLessThanOrEqual(openBugs);
  });
  return (judgement) => {
    if (judgement.kind === "notLoaded") return;
    packets += judgement.tally.packets;
    disagreeing += judgement.tally.disagreeing;
    for (const { packet, what } of judgement.tally.disagreements)
      found.push(`${judgement.name}: ${packet}: ${what}`);
  };
}
