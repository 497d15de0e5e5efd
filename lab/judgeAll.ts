import { Chance, seedOf } from "./chance.ts";
import { readCorpus } from "./corpus.ts";
import { randomIptables } from "./generate/iptables.ts";
import { randomNft } from "./generate/nft.ts";
import { randomRichNft } from "./generate/nftRich.ts";
import { type Judgement, type JudgeOptions, judgeRuleset } from "./judgeRuleset.ts";
import { readRuleset } from "./ruleset.ts";

export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Namespaces that are at work at once. */
const AT_ONCE = 3;

/** Judges rulesets side by side; the answers come in the order of `files`. */
export async function judgeAll(
  files: readonly NamedText[],
  options: JudgeOptions,
  tell: (judgement: Judgement) => void,
): Promise<readonly Judgement[]> {
  const judgements: Judgement[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < files.length; index = next++) {
      const file = files[index];
      if (file === undefined) return;
      const judgement = await judgeRuleset(readRuleset(file.name, file.text), options);
      judgements[index] = judgement;
      tell(judgement);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return judgements;
}

export function corpusFiles(
  only: string,
): readonly (NamedText & { readonly collection: string })[] {
  return readCorpus().filter(({ name }) => name.includes(only));
}

/** Rulesets made up by a seed: `random/nft 7` is always the same. */
export function randomFiles(first: number, count: number): readonly NamedText[] {
  return Array.from({ length: count }, (_, index) => randomFile(first + index));
}

/** Rulesets from here on are of the less usual parts of the languages. */
const FIRST_RICH = 1001;

function randomFile(seed: number): NamedText {
  const chance = new Chance(seedOf(`ruleset ${seed}`));
  if (seed >= FIRST_RICH) return richFile(seed, chance);
  const kind = seed % 3;
  if (kind < 2) return { name: `random/nft ${seed}`, text: randomNft(chance) };
  const six = chance.once(3);
  return { name: `random/iptables ${seed}`, text: randomIptables(chance, six) };
}

function richFile(seed: number, chance: Chance): NamedText {
  return { name: `random/nft ${seed}`, text: randomRichNft(chance) };
}
