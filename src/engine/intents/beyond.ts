import { tableName } from "../compile/index.ts";
import type { BaseChain, Chain, Device, Table } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";
import { alters } from "./alterations.ts";
import type { FlowPattern } from "./model.ts";

/*
 * What no path of IP shows: chains at the edge of devices, and tables of bridges, ARP and netdev. What they take
 * away never comes to a chain that is judged.
 */

/** A chain that may take packets away where nothing is judged. */
export interface Taking {
  readonly text: string;
  /** Interfaces at which it does; empty: any. */
  readonly devices: readonly string[];
}

/** Empty where nothing is taken away beyond the paths. */
export function takenBeyond(device: Device): readonly Taking[] {
  return device.tables.flatMap((table) =>
    beyondChains(table)
      .filter((chain) => chain.base?.policy === "drop" || takes(table, chain, new Set()))
      .map(({ name, base }) => ({
        text: `chain ${name} of table ${tableName(device, table)} may take packets away where nothing is judged`,
        devices: base?.devices ?? [],
      })),
  );
}

/** Why nothing of a pattern is proved to pass, in words. */
export function takenFrom(taking: readonly Taking[], { from, to }: FlowPattern): readonly string[] {
  const ends = [from.interfaces, to.interfaces];
  const named = ends.flatMap((interfaces) => (Array.isArray(interfaces) ? interfaces : []));
  const isElsewhere = ({ devices }: Taking) =>
    devices.length > 0 &&
    named.length > 0 &&
    ends.every(Array.isArray) &&
    !devices.some((device) => named.some((name) => isNamed(device, name)));
  return taking.filter((one) => !isElsewhere(one)).map(({ text }) => text);
}

function isNamed(device: string, name: string): boolean {
  const [stem = ""] = name.split("*");
  return name.endsWith("*") ? device.startsWith(stem) : device === name;
}

/**
 * The same device with what it does at the edge as the first and the last that it does: where a promise holds
 * there, too, none of its packets is taken. Such chains have no tracking, as the first of prerouting have none.
 */
export function withEdges(device: Device): Device {
  return { ...device, tables: device.tables.map(onPath) };
}

const FIRST = -2_000_000_000;
const LAST = 2_000_000_000;

function onPath(table: Table): Table {
  if (table.family !== "netdev" && table.family !== "inet") return table;
  const chains = table.chains.map((chain) =>
    chain.base === null ? chain : { ...chain, base: atPath(chain.base) },
  );
  return { ...table, family: "inet", chains };
}

function atPath(base: BaseChain): BaseChain {
  if (base.hook === "ingress") return { ...base, hook: "prerouting", priority: FIRST };
  if (base.hook === "egress") return { ...base, hook: "postrouting", priority: LAST };
  return base;
}

/** Whether all that is beyond the paths is at the edge of devices. */
export function isAtEdges({ tables }: Device): boolean {
  return tables.every(
    ({ family, chains }) => chains.length === 0 || !/^(bridge|arp)$/.test(family),
  );
}

const PATHS = /^(ip|ip6|inet)$/;

function beyondChains({ family, chains }: Table): readonly Chain[] {
  const isBase = chains.filter(({ base }) => base !== null);
  if (!PATHS.test(family)) return isBase;
  return isBase.filter(({ base }) => base?.hook === "ingress" || base?.hook === "egress");
}

function takes(table: Table, { name, rules }: Chain, seen: ReadonlySet<string>): boolean {
  if (seen.has(name)) return false;
  const further = new Set([...seen, name]);
  return rules.some(({ statements }) =>
    statements.some((statement) => {
      if (statement.kind !== "verdict") return mayTake(statement);
      const { verdict } = statement;
      if (verdict.kind !== "jump" && verdict.kind !== "goto")
        return verdict.kind === "drop" || verdict.kind === "queue";
      const next = table.chains.find((chain) => chain.name === verdict.chain);
      return next === undefined || takes(table, next, further);
    }),
  );
}

function mayTake(statement: Statement): boolean {
  switch (statement.kind) {
    case "verdictMap":
    case "reject":
    case "opaqueAction":
    case "notUnderstood":
      return true;
    default:
      return alters(statement);
  }
}

/** Sets with elements that end by themselves, in words; null: there are none. */
export function expiringSets({ tables, ipsets }: Device): string | null {
  const named = tables.flatMap(({ sets }) => sets);
  const names = [...named, ...ipsets.values()]
    .filter(({ elements, defaultTimeoutMs }) =>
      elements.some(({ timeoutMs }) => (timeoutMs ?? defaultTimeoutMs ?? 0) > 0),
    )
    .map(({ name }) => `@${name}`);
  if (names.length === 0) return null;
  return `elements that expire by themselves are still there, in ${[...new Set(names)].sort().join(", ")}`;
}
