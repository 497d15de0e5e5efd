import type { BaseChain, Chain, Device, Hook, Rule, Table } from "../device/device.ts";
import type { Expression, SetReference } from "../device/expression.ts";
import type { NamedSet } from "../device/set.ts";
import type { Statement } from "../device/statement.ts";
import type { IpFamily } from "../packet/packet.ts";

export interface HookedChain {
  readonly table: Table;
  readonly chain: Chain;
  readonly base: BaseChain;
}

/** What the interpreter looks up again and again, worked out once for each device. */
export interface DeviceIndex {
  /** Filter and route chains of a hook in the order run. */
  filterChains(family: IpFamily, hook: Hook): readonly HookedChain[];
  /** NAT chains of a hook in the order asked. */
  natChains(family: IpFamily, hook: Hook): readonly HookedChain[];
  chain(table: Table, name: string): Chain | null;
  set(table: Table, name: string): NamedSet | null;
  /** Whether any rule translates packets of a family. */
  translates(family: IpFamily): boolean;
  /** Whether a rule takes elements out of the set (key as in `lookup.ts`). */
  deletes(set: string): boolean;
  /** Whether any rule asks for the packets or bytes of a connection, which turns counting on. */
  readonly accounts: boolean;
  /** Whether anything turns connection tracking (and reassembly) on, for packets of a family. */
  tracks(family: IpFamily): boolean;
  /**
   * Whether a chain at exactly the priority of connection tracking runs behind it: it does if it
   * was registered before the first rule that needs tracking (measured).
   */
  seesTracking(family: IpFamily, base: BaseChain): boolean;
}

const indexes = new WeakMap<Device, DeviceIndex>();

export function indexDevice(device: Device): DeviceIndex {
  const made = indexes.get(device) ?? makeIndex(device);
  indexes.set(device, made);
  return made;
}

function makeIndex(device: Device): DeviceIndex {
  const hooked = new Map<string, readonly HookedChain[]>();
  const names = new Map<Table, Map<string, Chain>>();
  const sets = new Map<Table, Map<string, NamedSet>>();
  for (const table of device.tables) {
    names.set(table, new Map(table.chains.map((chain) => [chain.name, chain])));
    sets.set(table, new Map(table.sets.map((set) => [set.name, set])));
  }
  const chains = (family: IpFamily, hook: Hook, nat: boolean): readonly HookedChain[] => {
    const key = `${family} ${hook} ${nat}`;
    const found = hooked.get(key) ?? collectChains(device, family, hook, nat);
    hooked.set(key, found);
    return found;
  };
  const turnedOn = { ip: trackingSince(device, "ip"), ip6: trackingSince(device, "ip6") };
  const translating = { ip: translates(device, "ip"), ip6: translates(device, "ip6") };
  const deleted = new Set(device.tables.flatMap(deletedSets));
  return {
    filterChains: (family, hook) => chains(family, hook, false),
    natChains: (family, hook) => chains(family, hook, true),
    chain: (table, name) => names.get(table)?.get(name) ?? null,
    set: (table, name) => sets.get(table)?.get(name) ?? null,
    accounts: asksForCounts(device),
    translates: (family) => translating[family],
    deletes: (set) => deleted.has(set),
    tracks: (family) => turnedOn[family] !== null,
    seesTracking: (family, base) => base.registered <= (turnedOn[family] ?? -1),
  };
}

/** What the statements of one rule do to the device as a whole. */
interface Deeds {
  readonly translates: boolean;
  /** Asks for the packets or bytes of a connection. */
  readonly counts: boolean;
  /** Turns connection tracking on. */
  readonly tracks: boolean;
  readonly deletes: boolean;
}

const NO_DEEDS: Deeds = { translates: false, counts: false, tracks: false, deletes: false };

/** Statements never change, and most are those of the device before. */
const DEEDS = new WeakMap<readonly Statement[], Deeds>();

function deedsOf({ statements, isPlain }: Rule): Deeds {
  if (isPlain) return NO_DEEDS;
  const known = DEEDS.get(statements);
  if (known !== undefined) return known;
  const deeds = {
    translates: statements.some(({ kind }) => kind === "nat"),
    counts: statements.some(
      (statement) => statement.kind === "match" && readsAny(statement.left, COUNTS),
    ),
    tracks: statements.some(statementTracks),
    deletes: statements.some(deletes),
  };
  DEEDS.set(statements, deeds);
  return deeds;
}

function someRule({ chains }: Table, test: (deeds: Deeds) => boolean): boolean {
  return chains.some(({ rules }) => rules.some((rule) => test(deedsOf(rule))));
}

function translates(device: Device, family: IpFamily): boolean {
  return device.tables.some(
    (table) => isFamily(table, family) && someRule(table, ({ translates }) => translates),
  );
}

const COUNTS = /^ct (?:(?:original|reply) )?(?:packets|bytes|avgpkt)$/;

function asksForCounts({ tables }: Device): boolean {
  return tables.some((table) => someRule(table, ({ counts }) => counts));
}

function readsAny(expression: Expression, ids: RegExp): boolean {
  switch (expression.kind) {
    case "selector":
      return ids.test(expression.id);
    case "binary":
      return readsAny(expression.left, ids) || readsAny(expression.right, ids);
    case "concatenation":
      return expression.parts.some((part) => readsAny(part, ids));
    default:
      return false;
  }
}

function deletes(statement: Statement): boolean {
  return (
    (statement.kind === "ipsetUpdate" || statement.kind === "dynamicSet") &&
    statement.operation === "delete"
  );
}

function deletedSets(table: Table): readonly string[] {
  const rules = table.chains.flatMap((chain) =>
    chain.rules.filter((rule) => deedsOf(rule).deletes),
  );
  return rules.flatMap(({ statements }) =>
    statements.filter(deletes).flatMap((statement) => {
      if (statement.kind === "ipsetUpdate") return [`ipset ${statement.set.name}`];
      if (statement.kind === "dynamicSet")
        return [`${table.family} ${table.name} ${statement.set}`];
      return [];
    }),
  );
}

export function isFamily(table: Table, family: IpFamily): boolean {
  return table.family === family || table.family === "inet";
}

/** Equal priority: the chain registered last runs first (measured). */
function collectChains(
  device: Device,
  family: IpFamily,
  hook: Hook,
  nat: boolean,
): readonly HookedChain[] {
  const found: HookedChain[] = [];
  for (const table of device.tables) {
    if (!isFamily(table, family) || table.dormant) continue;
    for (const chain of table.chains) {
      const { base } = chain;
      if (base === null || base.hook !== hook || (base.type === "nat") !== nat) continue;
      found.push({ table, chain, base });
    }
  }
  return found.sort(
    (a, b) => a.base.priority - b.base.priority || b.base.registered - a.base.registered,
  );
}

/**
 * Registration number up to which base chains were there when tracking was turned on; null: it is
 * off. A rule that needs tracking turns it on when it is loaded, reached or not.
 */
function trackingSince(device: Device, family: IpFamily): number | null {
  let since: number | null = null;
  for (const table of device.tables) {
    if (!isFamily(table, family) || !someRule(table, ({ tracks }) => tracks)) continue;
    const registered = table.chains.map((chain) => chain.base?.registered ?? -1);
    const last = Math.max(-1, ...registered);
    if (since === null || last < since) since = last;
  }
  return since;
}

function statementTracks(statement: Statement): boolean {
  switch (statement.kind) {
    case "match":
      return expressionTracks(statement.left);
    case "verdictMap":
      return expressionTracks(statement.key) || referenceTracks(statement.map);
    case "write":
      return statement.target.startsWith("ct ") || expressionTracks(statement.value);
    case "dynamicSet":
      return (
        expressionTracks(statement.key) ||
        (statement.data !== null && expressionTracks(statement.data)) ||
        statement.statements.some(statementTracks)
      );
    case "nat":
    case "ctObject":
    case "connectionCount":
    case "synproxy":
    case "flowOffload":
      return true;
    case "opaqueMatch":
      return statement.reads.some((id) => id.startsWith("ct "));
    default:
      return false;
  }
}

function referenceTracks(reference: SetReference): boolean {
  return (
    reference.kind === "anonymous" &&
    reference.elements.some((element) => element.statements.some(statementTracks))
  );
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
