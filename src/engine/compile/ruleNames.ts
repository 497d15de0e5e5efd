import type { Chain, Device, Rule, Table } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";
import { canonicalStatements } from "./canonical.ts";

/** Names of devices, which never change. */
const NAMES = new WeakMap<Device, (rule: Rule) => string>();

/** Where rules have other names than what they say. */
export interface NameOptions {
  /** Names of another device's rules. */
  readonly twins: ReadonlyMap<Rule, string>;
  /** Places of rules that are told apart from the other device's. */
  readonly renamed: ReadonlySet<string>;
  /** What tells them apart. */
  readonly mark: string;
}

const PLAIN_NAMES: NameOptions = { twins: new Map(), renamed: new Set(), mark: "" };

/**
 * A name for each rule among those of its chain: what it says, and how many before it say the same.
 * Rules of two devices with the same name at the same place in the nest of chains are one rule, and
 * share what they remember (limiters).
 */
export function ruleNames(
  device: Device,
  options: NameOptions = PLAIN_NAMES,
): (rule: Rule) => string {
  if (options.renamed.size + options.twins.size > 0) return namesOf(device, options);
  const known = NAMES.get(device) ?? namesOf(device, options);
  NAMES.set(device, known);
  return known;
}

function namesOf(device: Device, { twins, renamed, mark }: NameOptions): (rule: Rule) => string {
  const names = new Map<Rule, string>();
  for (const table of device.tables)
    for (const chain of table.chains) {
      const nameOf = countedNames();
      for (const rule of chain.rules) {
        const said = nameOf(rule);
        const name = twins.size === 0 ? said : (twins.get(rule) ?? said);
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
