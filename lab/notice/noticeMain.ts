import { availableParallelism, loadavg } from "node:os";
import { Command } from "commander";
import { median } from "../../bench/measure.ts";
import { down } from "../mail/down.ts";
import { labOf } from "../mail/folder.ts";
import { planNamed } from "../mail/plan.ts";
import { up } from "../mail/up.ts";
import { measurePeers, type PeerRun } from "./peers.ts";
import { measurePremortem } from "./premortem.ts";

/*
 * How long it takes from a rule that is put in by hand to a notification that names it; beside Prometheus,
 * blackbox_exporter and Alertmanager, which name what they probe. Each of the peers' runs has a network of its
 * own; no two of the sides run at once.
 */

const PREFIX = "notice-";
/** Milliseconds that the median may take. */
const TARGET_MS = 1_000;

interface Options {
  readonly runs: string;
  readonly aggressive: string;
  readonly typical: string;
  readonly json?: boolean;
}

const options = new Command("notice")
  .description("time from a rule by hand to the notification that names it")
  .option("--runs <count>", "of premortem", "10")
  .option("--aggressive <count>", "runs of the peers, set to be quick at any price", "3")
  .option("--typical <count>", "runs of the peers as they are usually set; 4 minutes each", "0")
  .option("--json", "prints each run")
  .parse()
  .opts<Options>();

const log = (line: string) => console.error(line);

async function withLab<Result>(
  work: (lab: Awaited<ReturnType<typeof up>>) => Promise<Result>,
): Promise<Result> {
  const plan = planNamed("mail", PREFIX);
  const lab = await up(plan);
  try {
    return await work(lab);
  } finally {
    await down(labOf(plan));
  }
}

for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    void down(labOf(planNamed("mail", PREFIX))).finally(() => process.exit(1));
  });

const premortem =
  Number(options.runs) === 0
    ? []
    : await withLab((lab) => measurePremortem(lab, Number(options.runs), log));
const peers: PeerRun[] = [];
for (const setting of ["aggressive", "typical"] as const)
  for (let run = 0; run < Number(options[setting]); run++)
    peers.push(await withLab((lab) => measurePeers(lab, setting, log)));

if (options.json === true) console.log(JSON.stringify({ premortem, peers }, null, 2));
else {
  const [load = 0] = loadavg();
  console.log(`load of the machine: ${load.toFixed(1)} on ${availableParallelism()} processors`);
  line(
    "premortem, the rule named",
    premortem.map(({ namedMs }) => namedMs),
    TARGET_MS,
  );
  line(
    "premortem, first notification",
    premortem.map(({ firstMs }) => firstMs),
  );
  for (const setting of ["aggressive", "typical"] as const)
    line(
      `Prometheus, blackbox_exporter, Alertmanager, ${setting}: first notification, no cause named`,
      peers.filter((run) => run.setting === setting).map(({ firstMs }) => firstMs),
    );
}

function line(what: string, times: readonly number[], targetMs: number | null = null): void {
  if (times.length === 0) return;
  const middle = median(times);
  const verdict = targetMs === null ? "" : middle < targetMs ? " [met]" : " [MISSED]";
  const worst = Math.max(...times);
  console.log(
    `${what}: median ${Math.round(middle)} ms, worst ${Math.round(worst)} ms, ${times.length} runs${verdict}`,
  );
}
