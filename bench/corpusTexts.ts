import { existsSync, readFileSync } from "node:fs";

/** Real rulesets beside the repository; not part of it. */
const CORPUS = "../shared/corpus";
const FOLDER = `${CORPUS}/iptables/net-network/configs_chair_for_Network_Architectures_and_Services`;

export interface CorpusText {
  readonly name: string;
  readonly text: string;
}

/** Dumps of about 5,000 rules each; empty where the corpus is not there. */
export function bigDumps(): readonly CorpusText[] {
  return ["iptables", "ip6tables"].flatMap((tool) => {
    const file = `${FOLDER}/${tool}-save-2016-03-16_13-53-28`;
    return existsSync(file) ? [{ name: `${tool} dump`, text: readFileSync(file, "utf8") }] : [];
  });
}

/** Versions of the same file, one after the other. */
export interface CorpusPair {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

export function corpusPairs(count: number): readonly CorpusPair[] {
  const list = `${CORPUS}/pairs/pairs.tsv`;
  if (!existsSync(list)) return [];
  return readFileSync(list, "utf8")
    .split("\n")
    .slice(1)
    .flatMap((line): CorpusPair[] => {
      const [before = "", after = ""] = line.split("\t");
      const files = [before, after].map((name) => `${CORPUS}/${name}`);
      const [first, second] = files;
      if (first === undefined || second === undefined || before === "" || after === "") return [];
      if (!existsSync(first) || !existsSync(second)) return [];
      return [
        { name: before, before: readFileSync(first, "utf8"), after: readFileSync(second, "utf8") },
      ];
    })
    .slice(0, count);
}
