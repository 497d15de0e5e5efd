import { readFileSync } from "node:fs";
import { CORPUS } from "./requirements.ts";

/** A ruleset of the corpus beside the repository. */
export interface CorpusRuleset {
  readonly file: string;
  readonly text: string;
  /** What the kernel's own tools said of it on an empty host. */
  readonly isAccepted: boolean;
}

const COLLECTIONS: readonly string[] = ["iptables", "nftables", "pairs"];

/** All files that were given to the kernel's own tools, as their provenance tells. */
export function readCorpus(): readonly CorpusRuleset[] {
  return COLLECTIONS.flatMap((collection) =>
    readFileSync(`${CORPUS}/${collection}/PROVENANCE.tsv`, "utf8")
      .split("\n")
      .slice(1)
      .flatMap((row): CorpusRuleset[] => {
        const [name = "", , , , , , , accepts = "-"] = row.split("\t");
        if (!/^(yes|no)/.test(accepts)) return [];
        const file = `${CORPUS}/${collection}/${name}`;
        return [{ file, text: readFileSync(file, "utf8"), isAccepted: accepts.startsWith("yes") }];
      }),
  );
}
