import { chainsBelow } from "../device/chainsBelow.ts";
import type { Chain, Device, Table } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";
import { FIELDS, isPlainEverywhere, TRANSLATED } from "./asked.ts";

/** From where the chains of a device are come to, and what moves on the way. */
export interface ChainPlaces {
  /** The only base chain from which packets come to a chain; null: there are several, or none. */
  readonly rootOf: RootOf;
  /** Some rule asks for NAT. */
  readonly translates: boolean;
  /** Some rule writes a field of the header that others ask for. */
  readonly rewritesFields: boolean;
}

export type RootOf = (table: Table, chain: Chain) => string | null;

export function chainPlaces(device: Device): ChainPlaces {
  const roots = new Map<string, Set<string>>();
  for (const table of device.tables)
    for (const base of table.chains) {
      if (base.base === null) continue;
      for (const chain of chainsBelow(table, base)) {
        const place = placeOf(table, chain);
        roots.set(place, (roots.get(place) ?? new Set()).add(placeOf(table, base)));
      }
    }
  return {
    rootOf: (table, chain) => {
      const [root, second] = roots.get(placeOf(table, chain)) ?? [];
      return root === undefined || second !== undefined ? null : root;
    },
    translates: hasAny(device, ({ kind }) => kind === "nat"),
    rewritesFields: hasAny(device, rewrites),
  };
}

/** Where both sides come to a chain alike: an edit can open another way to it. */
export function commonRoots(before: ChainPlaces, after: ChainPlaces): RootOf {
  return (table, chain) => {
    const root = before.rootOf(table, chain);
    return root === after.rootOf(table, chain) ? root : null;
  };
}

function placeOf({ family, name, origin }: Table, chain: Chain): string {
  return `${family} ${name} ${origin} ${chain.name}`;
}

function hasAny({ tables }: Device, test: (statement: Statement) => boolean): boolean {
  /* One that only decides does nothing that is asked for here. */
  return tables.some(({ chains }) =>
    chains.some(({ rules }) =>
      rules.some((rule) => !isPlainEverywhere(rule) && rule.statements.some(test)),
    ),
  );
}

function rewrites(statement: Statement): boolean {
  return (
    statement.kind === "write" && (FIELDS.has(statement.target) || TRANSLATED.has(statement.target))
  );
}
