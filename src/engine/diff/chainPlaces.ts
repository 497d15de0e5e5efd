import { chainsBelow } from "../device/chainsBelow.ts";
import type { BaseChain, Chain, Device, Table } from "../device/device.ts";
import type { SetElement } from "../device/set.ts";
import type { Statement } from "../device/statement.ts";
import { FIELDS, isPlainEverywhere, TRANSLATED } from "./asked.ts";

/** From where the chains of a device are come to, and what moves on the way. */
export interface ChainPlaces {
  /** The only place from which packets come to a chain, mostly a base chain; null: there are several, or none. */
  readonly rootOf: RootOf;
  /** Some rule asks for NAT. */
  readonly translates: boolean;
  /** Some rule writes a field of the header that others ask for. */
  readonly rewritesFields: boolean;
}

export type RootOf = (table: Table, chain: Chain) => string | null;

export function chainPlaces(device: Device): ChainPlaces {
  const roots = new Map<string, Set<string>>();
  /* User space may hand a packet back with other addresses, to the next base chain. */
  const isHandedOn = hasAny(device, isQueue) || holdsQueue(device);
  for (const table of device.tables)
    for (const base of table.chains) {
      if (base.base === null) continue;
      const root = !isHandedOn && isBehindRouting(base.base) ? BEHIND : placeOf(table, base);
      for (const chain of chainsBelow(table, base)) {
        const place = placeOf(table, chain);
        roots.set(place, (roots.get(place) ?? new Set()).add(root));
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

/** One place for the base chains that `isBehindRouting` says. */
const BEHIND = "behind routing";

/** NF_IP_PRI_NAT_SRC: from here on, packets to the device itself can have another source. */
const SOURCE_NAT = 100;

/**
 * A packet that comes in is forwarded or taken in, and comes to one of these hooks, once. NAT of the destination is done by
 * then, that of the source comes later: all base chains there see the same addresses, ports and interfaces.
 */
function isBehindRouting({ hook, priority, type }: BaseChain): boolean {
  return hook === "forward" || (hook === "input" && type === "filter" && priority < SOURCE_NAT);
}

function isQueue(statement: Statement): boolean {
  if (statement.kind === "verdict") return statement.verdict.kind === "queue";
  const isWritten = statement.kind === "verdictMap" && statement.map.kind === "anonymous";
  return isWritten && statement.map.elements.some(leadsToQueue);
}

function holdsQueue({ tables }: Device): boolean {
  return tables.some(({ sets }) => sets.some(({ elements }) => elements.some(leadsToQueue)));
}

function leadsToQueue({ data }: SetElement): boolean {
  return data?.kind === "verdict" && data.verdict.kind === "queue";
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
