import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { down } from "./down.ts";
import { filesOf, labOf, type MailLab, openLab } from "./folder.ts";
import { fix, isRulePosition, putRule } from "./hand.ts";
import { GRACE_MS, runLoad, settleLoad } from "./load.ts";
import { isPlanName, namespaceOf, planNamed } from "./plan.ts";
import { isSceneName, playScenes, type Report, SCENES } from "./report/report.ts";
import { reportText } from "./report/text.ts";
import { RULE_POSITIONS } from "./ruleset.ts";
import { loadText, statusOf, statusText } from "./status.ts";
import { up } from "./up.ts";

const program = new Command("lab").description("the mail network of the origin, for real");

/** A command with the options that say which lab is meant. */
function command(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option("--plan <name>", "mail, or renamed: the same with other names and numbers", "mail")
    .option("--prefix <text>", "of its namespaces, so that several can be up at once");
}

interface Which {
  readonly plan: string;
  readonly prefix?: string;
}

function planOf({ plan, prefix }: Which) {
  if (!isPlanName(plan)) throw new Error(`there is no plan \`${plan}\`: \`mail\` or \`renamed\``);
  return planNamed(plan, prefix);
}

function numberOf(word: string): number {
  const number = Number(word);
  if (!(number > 0)) throw new Error(`\`${word}\` is no number above 0`);
  return number;
}

/** The lab that the options mean, which has to be up. */
function upLab(which: Which): MailLab {
  return openLab(planOf(which).prefix);
}

command("up", "brings it up").action(async (which: Which) => {
  const began = Date.now();
  const lab = await up(planOf(which));
  console.log(`up in ${((Date.now() - began) / 1000).toFixed(1)} s: ${filesOf.networkFile(lab)}`);
  console.log(`  ip netns exec ${namespaceOf(lab.plan, "ops")} ssh ${lab.plan.hosts.firewall}`);
});

command("down", "takes it away").action(async (which: Which) => {
  const lab = labOf(planOf(which));
  console.log((await down(lab)) ? "down" : `there is no lab \`${lab.plan.prefix}\``);
});

command("break", "a person puts the fatal rule into the firewall, by hand")
  .argument("<position>", `${RULE_POSITIONS.join(", ")}: see lab/mail/README.md`)
  .action(async (position: string, which: Which) => {
    if (!isRulePosition(position))
      throw new Error(`there is no position \`${position}\`: ${RULE_POSITIONS.join(", ")}`);
    await putRule(upLab(which), position);
    console.log(`the rule is in since ${new Date().toISOString()}`);
  });

command("fix", "takes it out by hand, and has deferred mail tried again").action(
  async (which: Which) => {
    const rules = await fix(upLab(which));
    console.log(`${rules} rules taken out at ${new Date().toISOString()}`);
  },
);

command("load", "users and the outside send mail, and log in")
  .argument("<seconds>", "how long")
  .argument("[rate]", "mails a second in each direction; half as many log in", "5")
  .action(async (seconds: string, rate: string, which: Which) => {
    const lab = upLab(which);
    await runLoad(lab, { seconds: numberOf(seconds), rate: numberOf(rate) });
    console.log(loadText(await settleLoad(lab, GRACE_MS)));
  });

command("status", "what answers, what waits, and which rules were put in by hand").action(
  async (which: Which) => {
    console.log(statusText(await statusOf(upLab(which))));
  },
);

command("report", "plays the outage of the origin, with premortem in it, and tells what came of it")
  .option("--scenes <names>", `which of ${SCENES.join(", ")}`, SCENES.join(","))
  .option("--runs <number>", "how often each change of the net is applied", "1")
  .option("--json <file>", "writes all that was measured into a file")
  .action(async ({ scenes, json, prefix, runs }: ReportWords) => {
    const words = scenes.split(",");
    const unknown = words.find((word) => !isSceneName(word));
    if (unknown !== undefined)
      throw new Error(`there is no scene \`${unknown}\`: ${SCENES.join(", ")}`);
    const keep = (soFar: Report) => {
      if (json !== undefined) writeFileSync(json, `${JSON.stringify(soFar, null, 2)}\n`);
    };
    const say = (line: string) => console.error(line);
    const options = { ...(prefix === undefined ? {} : { prefix }), runs: numberOf(runs) };
    const report = await playScenes(words.filter(isSceneName), options, { say, keep });
    process.stdout.write(reportText(report));
    const isAsPromised = report.results.every(({ problems }) => problems.length === 0);
    if (!isAsPromised || report.faults.length > 0) process.exitCode = 1;
  });

interface ReportWords {
  readonly scenes: string;
  readonly runs: string;
  readonly json?: string;
  readonly prefix?: string;
}

await program.parseAsync();
