import { judgeCorpusPair, readPairs } from "../lab/pairs/corpusPairs.ts";
import type { PairJudgement } from "../lab/pairs/judgePair.ts";
import { type JudgedPair, shownOf, whyNotShown } from "../lab/pairs/report.ts";
import { table } from "./markdown.ts";

/** Packets of each class, and of all that are in none. */
const OPTIONS = { picks: 50, outside: 2000, seed: 1 } as const;
/** The section begins with it, and ends with the file. */
export const PAIRS_HEADING = "## Where packets change as diff says";

/** What the kernel says of the classes of real pairs. */
export async function pairsSection(): Promise<string> {
  const judgements: PairJudgement[] = [];
  for (const pair of readPairs()) {
    console.log(pair.name);
    judgements.push(await judgeCorpusPair(pair, OPTIONS));
  }
  const judged = judgements.filter((one) => one.kind === "judged");
  return `${PAIRS_HEADING}

Each pair of \`pairs.tsv\` that loads is put into two namespaces, and the same packets go through both: of each
class its example and up to ${OPTIONS.picks} others, picked at random, and about ${OPTIONS.outside} that are in no class, half of
them such that meet a changed rule. What becomes of a packet is its verdict and the answer to it, the packet that
leaves, its mark, and the mark and zone of its connection.

${table(
  [
    "pair",
    "classes",
    "shown",
    "in a class",
    "change as it says",
    "in no class",
    "change not",
    "hang on an unknown",
  ],
  judged.map(rowOf),
)}

### Classes that no packet has shown

${table(["pair", "example", "why"], judged.flatMap(openRows))}

### Packets that the kernel cannot judge

${table(["why", "packets"], reasons(judged))}

### Pairs that do not load

${table(
  ["pair", "reason"],
  judgements.flatMap((one) =>
    one.kind === "judged" ? [] : [[`\`${one.name}\``, cell(one.reason)]],
  ),
)}

### Disagreements

${table(
  ["pair", "packet"],
  judged.flatMap(({ name, tally }) => tally.problems.map((text) => [`\`${name}\``, cell(text)])),
)}
`;
}

function rowOf(judgement: JudgedPair): readonly string[] {
  const { name, tally, classes } = judgement;
  const counts = [
    classes.classes.length,
    shownOf(judgement).shown.length,
    tally.inside,
    tally.asSaid,
    tally.outside,
    tally.alike,
    tally.perhaps,
  ];
  return [`\`${name}\``, ...counts.map(String)];
}

function openRows(judgement: JudgedPair): readonly (readonly string[])[] {
  return shownOf(judgement).open.map((one) => [
    `\`${judgement.name}\``,
    `\`${one.example}\``,
    whyNotShown(judgement, one),
  ]);
}

function reasons(judged: readonly JudgedPair[]): readonly (readonly string[])[] {
  const counts = new Map<string, number>();
  for (const { tally } of judged)
    for (const [reason, count] of tally.notJudged)
      counts.set(reason, (counts.get(reason) ?? 0) + count);
  return [...counts].sort(([, a], [, b]) => b - a).map(([reason, n]) => [reason, String(n)]);
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/^\/dev\/stdin:/, "line ");
}
