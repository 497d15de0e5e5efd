import type { Device, Rule } from "../device/device.ts";
import { canonicalStatements } from "./canonical.ts";

/**
 * A name for each rule among those of its chain: what it says, and how many before it say the same.
 * Rules of two devices with the same name at the same place in the nest of chains are one rule, and
 * share what they remember (limiters), unless `renamed` holds their name.
 */
export function ruleNames(
  device: Device,
  renamed: ReadonlySet<string> = new Set(),
  mark = "",
): (rule: Rule) => string {
  const names = new Map<Rule, string>();
  for (const table of device.tables)
    for (const chain of table.chains) {
      const counts = new Map<string, number>();
      for (const rule of chain.rules) {
        const text = canonicalStatements(rule.statements);
        const count = counts.get(text) ?? 0;
        counts.set(text, count + 1);
        const name = `${text}#${count}`;
        names.set(rule, renamed.has(name) ? `${name}${mark}` : name);
      }
    }
  return (rule) => names.get(rule) ?? "";
}
