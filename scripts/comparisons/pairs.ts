import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { table } from "../markdown.ts";
import {
  CORPUS,
  type Compared,
  cell,
  compare,
  meaningOf,
  reasonsOf,
  standings,
  word,
} from "./compared.ts";

/* One setting of Docker's bridge driver in both dialects; two versions of one file. */

export function dockerChapter(): string {
  const folder = join(CORPUS, "nftables/moby");
  const all = readdirSync(folder).flatMap((file) => {
    const twin = file
      .replace("__ip.nft", "__iptables.rules")
      .replace("__ip6.nft", "__ip6tables.rules");
    const rules = join(CORPUS, "iptables/moby", twin);
    return existsSync(rules) ? [compare(file, rules, join(folder, file))] : [];
  });
  return `## One setting of Docker in both dialects

${all.length} settings of Docker's bridge driver, as its own tests expect them: iptables against nft. ${standings(all)}

${table(["what fares otherwise", "settings"], meanings(all))}
`;
}

/** How often packets fare otherwise in one way. */
function meanings(all: readonly Compared[]): readonly (readonly string[])[] {
  const counts = new Map<string, number>();
  for (const { answer } of all)
    for (const meaning of new Set((answer?.classes ?? []).map(meaningOf)))
      counts.set(meaning, (counts.get(meaning) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([meaning, count]) => [meaning, String(count)]);
}

/** Two versions of one file, as the list of the corpus has them. */
export function versionsChapter(): string {
  const all = readFileSync(join(CORPUS, "pairs/pairs.tsv"), "utf8")
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [before = "", after = "", note = ""] = line.split("\t");
      if (before === "" || after === "") return [];
      const name = note.split(":")[0] ?? note;
      return [compare(name, join(CORPUS, before), join(CORPUS, after))];
    });
  return `## Two versions of one file

${standings(all)} The one that could not be read
takes a set from files in \`/var/lib\`, which the corpus does not have: nft refuses it as well.

${table(["pair", "answer", "classes", "such as"], all.map(versionRow))}
`;
}

function versionRow(one: Compared): readonly string[] {
  const { answer, name } = one;
  const number = (answer?.classes.length ?? 0) + (answer?.truncated ?? 0);
  return [name, word(one), String(number), cell(reasonsOf(one, meaningOf))];
}
