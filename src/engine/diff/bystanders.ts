import { needsTracking } from "../compile/index.ts";
import type { Chain, Device, Rule, Table } from "../device/device.ts";
import { type Asked, areApart, isPlain, isPlainApart, type Placed, questionsOf } from "./asked.ts";
import { chainPlaces, commonRoots, type RootOf } from "./chainPlaces.ts";
import type { ChangedRules } from "./changedRules.ts";
import { both, commonInherited, type Inherited } from "./inherited.ts";
import { statefulRules } from "./stateGroups.ts";

/*
 * Of thousands of rules, an edit of one meets a few. A rule that both sides have, and that asks for other
 * addresses, ports, protocols or interfaces than every changed rule and every rule with a memory, matches no
 * packet that could fare otherwise: both sides are compared without it. Packets that meet no changed rule take
 * the same way on both sides with it and without it.
 */

/** Changed rules, and rules with a memory, up to which bystanders are looked for: each is held against every other rule. */
const MAXIMUM_CHANGED = 200;

/** Two devices without the rules that cannot make a difference. */
export interface Involved {
  readonly before: Device;
  readonly after: Device;
  /** The table that one of the new tables was made from. */
  readonly original: (table: Table) => Table;
}

/**
 * `changed` are all rules that the sides do not have in common. With `keepsFeeds`, what comes to a rule with a memory is
 * left as it is, too: where memories are not fed alike, all that comes to them counts. Without, only what changed rules
 * do to that: a bystander of theirs matches none of their packets, and to all others both sides do the same.
 */
export function withoutBystanders(
  before: Device,
  after: Device,
  changed: ChangedRules | null,
  keepsFeeds = true,
): Involved {
  const none: Involved = { before, after, original: (table) => table };
  if (changed === null || changed.before.size + changed.after.size > MAXIMUM_CHANGED) return none;
  const places = [chainPlaces(before), chainPlaces(after)] as const;
  if (places.some(({ rewritesFields }) => rewritesFields)) return none;
  const rootOf = commonRoots(...places);
  const wayTo = commonInherited(before, after);
  const met = [
    ...placed(before, mayCount(before, changed.before, keepsFeeds), rootOf, wayTo),
    ...placed(after, mayCount(after, changed.after, keepsFeeds), rootOf, wayTo),
  ];
  if (met.length > MAXIMUM_CHANGED) return none;
  const isTranslated = places.some(({ translates }) => translates);
  const isApart = apartFrom(met, isTranslated);
  const without = (device: Device, own: ReadonlySet<Rule>) =>
    device.tables.map((table) =>
      withoutRules(table, (chain) => {
        const isApartHere = isApart(table, rootOf(table, chain), wayTo(table)(chain));
        return (rule) => !own.has(rule) && isPlain(rule, table) && isApartHere(rule);
      }),
    );
  return together(
    { device: before, tables: without(before, changed.before) },
    { device: after, tables: without(after, changed.after) },
  );
}

/** For the rules of a chain, by its table, from where it is come to, and what was asked on the way. */
type IsApart = (table: Table, root: string | null, way: Asked) => (rule: Rule) => boolean;

/** Whether a rule asks for other packets than each of some others. */
function apartFrom(met: readonly Placed[], isTranslated: boolean): IsApart {
  return (table, root, way) => {
    /* Whoever comes to the chain is apart already from most of them. */
    const others = met.filter((other) => !areApart({ questions: way, root }, other, isTranslated));
    return (rule) => {
      if (rule.isPlain)
        return others.length === 0 || isPlainApart(rule, root, others, isTranslated);
      const questions = both(way, questionsOf(rule, table));
      if (questions.size === 0) return false;
      return others.every((other) => areApart({ questions, root }, other, isTranslated));
    };
  };
}

/** A device and its tables without bystanders, in the order of its own. */
interface Thinned {
  readonly device: Device;
  readonly tables: readonly Table[];
}

/**
 * Connections are tracked as soon as one rule is loaded that asks for them, met or not. A table from which the last one
 * would go stays whole, on both sides: a rule that one side alone is compared without looks like a change.
 */
function together(before: Thinned, after: Thinned): Involved {
  const sides = [before, after];
  const tracksOtherwise = before.tables.map((_, place) =>
    sides.some(({ device, tables }) => tracksAt(device.tables, place) !== tracksAt(tables, place)),
  );
  const originals = new Map<Table, Table>();
  const [first, second] = sides.map(({ device, tables }) => ({
    ...device,
    tables: device.tables.map((table, place) => {
      const copy = tables[place];
      if (copy === undefined || tracksOtherwise[place] === true) return table;
      originals.set(copy, table);
      return copy;
    }),
  }));
  return {
    before: first ?? before.device,
    after: second ?? after.device,
    original: (table) => originals.get(table) ?? table,
  };
}

/** Both sides have the same tables in the same order, or more than rules would have changed. */
function tracksAt(tables: readonly Table[], place: number): boolean {
  const table = tables[place];
  return table !== undefined && needsTracking(table);
}

/**
 * The changed rules, and those that remember something: where a memory is not fed alike on both sides, all rules that
 * share it count as changed.
 */
function mayCount(
  device: Device,
  changed: ReadonlySet<Rule>,
  keepsFeeds: boolean,
): ReadonlySet<Rule> {
  if (!keepsFeeds) return changed;
  return new Set([...changed, ...statefulRules(device, () => "").map(({ rule }) => rule)]);
}

function withoutRules(table: Table, bystanderOf: (chain: Chain) => (rule: Rule) => boolean): Table {
  return {
    ...table,
    chains: table.chains.map((chain) => {
      const isBystander = bystanderOf(chain);
      return { ...chain, rules: chain.rules.filter((rule) => !isBystander(rule)) };
    }),
  };
}

/** Rules with the packets that they ask for, and the base chain from which they are come to. */
function placed(
  device: Device,
  rules: ReadonlySet<Rule>,
  rootOf: RootOf,
  wayTo: (table: Table) => Inherited,
): readonly Placed[] {
  return device.tables.flatMap((table) =>
    table.chains.flatMap((chain) =>
      chain.rules
        .filter((rule) => rules.has(rule))
        .map((rule) => {
          const questions = both(wayTo(table)(chain), questionsOf(rule, table));
          return { questions, root: rootOf(table, chain) };
        }),
    ),
  );
}
