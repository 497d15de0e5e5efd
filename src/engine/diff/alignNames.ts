import { canonicalText } from "../compile/index.ts";
import type { Chain, Device, Table } from "../device/device.ts";

/*
 * A chain or table with another name is the same one: what its rules remember (limiters, counts) is
 * paired by names. Renaming changes no packet's fate, so a pair that is guessed wrongly does no harm.
 */

/** A device in the names of another one. */
export interface Aligned {
  readonly device: Device;
  /** A table and one of its chains as their own file names them. */
  readonly ownNames: (
    table: Table,
    chain: string,
  ) => { readonly table: Table; readonly chain: string };
}

/** Gives chains and tables that only `after` has the names of those that only `before` has. */
export function alignNames(before: Device, after: Device): Aligned {
  const tables = new Map<Table, Table>();
  const names = renamedTables(before, after);
  const renamed = after.tables.map((table) => {
    const name = names.get(table) ?? table.name;
    const twin = before.tables.find((other) => isSamePlace(other, { ...table, name }));
    const pairs = twin === undefined ? new Map<string, string>() : renamedChains(twin, table);
    if (name === table.name && pairs.size === 0) return table;
    const next = renameChains({ ...table, name }, pairs);
    tables.set(next, table);
    return next;
  });
  return {
    device: tables.size === 0 ? after : { ...after, tables: renamed },
    ownNames: (table, chain) => {
      const own = tables.get(table) ?? table;
      const at = table.chains.findIndex(({ name }) => name === chain);
      return { table: own, chain: own.chains[at]?.name ?? chain };
    },
  };
}

function isSamePlace(a: Table, b: Table): boolean {
  return a.family === b.family && a.name === b.name && a.origin === b.origin;
}

/** The one table of a family that the other side does not have, where each side has one. */
function renamedTables(before: Device, after: Device): ReadonlyMap<Table, string> {
  const names = new Map<Table, string>();
  const only = (tables: readonly Table[], others: readonly Table[], family: string) =>
    tables.filter(
      (table) =>
        table.family === family &&
        table.origin === "nft" &&
        !others.some((other) => other.family === family && other.name === table.name),
    );
  for (const family of new Set(after.tables.map((table) => table.family))) {
    const [old, secondOld] = only(before.tables, after.tables, family);
    const [fresh, secondFresh] = only(after.tables, before.tables, family);
    if ((old === undefined || fresh === undefined || secondOld) ?? secondFresh) continue;
    names.set(fresh, old.name);
  }
  return names;
}

/** Names of chains of `after` with the names that they shall have. */
function renamedChains(before: Table, after: Table): ReadonlyMap<string, string> {
  const known = (table: Table, name: string) => table.chains.some((chain) => chain.name === name);
  const old = before.chains.filter(({ name }) => !known(after, name));
  const fresh = after.chains.filter(({ name }) => !known(before, name));
  const lost = new Set([...old, ...fresh].map(({ name }) => name));
  const pairs = new Map<string, string>();
  const pair = (from: Chain, to: Chain) => pairs.set(from.name, to.name);
  const open = (chains: readonly Chain[], isTaken: (name: string) => boolean) =>
    chains.filter(({ name }) => !isTaken(name));
  for (const chain of fresh) {
    const twin = open(old, (name) => [...pairs.values()].includes(name)).find(
      (other) => contents(other, lost) === contents(chain, lost),
    );
    if (twin !== undefined) pair(chain, twin);
  }
  const [lastOld, secondOld] = open(old, (name) => [...pairs.values()].includes(name));
  const [lastFresh, secondFresh] = open(fresh, (name) => pairs.has(name));
  if ((lastOld === undefined || lastFresh === undefined || secondOld) ?? secondFresh) return pairs;
  if ((lastOld.base === null) === (lastFresh.base === null)) pair(lastFresh, lastOld);
  return pairs;
}

/** What a chain says; chains that have other names on the other side are all the same here. */
function contents({ base, rules }: Chain, lost: ReadonlySet<string>): string {
  const statements = rules.map((rule) => rule.statements);
  const place = base === null ? null : { ...base, registered: 0 };
  const text = canonicalText({ place, statements });
  return text.replace(TARGET, (whole, name: string) => (lost.has(name) ? '"chain":""' : whole));
}

/** Where verdicts name a chain, as text. */
const TARGET = /"chain":"([^"]*)"/g;

function renameChains(table: Table, names: ReadonlyMap<string, string>): Table {
  if (names.size === 0) return table;
  return {
    ...table,
    chains: table.chains.map((chain) => ({
      ...chain,
      name: names.get(chain.name) ?? chain.name,
      rules: chain.rules.map((rule) => renameTargets(rule, names)),
    })),
    sets: table.sets.map((set) => renameTargets(set, names)),
  };
}

/** A copy in which verdicts name chains as `names` says; what names none is left as it is. */
function renameTargets<T>(value: T, names: ReadonlyMap<string, string>): T {
  if (Array.isArray(value)) {
    const parts = value.map((part: unknown) => renameTargets(part, names));
    return (parts.every((part, i) => part === value[i]) ? value : parts) as T;
  }
  if (typeof value !== "object" || value === null || value instanceof Map) return value;
  let copy: Record<string, unknown> | null = null;
  for (const [key, part] of Object.entries(value)) {
    if (key === "span") continue;
    const next =
      key === "chain" && typeof part === "string"
        ? (names.get(part) ?? part)
        : renameTargets(part as unknown, names);
    if (next === part) continue;
    copy ??= { ...value } as Record<string, unknown>;
    copy[key] = next;
  }
  return (copy ?? value) as T;
}
