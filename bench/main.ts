/** `npm run bench -- SUITE… [--json | --markdown]`; `all` names every suite. */
import { describeMachine } from "./machine.ts";
import { markdown } from "./markdown.ts";
import type { SuiteResult } from "./result.ts";
import { SUITES } from "./suites/index.ts";
import { textOf } from "./text.ts";

const USAGE = `usage: npm run bench -- SUITE… [--json | --markdown]
suites: ${SUITES.map(({ name }) => name).join(", ")}, all`;
const WRONG_USAGE = 2;

function main(args: readonly string[]): number {
  const names = args.filter((arg) => !arg.startsWith("--"));
  const isAll = names.includes("all");
  const suites = SUITES.filter(({ name }) => isAll || names.includes(name));
  const unknown = names.filter((name) => name !== "all" && !SUITES.some((s) => s.name === name));
  const isForm = (arg: string) => arg === "--json" || arg === "--markdown";
  const strange = [...unknown, ...args.filter((arg) => arg.startsWith("--") && !isForm(arg))];
  if (suites.length === 0 || strange.length > 0) {
    if (strange.length > 0) console.error(`not known: ${strange.join(", ")}`);
    console.error(USAGE);
    return WRONG_USAGE;
  }
  const isRoot = process.getuid?.() === 0;
  const left = isRoot ? [] : suites.filter(({ needs }) => needs !== null);
  for (const { name, needs } of left) console.error(`NOT RUN: ${name}: it needs ${needs}`);
  const machine = describeMachine();
  const results = suites
    .filter((suite) => !left.includes(suite))
    .map(({ name, run }): SuiteResult => {
      console.error(`running ${name}`);
      return { suite: name, machine, rows: run("full") };
    });
  if (args.includes("--markdown")) console.log(markdown(results));
  else if (args.includes("--json"))
    console.log(JSON.stringify(results.length === 1 ? results[0] : results, null, 2));
  else for (const result of results) console.log(textOf(result));
  return 0;
}

process.exitCode = main(process.argv.slice(2));
