import { readCorpus } from "./corpus.ts";
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
