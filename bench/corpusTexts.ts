import { existsSync, readFileSync } from "node:fs";

/** Real rulesets beside the repository; not part of it. */
const CORPUS = "../shared/corpus";
const FOLDER = `${CORPUS}/iptables/net-network/configs_chair_for_Network_Architectures_and_Services`;

export interface CorpusText {
  readonly name: string;
  readonly text: string;
}

/**
 * Dumps of about 5,000 rules each; empty where the corpus is not there. Hardware addresses were crossed out
 * before they were published: numbers stand for them, so that the tools take the files.
 */
export function bigDumps(): readonly CorpusText[] {
  return ["iptables", "ip6tables"].flatMap((tool) => {
    const file = `${FOLDER}/${tool}-save-2016-03-16_13-53-28`;
    if (!existsSync(file)) return [];
    return [{ name: `${tool} dump`, text: withAddresses(readFileSync(file, "utf8")) }];
  });
}

const CROSSED_OUT = /XX(:XX){5}/g;

function withAddresses(text: string): string {
  let number = 0;
  return text.replace(CROSSED_OUT, () => {
    number++;
    return `02:00:00:00:${hexByte(number >> 8)}:${hexByte(number & 255)}`;
  });
}

function hexByte(value: number): string {
  return value.toString(16).padStart(2, "0");
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
