import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Real rulesets beside the repository; not part of it. */
const CORPUS = "../shared/corpus";

export interface CorpusFile {
  /** `nftables/real/…`. */
  readonly name: string;
  /** The first two folders. */
  readonly collection: string;
  readonly text: string;
  /** Its list says that the tools take it, perhaps once interfaces are made. */
  readonly isAccepted: boolean;
}

/** Rulesets of the corpus, in the order of their lists. */
export function readCorpus(): readonly CorpusFile[] {
  if (!existsSync(CORPUS)) return [];
  return ["iptables", "nftables", "pairs"].flatMap((folder) =>
    readFileSync(join(CORPUS, folder, "PROVENANCE.tsv"), "utf8")
      .split("\n")
      .slice(1)
      .flatMap((row): readonly CorpusFile[] => {
        const [file = "", , , , , , , accepts = "-"] = row.split("\t");
        const path = join(CORPUS, folder, file);
        if (accepts.trim() === "-" || file === "" || !existsSync(path)) return [];
        return [
          {
            name: `${folder}/${file}`,
            collection: folder === "pairs" ? folder : `${folder}/${file.split("/")[0]}`,
            text: readFileSync(path, "utf8"),
            isAccepted: accepts.startsWith("yes"),
          },
        ];
      }),
  );
}
