import type { BaseChain, Chain, Device, Hook, Rule, Table } from "../device/device.ts";
import type { Expression, SetReference } from "../device/expression.ts";
import type { NamedSet } from "../device/set.ts";
import type { NamedObject, Statement } from "../device/statement.ts";
import type { IpFamily } from "../packet/packet.ts";

import { deviceHabits, type Habits } from "./habits.ts";

/** A base chain where it hangs. */
export interface HookedChain {
  readonly table: Table;
  readonly chain: Chain;
  readonly base: BaseChain;
}

/** Priority of connection tracking in prerouting and output (enum nf_ip_hook_priorities). */
export const CONNTRACK_PRIORITY = -200;

/** What compiling asks of a device again and again. */
export interface DeviceFacts {
  readonly device: Device;
  /** Base chains of a hook in the order run: filter and route chains, or NAT chains. */
  chainsOf(hook: Hook, isNat: boolean): readonly HookedChain[];
  chain(table: Table, name: string): Chain | null;
  set(table: Table, reference: SetReference): NamedSet | null;
  object(table: Table, kind: NamedObject["kind"], name: string): NamedObject | null;
  readonly habits: Habits;
  /** Whether something turns connection tracking on for packets of the family. */
  isTracked(family: IpFamily): boolean;
  /**
   * Whether a chain of the family at exactly the priority of connection tracking runs behind it.
   * Of equal priority the last registered runs first, and tracking is registered when the first
   * table that needs it has been loaded (measured).
   */
  runsBehindTracking(family: IpFamily, base: BaseChain): boolean;
}

/** The families whose packets a table sees. */
export function familiesOf(table: Table): readonly IpFamily[] {
  if (table.family === "inet") return ["ip", "ip6"];
  return table.family === "ip" || table.family === "ip6" ? [table.family] : [];
}

export function deviceFacts(device: Device): DeviceFacts {
  const known = FACTS.get(device);
  if (known !== undefined) return known;
  const facts = workOut(device);
  FACTS.set(device, facts);
  return facts;
}

/** Devices never change, and each is asked about for every path: what was worked out holds. */
const FACTS = new WeakMap<Device, DeviceFacts>();

function workOut(device: Device): DeviceFacts {
  const chains = new Map<Table, Map<string, Chain>>();
  const sets = new Map<Table, Map<string, NamedSet>>();
  for (const table of device.tables) {
    chains.set(table, new Map(table.chains.map((chain) => [chain.name, chain])));
    sets.set(table, new Map(table.sets.map((set) => [set.name, set])));
  }
  const hooked = new Map<string, readonly HookedChain[]>();
  const turnedOn = { ip: trackedFrom(device, "ip"), ip6: trackedFrom(device, "ip6") };
  return {
    device,
    chainsOf: (hook, isNat) => {
      const key = `${hook} ${isNat}`;
      const chainsHere = hooked.get(key) ?? hookedChains(device, hook, isNat);
      hooked.set(key, chainsHere);
      return chainsHere;
    },
    chain: (table, name) => chains.get(table)?.get(name) ?? null,
    set: (table, reference) => {
      if (reference.kind === "anonymous") return null;
      if (reference.kind === "ipset") return device.ipsets.get(reference.name) ?? null;
      return sets.get(table)?.get(reference.name) ?? null;
    },
    object: (table, kind, name) =>
      table.objects.find((object) => object.kind === kind && object.name === name) ?? null,
    habits: deviceHabits(device),
    isTracked: (family) => turnedOn[family] !== null,
    runsBehindTracking: (family, base) => base.registered <= (turnedOn[family] ?? -1),
  };
}

function hookedChains(device: Device, hook: Hook, isNat: boolean): readonly HookedChain[] {
  const found = device.tables
    .filter((table) => !table.dormant && familiesOf(table).length > 0)
    .flatMap((table) =>
      table.chains.flatMap((chain): HookedChain[] => {
        const { base } = chain;
        return base !== null && base.hook === hook && (base.type === "nat") === isNat
          ? [{ table, chain, base }]
          : [];
      }),
    );
  return found.sort(
    (a, b) => a.base.priority - b.base.priority || b.base.registered - a.base.registered,
  );
}

/** The last registration of the first table that needs tracking; null: nobody needs it. */
function trackedFrom(device: Device, family: IpFamily): number | null {
  const lasts = device.tables
    .filter((table) => familiesOf(table).includes(family) && needsTracking(table))
    .map((table) => Math.max(-1, ...table.chains.map((chain) => chain.base?.registered ?? -1)));
  return lasts.length === 0 ? null : Math.min(...lasts);
}

/** Whether loading the table turns connection tracking on. */
export function needsTracking(table: Table): boolean {
  const known = TRACKS.get(table) ?? table.chains.some(({ rules }) => rules.some(ruleTracks));
  TRACKS.set(table, known);
  return known;
}

/** Tables and statements never change, and are asked about for each comparison. */
const TRACKS = new WeakMap<Table | readonly Statement[], boolean>();

function ruleTracks({ statements, isPlain }: Rule): boolean {
  if (isPlain) return false;
  const known = TRACKS.get(statements) ?? statements.some(statementTracks);
  TRACKS.set(statements, known);
  return known;
}

/** A rule that uses conntrack turns it on by being loaded, reached or not. */
function statementTracks(statement: Statement): boolean {
  switch (statement.kind) {
    case "nat":
    case "ctObject":
    case "connectionCount":
    case "synproxy":
    case "flowOffload":
      return true;
    case "match":
      return expressionTracks(statement.left);
    case "verdictMap":
      return expressionTracks(statement.key);
    case "write":
      return statement.target.startsWith("ct ") || expressionTracks(statement.value);
    case "dynamicSet":
      return (
        expressionTracks(statement.key) ||
        (statement.data !== null && expressionTracks(statement.data)) ||
        statement.statements.some(statementTracks)
      );
    case "opaqueMatch":
      return statement.reads.some((id) => id.startsWith("ct "));
    default:
      return false;
  }
}

function expressionTracks(expression: Expression): boolean {
  switch (expression.kind) {
    case "selector":
      return expression.id.startsWith("ct ");
    case "binary":
      return expressionTracks(expression.left) || expressionTracks(expression.right);
    case "concatenation":
      return expression.parts.some(expressionTracks);
    case "lookup":
      return expressionTracks(expression.key);
    case "generator":
      return expression.key !== null && expressionTracks(expression.key);
    default:
      return false;
  }
}
