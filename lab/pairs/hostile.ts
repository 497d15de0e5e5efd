import type { HostilePair } from "../../test/hostilePairs/notation.ts";
import { readRuleset } from "../ruleset.ts";
import { judgePair, type PairOptions } from "./judgePair.ts";
import { type JudgedPair, shownOf, whyNotShown } from "./report.ts";

export async function judgeHostilePair(
  { name, before, after }: HostilePair,
  options: PairOptions,
): Promise<JudgedPair> {
  const sides = [readRuleset("before", before), readRuleset("after", after)] as const;
  const judgement = await judgePair(name, ...sides, options);
  if (judgement.kind === "notLoaded") throw new Error(`${name}: ${judgement.reason}`);
  return judgement;
}

/** What the kernel shows otherwise than the table says. */
export function refuted({ equal }: HostilePair, judgement: JudgedPair): readonly string[] {
  const { shown, open } = shownOf(judgement);
  const found = [...judgement.tally.problems];
  if (equal === true && judgement.classes.classes.length > 0) found.push("diff finds classes");
  const reasons = open.map((one) => whyNotShown(judgement, one)).join();
  if (equal === false && shown.length === 0 && !/unknown|kernel itself/.test(reasons))
    found.push(`no packet changes: ${reasons}`);
  return found;
}
