import {
  canonicalText,
  countedNames,
  needsTracking,
  ruleNames,
  rulePlace,
  tableName,
} from "../compile/index.ts";
import type { Chain, Device, Rule, Table } from "../device/device.ts";
import { contentsOf, decidesAlone } from "./contents.ts";
import { changesOf } from "./effects.ts";
import { commonEnds, longestCommon } from "./longestCommon.ts";

/*
 * Which rules two devices do not have in common, at the same place in the same order. Packets that meet
 * none of them take the same way on both sides, so only the others have to be looked at.
 */

/** Rules of either side that the other does not have, or has elsewhere. */
export interface ChangedRules {
  readonly before: ReadonlySet<Rule>;
  readonly after: ReadonlySet<Rule>;
}

/**
 * Null where more than rules is another: hooks, policies, tables, or what changes packets on their
 * way. `renamed` are places of rules that count as changed.
 */
export function changedRules(
  before: Device,
  after: Device,
  renamed: ReadonlySet<string>,
): ChangedRules | null {
  if (frame(before) !== frame(after)) return null;
  const changed = { before: new Set<Rule>(), after: new Set<Rule>() };
  const [first, second] = [chainsOf(before), chainsOf(after)];
  for (const key of new Set([...first.keys(), ...second.keys()]))
    compareChains(first.get(key), second.get(key), renamed, changed);
  const all = [...changed.before, ...changed.after];
  return all.some((rule) => changesOf(rule).length > 0 || feeds(rule)) ? null : changed;
}

/** What packets write into sets is read by rules that have not changed. */
function feeds({ statements }: Rule): boolean {
  return statements.some(({ kind }) => /^(dynamicSet|ipsetUpdate|recent)$/.test(kind));
}

/** All but the rules: tables and hooks in order, policies, and whether tracking is on. */
function frame(device: Device): string {
  const { tables } = device;
  const bases = tables
    .flatMap((table) =>
      table.chains.flatMap(({ name, base }) =>
        base === null ? [] : [{ table: table.name, family: table.family, name, base }],
      ),
    )
    .sort((a, b) => a.base.registered - b.base.registered)
    .map(({ base: { registered: _, ...base }, ...rest }) => ({ ...rest, base }));
  const plain = tables.map(({ family, name, origin, dormant }) => ({
    family,
    name,
    origin,
    dormant,
  }));
  const tracks = tables.map(needsTracking);
  return canonicalText({ bases, plain, tracks });
}

/** A chain with what it stands in. */
interface PlacedChain {
  readonly device: Device;
  readonly table: Table;
  readonly chain: Chain;
}

/** All chains of a device by their place. */
export function chainsOf(device: Device): ReadonlyMap<string, PlacedChain> {
  const placed = new Map<string, PlacedChain>();
  for (const table of device.tables)
    for (const chain of table.chains)
      placed.set(`${tableName(device, table)} ${chain.name}`, { device, table, chain });
  return placed;
}

function compareChains(
  before: PlacedChain | undefined,
  after: PlacedChain | undefined,
  renamed: ReadonlySet<string>,
  changed: { readonly before: Set<Rule>; readonly after: Set<Rule> },
): void {
  const [old, fresh] = [before?.chain.rules ?? [], after?.chain.rules ?? []];
  const [begin, end] = renamed.size > 0 ? [0, 0] : commonEnds(old, fresh, isSameAtOnce);
  const first = before === undefined ? [] : namedRules(before, begin, old.length - end, renamed);
  const second = after === undefined ? [] : namedRules(after, begin, fresh.length - end, renamed);
  const named = (rules: readonly NamedRule[]) => rules.flatMap(({ name }) => name ?? []);
  const kept = longestCommon(named(first), named(second));
  const isKept = ({ name }: NamedRule) => name !== null && kept.has(name);
  for (const one of first) if (!isKept(one)) changed.before.add(one.rule);
  for (const one of second) if (!isKept(one)) changed.after.add(one.rule);
}

/** The very same statements, which name nothing and remember nothing. */
function isSameAtOnce(one: Rule | undefined, other: Rule | undefined): boolean {
  if (one === undefined || one.statements !== other?.statements) return false;
  return one.isPlain === true || decidesAlone(one.statements);
}

interface NamedRule {
  readonly rule: Rule;
  /** With what sets and objects hold that it names; null: no rule of the other side is the same. */
  readonly name: string | null;
}

/** Those from `begin` to `end`: what stands in front of them is the same on both sides. */
function namedRules(
  { device, table, chain }: PlacedChain,
  begin: number,
  end: number,
  renamed: ReadonlySet<string>,
): readonly NamedRule[] {
  const nameOf = renamed.size > 0 ? ruleNames(device) : countedNames();
  return chain.rules.slice(begin, end).map((rule) => {
    const name = nameOf(rule);
    if (renamed.size > 0 && renamed.has(rulePlace(device, table, chain, name)))
      return { rule, name: null };
    return { rule, name: `${name}${contentsOf(device, table, rule.statements)}` };
  });
}
