import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CORPUS } from "../../test/requirements.ts";
import { readRuleset } from "../ruleset.ts";
import { judgePair, type PairJudgement, type PairOptions } from "./judgePair.ts";

/** Two states of one real ruleset. */
export interface CorpusPair {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly note: string;
}

const LIST = join(CORPUS, "pairs/pairs.tsv");

export function readPairs(): readonly CorpusPair[] {
  if (!existsSync(LIST)) return [];
  return readFileSync(LIST, "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => {
      const [before = "", after = "", note = ""] = row.split("\t");
      return { name: `${before} to ${after.split("/").at(-1)}`, before, after, note };
    });
}

export function judgeCorpusPair(
  { name, before, after }: CorpusPair,
  options: PairOptions,
): Promise<PairJudgement> {
  const read = (path: string) => readRuleset(path, readFileSync(join(CORPUS, path), "utf8"));
  return judgePair(name, read(before), read(after), options);
}
