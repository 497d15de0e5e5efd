import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { corpusFiles, judgeAll, randomFiles } from "./judgeAll.ts";
import type { Judgement } from "./judgeRuleset.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    corpus: { type: "boolean", default: false },
    packets: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    /* Of the corpus, only files whose name has this in it. */
    only: { type: "string", default: "" },
    /* Rulesets to make up; `from` is the number of the first. */
    random: { type: "string", default: "0" },
    from: { type: "string", default: "1" },
    verbose: { type: "boolean", default: false },
  },
});

/** Disagreements shown for each ruleset where not all are asked for. */
const SHOWN = 3;

await main();

async function main(): Promise<void> {
  const files = [
    ...(values.corpus ? corpusFiles(values.only) : []),
    ...randomFiles(Number(values.from), Number(values.random)),
    ...positionals.map((name) => ({ name, text: readFileSync(name, "utf8") })),
  ];
  const options = { packets: Number(values.packets), seed: Number(values.seed) };
  const judgements = await judgeAll(files, options, (judgement) =>
    console.log(describe(judgement)),
  );
  const isWrong = judgements.some((one) => one.kind === "judged" && one.tally.disagreeing > 0);
  process.exitCode = isWrong ? 1 : 0;
}

function describe(judgement: Judgement): string {
  if (judgement.kind === "notLoaded") return `${judgement.name}: not loaded: ${judgement.reason}`;
  const { name, tally, rules, missed } = judgement;
  const share = ((100 * tally.severalOutcomes) / Math.max(1, tally.packets)).toFixed(1);
  const lines = [
    `${name}: ${tally.packets} packets, ${tally.disagreeing} disagree, ${rules - missed.length} of ${rules} rules hit, ${share} % with several outcomes`,
  ];
  if (tally.open.size > 0)
    lines.push(`  open by: ${[...tally.open].map(([label, n]) => `${label} ${n}`).join(", ")}`);
  for (const one of tally.disagreements.slice(0, values.verbose ? undefined : SHOWN))
    lines.push(
      ...one.before.map((text) => `    after ${text}`),
      `  [${one.how}] ${one.packet}`,
      `      ${one.what}`,
    );
  for (const { rule, reason, lines: others, isProved } of missed) {
    const about = others.length === 0 ? "" : ` (line ${others.join(", ")})`;
    lines.push(
      `  not hit, line ${rule.span.line}: ${rule.text}`,
      `      ${isProved ? "proved: " : ""}${reason}${about}`,
    );
  }
  return lines.join("\n");
}
