import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { readCorpus } from "./corpus.ts";
import { type Judgement, judgeRuleset } from "./judgeRuleset.ts";
import { readRuleset } from "./ruleset.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    corpus: { type: "boolean", default: false },
    packets: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    part: { type: "string", default: "0/1" },
    verbose: { type: "boolean", default: false },
  },
});

const [part = 0, parts = 1] = values.part.split("/").map(Number);
const files = values.corpus
  ? readCorpus()
      .filter(({ name }, index) => name.includes(values.only) && index % parts === part)
      .map(({ name, text }) => ({ name, text }))
  : positionals.map((name) => ({ name, text: readFileSync(name, "utf8") }));
const options = { packets: Number(values.packets), seed: Number(values.seed) };
for (const { name, text } of files) {
  const started = Date.now();
  try {
    const judgement = await judgeRuleset(readRuleset(name, text), options);
    console.log(`${Date.now() - started} ms  ${describe(judgement)}`);
  } catch (error) {
    console.log(`${name}: ERROR ${error instanceof Error ? error.message : error}`);
  }
}

function describe(judgement: Judgement): string {
  if (judgement.kind === "notLoaded") return `${judgement.name}: not loaded: ${judgement.reason}`;
  const { name, tally, rules, missed } = judgement;
  const lines = [
    `${name}: ${tally.packets} packets, ${tally.disagreeing} disagree, ${rules - missed.length} of ${rules} rules hit, ${tally.severalOutcomes} with several outcomes, ${tally.notSent} not sent`,
  ];
  if (tally.open.size > 0)
    lines.push(`  open: ${[...tally.open].map(([label, n]) => `${label} ${n}`).join(", ")}`);
  for (const { packet, before, how, what } of tally.disagreements.slice(
    0,
    values.verbose ? undefined : 3,
  ))
    lines.push(
      ...before.map((text) => `    after ${text}`),
      `  [${how}] ${packet}`,
      `      ${what}`,
    );
  if (values.verbose)
    for (const rule of missed) lines.push(`  missed line ${rule.span.line}: ${rule.text}`);
  return lines.join("\n");
}
