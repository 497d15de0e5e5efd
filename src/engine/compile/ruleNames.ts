import type { Chain, Device, Rule, Table } from "../device/device.ts";
import { canonicalStatements } from "./canonical.ts";

/**
 * A name for each rule among those of its chain: what it says, and how many before it say the same.
 * Rules of two devices with the same name at the same place in the nest of chains are one rule, and
 * share what they remember (limiters), unless `renamed` holds their place: then `mark` tells them
 * apart.
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
        const isRenamed = renamed.size > 0 && renamed.has(rulePlace(device, table, chain, name));
        names.set(rule, isRenamed ? `${name}${mark}` : name);
      }
    }
  return (rule) => names.get(rule) ?? "";
}

/** Table and chain of a rule, with its name there. */
export function rulePlace(device: Device, table: Table, chain: Chain, name: string): string {
  return `${tableName(device, table)} ${chain.name} ${name}`;
}

/** Both back-ends of iptables can have a table of the same name at once: then with the back-end. */
export function tableName({ tables }: Device, { family, name, origin }: Table): string {
  const alike = tables.filter((other) => other.family === family && other.name === name);
  const backEnd = alike.length > 1 && origin === "iptables-legacy" ? " (legacy)" : "";
  return `${family} ${name}${backEnd}`;
}
