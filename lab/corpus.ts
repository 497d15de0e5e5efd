import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Real rulesets beside the repository; not part of it. */
export const CORPUS = "../shared/corpus";

export interface CorpusFile {
  /** `nftables/real/…`. */
  readonly name: string;
  /** The first two folders. */
  readonly collection: string;
  readonly text: string;
  /** Files that lie in the same folder and below, by path from it; for includes. */
  readonly path: string;
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
            path,
          },
        ];
      }),
  );
}

/** Every file below a folder. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
