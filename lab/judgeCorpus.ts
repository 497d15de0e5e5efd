import { expect, test } from "vitest";
import { describeWith } from "../test/requirements.ts";
import { type CorpusFile, readCorpus } from "./corpus.ts";
import { judgeRuleset } from "./judgeRuleset.ts";
import { readRuleset } from "./ruleset.ts";

/** Packets for each ruleset at least. */
const PACKETS = 2000;
const TIMEOUT_MS = 300_000;

/** A test for each ruleset of the corpus that `isIn` takes: the model says what the kernel does. */
export function judgeCorpus(name: string, isIn: (file: CorpusFile) => boolean): void {
  describeWith(["root", "nft", "iptables", "ip", "python3", "corpus"], name, () => {
    test.concurrent.each(readCorpus().filter(isIn))("$name", { timeout: TIMEOUT_MS }, judgeFile);
  });
}

async function judgeFile({ name, text, isAccepted }: CorpusFile): Promise<void> {
  const judgement = await judgeRuleset(readRuleset(name, text), { packets: PACKETS, seed: 1 });
  if (judgement.kind === "notLoaded") {
    expect(isAccepted && judgement.isRefused, judgement.reason).toBe(false);
    return;
  }
  expect(judgement.tally.disagreements).toEqual([]);
  expect(judgement.tally.packets).toBeGreaterThanOrEqual(PACKETS);
}
