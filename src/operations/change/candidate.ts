import { canonicalText } from "../../engine/compile/index.ts";
import type { Device, Table } from "../../engine/device/device.ts";
import type { NamedSet } from "../../engine/device/set.ts";
import { type DeviceResult, readDevice } from "../../engine/parsers/readDevice.ts";
import { RULES } from "../inventory/rules.ts";
import type { Sources } from "./sources.ts";
import { withOwnFlush } from "./sources.ts";

/** What would run, as far as the engine can tell. */
export interface Candidate {
  /** As it is from the next start on: live sets hold what the files say. */
  readonly result: DeviceResult;
  /** With what live sets hold now: apply keeps it. */
  readonly device: Device;
  /** Live sets that hold something else than the files say until then, as `inet edge bans`. */
  readonly differing: readonly LiveSet[];
  /** Tables of others that the scripts would change, or delete by name. */
  readonly touched: readonly string[];
}

export interface LiveSet {
  readonly name: string;
  /** The files name elements that it does not hold. */
  readonly hasNew: boolean;
}

/** Runs the source files as scripts on the running state; a flush takes the own tables alone. */
export function runSources(running: Device, sources: Sources, owned: readonly string[]): Candidate {
  const files = new Map(
    [...sources.files].map(([path, text]) => [path, withOwnFlush(text, owned)] as const),
  );
  const result = readDevice({ files, roots: sources.roots, onto: running, memory: RULES });
  const device = withLiveElements(running, result.device);
  return {
    result,
    device,
    differing: differingSets(device, result.device),
    touched: touchedTables(running, result.device, owned),
  };
}

/** `family name`. */
export function tableKey({ family, name }: Table): string {
  return `${family} ${name}`;
}

function touchedTables(before: Device, after: Device, owned: readonly string[]): readonly string[] {
  const textsOf = ({ tables }: Device) =>
    new Map(tables.map((table) => [tableKey(table), withoutPlaces(table)]));
  const first = textsOf(before);
  const second = textsOf(after);
  return [...new Set([...first.keys(), ...second.keys()])].filter(
    (key) => !owned.includes(key) && first.get(key) !== second.get(key),
  );
}

/** Places in the order of registration are counted anew whenever scripts have run. */
function withoutPlaces(table: Table): string {
  const chains = table.chains.map((chain) =>
    chain.base === null ? chain : { ...chain, base: { ...chain.base, registered: 0 } },
  );
  return canonicalText({ ...table, chains });
}

function withLiveElements(before: Device, after: Device): Device {
  const known = new Map(before.tables.map((table) => [tableKey(table), table]));
  const tables = after.tables.map((table): Table => {
    const sets = known.get(tableKey(table))?.sets ?? [];
    return { ...table, sets: table.sets.map((set) => keepElements(sets, set)) };
  });
  return { ...after, tables };
}

function keepElements(before: readonly NamedSet[], set: NamedSet): NamedSet {
  const known = before.find(({ name }) => name === set.name);
  const isKept = known !== undefined && isLive(set) && definition(known) === definition(set);
  return isKept ? { ...set, elements: known.elements } : set;
}

function differingSets(kept: Device, said: Device): readonly LiveSet[] {
  return kept.tables.flatMap((table, at) =>
    table.sets.flatMap((set, place): LiveSet[] => {
      const own = said.tables[at]?.sets[place];
      if (own === undefined || own === set) return [];
      const held = new Set(set.elements.map(canonicalText));
      const written = own.elements.map(canonicalText);
      const hasNew = written.some((element) => !held.has(element));
      if (!hasNew && written.length === held.size) return [];
      return [{ name: `${tableKey(table)} ${set.name}`, hasNew }];
    }),
  );
}

/** Packets, or a clock, change what it holds. */
function isLive({ dynamic, timeout, defaultTimeoutMs }: NamedSet): boolean {
  return dynamic || timeout === true || defaultTimeoutMs !== null;
}

function definition(set: NamedSet): string {
  return canonicalText({ ...set, elements: [] });
}
