import { readFileSync } from "node:fs";
import { type ApplyPlan, runApply } from "../../src/operations/apply/run.ts";
import { namespaceTransport } from "../../src/platform/transport/local.ts";
import { fileJournal } from "./fileJournal.ts";

/*
 * Leads one apply in a process of its own, so that a test can kill it:
 *   applyMain NAMESPACE SCRIPT STATE PLAN.json JOURNAL pass|fail
 */

const [namespace = "", script = "", state = "", planFile = "", journal = "", verdict = ""] =
  process.argv.slice(2);
const plan: ApplyPlan = JSON.parse(readFileSync(planFile, "utf8"));
const end = await runApply({
  transport: namespaceTransport(namespace),
  device: { script, state },
  plan,
  journal: fileJournal(journal),
  asked: new AbortController().signal,
  check: () => Promise.resolve(verdict === "pass"),
  pause: () => Promise.resolve(),
});
process.stdout.write(`${JSON.stringify(end)}\n`);
