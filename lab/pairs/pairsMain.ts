import { parseArgs } from "node:util";
import { HOSTILE_PAIRS } from "../../test/hostilePairs/pairs.ts";
import { judgeCorpusPair, readPairs } from "./corpusPairs.ts";
import { judgeHostilePair, refuted } from "./hostile.ts";
import type { PairJudgement } from "./judgePair.ts";
import { shownOf, whyNotShown } from "./report.ts";

const { values } = parseArgs({
  options: {
    picks: { type: "string", default: "50" },
    outside: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    /* Only pairs whose name has this in it. */
    only: { type: "string", default: "" },
    /* Those of test/hostilePairs in place of real ones. */
    hostile: { type: "boolean", default: false },
  },
});

await main();

async function main(): Promise<void> {
  const options = {
    picks: Number(values.picks),
    outside: Number(values.outside),
    seed: Number(values.seed),
  };
  const isAsked = ({ name }: { readonly name: string }) => name.includes(values.only);
  if (values.hostile)
    for (const pair of HOSTILE_PAIRS.filter(isAsked)) {
      const judgement = await judgeHostilePair(pair, options);
      tell(judgement, refuted(pair, judgement));
    }
  else
    for (const pair of readPairs().filter(isAsked)) {
      const judgement = await judgeCorpusPair(pair, options);
      tell(judgement, judgement.kind === "judged" ? judgement.tally.problems : []);
    }
}

function tell(judgement: PairJudgement, problems: readonly string[]): void {
  if (judgement.kind === "notLoaded")
    return console.log(`${judgement.name}: not loaded: ${judgement.reason}`);
  const { name, tally, classes } = judgement;
  const { shown, open } = shownOf(judgement);
  console.log(
    `${name}: ${classes.classes.length} classes, ${shown.length} shown; inside ${tally.asSaid} of ${tally.inside}, outside ${tally.alike} of ${tally.outside}, perhaps ${tally.perhaps}`,
  );
  for (const [reason, count] of tally.notJudged) console.log(`  not judged: ${reason}: ${count}`);
  for (const one of open)
    console.log(`  not shown: ${one.kind} ${one.example}: ${whyNotShown(judgement, one)}`);
  for (const text of tally.disagreements) console.log(`  [one side] ${text}`);
  for (const problem of problems) console.log(`  wrong: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}
