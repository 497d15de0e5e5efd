import { familiesOf, tableName } from "../compile/index.ts";
import { chainsBelow } from "../device/chainsBelow.ts";
import type { BaseChain, Chain, Device, Table } from "../device/device.ts";

/*
 * Base chains of one hook with equal priority run in the order of their registration, the last one first (measured). A
 * listing does not carry that order, and a reload of one table changes it: where it matters, it is an unknown.
 */

interface Tied {
  readonly key: string;
  readonly table: Table;
  readonly chain: Chain;
  readonly base: BaseChain;
}

/** Chains of equal priority whose order may matter, in the order that the files make; one list for each hook. */
function tiesOf(device: Device): readonly (readonly Tied[])[] {
  const places = new Map<string, Tied[]>();
  for (const table of device.tables)
    for (const chain of table.chains) {
      const { base } = chain;
      if (base === null || familiesOf(table).length === 0) continue;
      const place = `${base.hook} ${base.type} ${base.priority}`;
      const key = `${tableName(device, table)} ${chain.name}`;
      places.set(place, [...(places.get(place) ?? []), { key, table, chain, base }]);
    }
  return [...places.values()]
    .filter((tied) => tied.length > 1 && meet(tied) && !commute(tied))
    .map((tied) => tied.toSorted((a, b) => a.base.registered - b.base.registered));
}

/** Whether packets of one family come to more than one of them. */
function meet(tied: readonly Tied[]): boolean {
  return (["ip", "ip6"] as const).some(
    (family) => tied.filter(({ table }) => familiesOf(table).includes(family)).length > 1,
  );
}

/** Whether they only accept and drop, without a memory: then a packet passes if each lets it. */
function commute(tied: readonly Tied[]): boolean {
  return tied.every(({ table, chain }) =>
    [...chainsBelow(table, chain)].every(({ rules }) =>
      rules.every(({ statements }) =>
        statements.every(({ kind }) => /^(match|verdict|verdictMap|harmless|noEffect)$/.test(kind)),
      ),
    ),
  );
}

/** What is taken for granted of the order of chains, in words; empty: it does not matter. */
export function tieAssumptions(before: Device, after: Device): readonly string[] {
  const told = [before, after].flatMap(tiesOf).map((tied) => {
    const names = tied.map(({ table, chain }) => `${table.family} ${table.name} ${chain.name}`);
    return `${names.reverse().join(" runs before ")}, as the files make them: their priority is the same`;
  });
  return [...new Set(told)];
}

/**
 * The new device with the old one's order of chains, where only the order of some with equal priority is another one;
 * null: there are none.
 */
export function inOrderOf(before: Device, after: Device): Device | null {
  const old = new Map(tiesOf(before).map((tied) => [keysOf(tied), tied]));
  const places = new Map<Chain, number>();
  for (const tied of tiesOf(after)) {
    const first = old.get(keysOf(tied));
    if (first === undefined || first.every(({ key }, i) => key === tied[i]?.key)) continue;
    const numbers = tied.map(({ base }) => base.registered);
    for (const { key, chain } of tied)
      places.set(chain, numbers[first.findIndex((one) => one.key === key)] ?? 0);
  }
  if (places.size === 0) return null;
  const tables = after.tables.map((table) => ({
    ...table,
    chains: table.chains.map((chain): Chain => {
      const registered = places.get(chain);
      if (registered === undefined || chain.base === null) return chain;
      return { ...chain, base: { ...chain.base, registered } };
    }),
  }));
  return { ...after, tables };
}

function keysOf(tied: readonly Tied[]): string {
  return tied
    .map(({ key, base }) => `${base.hook} ${key}`)
    .sort()
    .join("\n");
}
