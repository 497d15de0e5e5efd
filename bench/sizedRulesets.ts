import { bigDumps, type CorpusText } from "./corpusTexts.ts";
import { generateRules, nftRuleset } from "./rulesets.ts";
import type { Scale } from "./suite.ts";

const SIZES: Readonly<Record<Scale, readonly number[]>> = { full: [1_000, 5_000], tiny: [20] };

/** Rulesets that a question about a whole device is asked of: made up ones of some sizes, and the big dumps. */
export function sizedRulesets(scale: Scale): readonly CorpusText[] {
  const generated = SIZES[scale].map((size) => ({
    name: `${size} rules of networks and ports`,
    text: nftRuleset(generateRules("structured", size)),
  }));
  return [...generated, ...(scale === "tiny" ? [] : bigDumps())];
}
