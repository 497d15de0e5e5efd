import type { Chain, Device, Rule, Table } from "../../engine/device/device.ts";
import type { NamedSet } from "../../engine/device/set.ts";
import { ruleHandle } from "../../engine/parsers/nft/ruleset.ts";
import { printBlock, printElements, printRule } from "../../engine/print/index.ts";

/**
 * What `nft monitor` prints of a transaction: what is gone, from the inside out, then what is new. The kernel tells
 * each command; here they are read off what came of all of them, so that nothing is told that did not last.
 */
export function eventsBetween(before: Device, after: Device): readonly string[] {
  const first = new Map(before.tables.map((table) => [keyOf(table), table]));
  const second = new Map(after.tables.map((table) => [keyOf(table), table]));
  return [
    ...before.tables.flatMap((table) => goneFrom(table, second.get(keyOf(table)) ?? null)),
    ...after.tables.flatMap((table) => newIn(first.get(keyOf(table)) ?? null, table)),
  ];
}

/** Elements that a clock has taken out, as the monitor tells them: without a generation, by nobody. */
export function expiredBetween(before: Device, after: Device): readonly string[] {
  const second = new Map(after.tables.map((table) => [keyOf(table), table]));
  return before.tables.flatMap((table) => {
    const other = second.get(keyOf(table));
    return table.sets.flatMap((set) => {
      const now = other?.sets.find(({ name }) => name === set.name);
      const gone = now === undefined ? [] : missing(table, set, now);
      return gone.map((text) => `delete element ${keyOf(table)} ${set.name} { ${text} }`);
    });
  });
}

function keyOf({ family, name }: Table): string {
  return `${family} ${name}`;
}

function goneFrom(before: Table, after: Table | null): readonly string[] {
  const key = keyOf(before);
  const chains = new Map(after?.chains.map((chain) => [chain.name, chain]));
  const sets = new Map(after?.sets.map((set) => [set.name, set]));
  const rules = before.chains.flatMap((chain) => goneRules(before, chain, chains.get(chain.name)));
  const elements = before.sets.flatMap((set) => {
    const other = sets.get(set.name);
    const texts = other === undefined ? [] : missing(before, set, other);
    return texts.map((text) => `delete element ${key} ${set.name} { ${text} }`);
  });
  return [
    ...rules,
    ...elements,
    ...withoutThose(before.sets, sets).map((set) => `delete ${wordOf(set)} ${key} ${set.name}`),
    ...withoutThose(before.chains, chains).map(({ name }) => `delete chain ${key} ${name}`),
    ...goneObjects(before, after).map(({ kind, name }) => `delete ${kind} ${key} ${name}`),
    ...(after === null ? [`delete table ${key}`] : []),
  ];
}

function goneRules(table: Table, before: Chain, after: Chain | undefined): readonly string[] {
  const kept = new Set(after?.rules);
  return before.rules
    .filter((rule) => !kept.has(rule))
    .map(
      (rule) => `delete rule ${keyOf(table)} ${before.name} handle ${ruleHandle(table, rule) ?? 0}`,
    );
}

function newIn(before: Table | null, after: Table): readonly string[] {
  const key = keyOf(after);
  const chains = new Map(before?.chains.map((chain) => [chain.name, chain]));
  const sets = new Map(before?.sets.map((set) => [set.name, set]));
  const isNew = before === null || before.dormant !== after.dormant;
  return [
    ...(isNew ? [`add table ${key}${after.dormant ? " { flags dormant; }" : ""}`] : []),
    ...after.chains
      .filter((chain) => isOther(chains.get(chain.name), chain))
      .map((chain) => `add chain ${key} ${chain.name}${blockOf(after, chain)}`),
    ...(before === null ? after.objects : goneObjects(after, before)).map(
      ({ kind, name }) => `add ${kind} ${key} ${name}`,
    ),
    ...withoutThose(after.sets, sets).map(
      (set) => `add ${wordOf(set)} ${key} ${set.name} ${setBlock(after, set)}`,
    ),
    ...after.sets.flatMap((set) =>
      missing(after, set, sets.get(set.name) ?? { ...set, elements: [] }).map(
        (text) => `add element ${key} ${set.name} { ${text} }`,
      ),
    ),
    ...after.chains.flatMap((chain) => newRules(after, chain, chains.get(chain.name))),
  ];
}

function newRules(table: Table, chain: Chain, before: Chain | undefined): readonly string[] {
  const known = new Set(before?.rules);
  const last = chain.rules.findLastIndex((rule) => known.has(rule));
  return chain.rules.flatMap((rule: Rule, at) => {
    if (known.has(rule)) return [];
    const { text } = printRule(table, rule, MONITOR);
    return [`${at < last ? "insert" : "add"} rule ${keyOf(table)} ${chain.name} ${text}`];
  });
}

/** The monitor tells counters with what they hold: a new one has counted nothing. */
const MONITOR = {
  counts: () => ({ packets: 0n, bytes: 0n }),
  handles: null,
  terse: false,
} as const;

function isOther(before: Chain | undefined, after: Chain): boolean {
  return before === undefined || before.base?.policy !== after.base?.policy;
}

function blockOf(table: Table, chain: Chain): string {
  return chain.base === null
    ? ""
    : ` ${printBlock({ ...table, chains: [{ ...chain, rules: [] }], sets: [], objects: [], flowtables: [] })}`;
}

function setBlock(table: Table, set: NamedSet): string {
  return printBlock({
    ...table,
    chains: [],
    sets: [{ ...set, elements: [] }],
    objects: [],
    flowtables: [],
  });
}

function wordOf({ kind }: NamedSet): string {
  return kind === "set" ? "set" : "map";
}

/** Elements of a set that the other one does not hold, each as nft writes it. */
function missing(table: Table, set: NamedSet, other: NamedSet): readonly string[] {
  if (set === other || set.elements === other.elements) return [];
  const held = new Set(printElements(table, other, KEYS));
  return printElements(table, set, KEYS).filter((text) => !held.has(text));
}

/** Without the time that is left of each. */
const KEYS = { counts: null, handles: null, terse: false } as const;

function withoutThose<T extends { readonly name: string }>(
  all: readonly T[],
  others: ReadonlyMap<string, unknown>,
): readonly T[] {
  return all.filter(({ name }) => !others.has(name));
}

function goneObjects(before: Table, after: Table | null): Table["objects"] {
  return before.objects.filter(
    ({ kind, name }) => !after?.objects.some((one) => one.kind === kind && one.name === name),
  );
}
