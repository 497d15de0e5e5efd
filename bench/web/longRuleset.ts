import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { commonFiles } from "../../src/simulation/hosts/configuration.ts";
import { FIREWALL_SOURCE } from "../../src/simulation/hosts/networkFile.ts";
import { BOOT_RULESET } from "../../src/simulation/world/ruleset.ts";
import { generateRules } from "../rulesets.ts";

/*
 * Behind the rules for mail, as what most packets meet stands first on any firewall of this size. In front of them
 * the simulated traffic itself would keep the processor busy.
 */
const PLACE = /(comment "mail to resolver"\n)/;
/** A port that no rule of the generator names. */
const EDITED_PORT = 8_444;

/** The demonstration's ruleset with so many rules of other people's networks. */
export function longRuleset(rules: number): string {
  const lines = generateRules("structured", rules).map((rule) => `    ${elsewhere(rule)}`);
  const text = BOOT_RULESET.replace(PLACE, `$1${lines.join("\n")}\n`);
  if (text === BOOT_RULESET) throw new Error("the forward chain is not where it was");
  return text;
}

/* The mail network has addresses among those of the generator: no promise hangs on these rules. */
function elsewhere(rule: string): string {
  return rule.replaceAll(/ 10\.(\d+)\./g, (_, second: string) => ` 10.${200 + Number(second)}.`);
}

/** The same with another port in the rule in the middle. */
export function editedRuleset(rules: number): string {
  const lines = longRuleset(rules).split("\n");
  const isLong = (line: string) => / tcp dport \d+ accept$/.test(line);
  const long = lines.flatMap((line, at) => (isLong(line) ? [at] : []));
  const middle = long[long.length >> 1];
  return lines
    .map((line, at) => (at === middle ? line.replace(/dport \d+/, `dport ${EDITED_PORT}`) : line))
    .join("\n");
}

/** Has a demonstration that was never started begin with a ruleset. */
export function bootWith(text: string): (folder: string) => void {
  return (folder) => {
    const running = text.replace(/^flush ruleset$/m, "");
    const files = Object.fromEntries([...commonFiles(), [FIREWALL_SOURCE, text]]);
    writeFileSync(join(folder, "firewall.json"), JSON.stringify({ files, running }));
  };
}
