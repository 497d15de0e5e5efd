import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DiffClass } from "../../src/engine/answer/diff.ts";
import { table } from "../markdown.ts";
import {
  CORPUS,
  type Compared,
  cell,
  compare,
  reasonsOf,
  standings,
  whyNotLoaded,
  word,
} from "./compared.ts";

/* Real dumps of iptables against what `iptables-restore-translate` makes of them. */

interface Translated extends Compared {
  /** What the tool itself says it left out. */
  readonly left: readonly string[];
  /** Why nft does not load what it wrote; null: it does. */
  readonly unloadable: string | null;
}

export function translationsChapter(folder: string): string {
  const all = dumps().flatMap((file) => translated(folder, file));
  const leaving = all.filter(({ left }) => left.length > 0);
  const others = all.filter(({ left, unloadable }) => left.length === 0 && unloadable !== null);
  const whole = all.filter(({ left, unloadable }) => left.length === 0 && unloadable === null);
  const equal = whole.filter(({ answer }) => answer?.equal === true).length;
  return `## Dumps of iptables against their translation

\`iptables-restore-translate\` 1.8.9 takes ${all.length} of the dumps. ${standings(all)}

${leaving.length + others.length} of the translations lose something. ${leaving.length} leave rules out, as the tool says itself; ${others.length} more do not
load, as nft 1.0.6 says in a namespace of its own. Of the other ${whole.length}, which load, ${equal} are proved equal.
What no tool says: \`-p tcp -m tcp\` without a port becomes no match at all (\`configs_psa/2016\`), and names of chains stay that nft
does not take (\`reject\`).

${table(
  [
    "dump",
    "answer",
    "left out by the tool itself",
    "nft loads it",
    "what fares otherwise, by the line in the dump",
  ],
  all.map(row),
)}
`;
}

/** Real dumps that the kernel's tools take. */
function dumps(): readonly string[] {
  return readFileSync(join(CORPUS, "iptables/PROVENANCE.tsv"), "utf8")
    .split("\n")
    .slice(1)
    .flatMap((line) => {
      const [file = "", , , , , , , accepts = "-"] = line.split("\t");
      const isReal = !/^(moby|.*golden)/.test(file) && accepts.startsWith("yes");
      return isReal ? [join("iptables", file)] : [];
    });
}

function translated(folder: string, file: string): readonly Translated[] {
  const path = join(CORPUS, file);
  const tool = `${/ip6|v6/.test(file) ? "ip6" : "ip"}tables-restore-translate`;
  let text: string;
  try {
    text = execFileSync(tool, ["-f", path], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    return [];
  }
  if (text.trim() === "") return [];
  const target = join(folder, "translated.nft");
  writeFileSync(target, text);
  const left = text.split("\n").filter((line) => /^#.* -[AI] /.test(line));
  const unloadable = whyNotLoaded(`nft -f ${target}`);
  return [{ ...compare(file, path, target), left: left.map(modulesOf), unloadable }];
}

function row(one: Translated): readonly string[] {
  const { name, left, unloadable } = one;
  return [
    `\`${name}\``,
    word(one),
    left.length === 0 ? "" : `${left.length}: ${[...new Set(left)].join(", ")}`,
    unloadable ?? "yes",
    cell(reasonsOf(one, tell)),
  ];
}

function tell({ kind, before, after }: DiffClass): string {
  return `${kind}: ${placeOf(before.by)} against ${placeOf(after.by)}`;
}

function placeOf(by: DiffClass["before"]["by"]): string {
  if (by === null) return "nothing";
  if (!("rule" in by)) return "policy";
  const modules = modulesOf(by.rule.text);
  return `line ${by.rule.line}${modules === "" ? "" : ` (\`${modules}\`)`}`;
}

/** Modules and targets of a rule, without what it asks of them. */
function modulesOf(rule: string): string {
  return (rule.match(/-(?:m|j|g) \S+/g) ?? []).join(" ");
}
