import type { Chain, Device, Rule, Table } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";
import { canonicalStatements } from "./canonical.ts";

/** Names of devices, which never change. */
const NAMES = new WeakMap<Device, (rule: Rule) => string>();

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
  if (renamed.size > 0) return namesOf(device, renamed, mark);
  const known = NAMES.get(device) ?? namesOf(device, renamed, mark);
  NAMES.set(device, known);
  return known;
}

function namesOf(
  device: Device,
  renamed: ReadonlySet<string>,
  mark: string,
): (rule: Rule) => string {
  const names = new Map<Rule, string>();
  for (const table of device.tables)
    for (const chain of table.chains) {
      const nameOf = countedNames();
      for (const rule of chain.rules) {
        const name = nameOf(rule);
        const isRenamed = renamed.size > 0 && renamed.has(rulePlace(device, table, chain, name));
        names.set(rule, isRenamed ? `${name}${mark}` : name);
      }
    }
  return (rule) => names.get(rule) ?? "";
}

/** Names rules one after the other: what each says, and how many before it said the same. */
export function countedNames(): (rule: Rule) => string {
  const counts = new Map<string, number>();
  return ({ statements }) => {
    const text = canonicalStatements(statements);
    const count = counts.get(text) ?? 0;
    counts.set(text, count + 1);
    return count === 0 ? firstName(statements, text) : `${text}#${count}`;
  };
}

/** One string for each: two that are the same object are compared at once. */
const FIRST_NAMES = new WeakMap<readonly Statement[], string>();

function firstName(statements: readonly Statement[], text: string): string {
  const known = FIRST_NAMES.get(statements) ?? `${text}#0`;
  FIRST_NAMES.set(statements, known);
  return known;
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
