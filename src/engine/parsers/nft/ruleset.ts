import type { Span } from "../../base/span.ts";
import type {
  BaseChain,
  Chain,
  Device,
  Flowtable,
  Rule,
  Table,
  TableFamily,
} from "../../device/device.ts";
import type { NamedSet } from "../../device/set.ts";
import type { NamedObject } from "../../device/statement.ts";

/** A rule with the number that the kernel would give it. */
export interface RuleSlot {
  readonly rule: Rule;
  /** 0 until the command that adds it is complete. */
  handle: number;
}

export interface DraftChain {
  name: string;
  base: BaseChain | null;
  rules: RuleSlot[];
  /** Empty: none. */
  comment: string;
  handle: number;
  readonly span: Span;
  frozen: Chain | null;
  /** Where the last rule went out. */
  lastDeleted: number;
}

export interface DraftTable {
  readonly family: TableFamily;
  readonly name: string;
  readonly origin: Table["origin"];
  dormant: boolean;
  /** Empty: none. */
  comment: string;
  readonly chains: Map<string, DraftChain>;
  readonly sets: Map<string, NamedSet>;
  readonly objects: Map<string, NamedObject>;
  readonly flowtables: Map<string, Flowtable>;
  /** The kernel numbers everything of a table in one sequence. */
  handles: number;
  /** The last number given before the file in hand: up to it nft itself knows the rules. */
  settled: number;
  readonly span: Span;
}

/** The ruleset while scripts run on it. */
export interface Ruleset {
  readonly tables: Map<string, DraftTable>;
  /** Tables of iptables-legacy: nft neither sees nor changes them, and may have some of the same name. */
  readonly unseen: readonly Table[];
  readonly ipsets: Device["ipsets"];
  /** Number for the next base chain. */
  registered: number;
}

export function tableKey(family: TableFamily, name: string): string {
  return `${family} ${name}`;
}

export function objectKey(kind: string, name: string): string {
  return `${kind} ${name}`;
}

export function emptyRuleset(): Ruleset {
  return { tables: new Map(), unseen: [], ipsets: new Map(), registered: 1 };
}

/** The table with other contents of its sets; its rules keep their numbers. */
export function withSets(table: Table, sets: readonly NamedSet[]): Table {
  const changed = { ...table, sets };
  const book = handleBooks.get(table);
  if (book !== undefined) handleBooks.set(changed, book);
  return changed;
}

interface HandleBook {
  readonly next: number;
  readonly rules: WeakMap<Rule, number>;
}

/** Handles of rules by table, kept with the frozen device so that later scripts can name them. */
const handleBooks = new WeakMap<Table, HandleBook>();

/** The number that the kernel would give a rule of a table that scripts have made; null: none has. */
export function ruleHandle(table: Table, rule: Rule): number | null {
  return handleBooks.get(table)?.rules.get(rule) ?? null;
}

export function thaw(device: Device | null): Ruleset {
  if (device === null) return emptyRuleset();
  const isUnseen = ({ origin }: Table): boolean => origin === "iptables-legacy";
  const tables = new Map(
    device.tables
      .filter((table) => !isUnseen(table))
      .map((table) => [tableKey(table.family, table.name), thawTable(table)]),
  );
  const registered = device.tables.flatMap((table) =>
    table.chains.map((chain) => chain.base?.registered ?? 0),
  );
  return {
    tables,
    unseen: device.tables.filter(isUnseen),
    ipsets: device.ipsets,
    registered: Math.max(0, ...registered) + 1,
  };
}

function thawTable(table: Table): DraftTable {
  const book = handleBooks.get(table);
  let handles = book?.next ?? 0;
  const chains = new Map<string, DraftChain>();
  for (const chain of table.chains) {
    const rules = chain.rules.map((rule) => ({ rule, handle: book?.rules.get(rule) ?? ++handles }));
    chains.set(chain.name, {
      name: chain.name,
      base: chain.base,
      rules,
      comment: chain.comment ?? "",
      handle: 0,
      span: chain.span,
      frozen: chain,
      lastDeleted: 0,
    });
  }
  return {
    family: table.family,
    name: table.name,
    origin: table.origin,
    dormant: table.dormant,
    comment: table.comment ?? "",
    chains,
    sets: new Map(table.sets.map((set) => [set.name, set])),
    objects: new Map(table.objects.map((object) => [objectKey(object.kind, object.name), object])),
    flowtables: new Map(table.flowtables.map((flowtable) => [flowtable.name, flowtable])),
    handles,
    settled: handles,
    span: table.span,
  };
}

/** A copy that can be thrown away: what a refused file did to it is forgotten. */
export function copyRuleset(ruleset: Ruleset): Ruleset {
  const tables = new Map<string, DraftTable>();
  for (const [key, table] of ruleset.tables) {
    const chains = new Map<string, DraftChain>();
    for (const [name, chain] of table.chains)
      chains.set(name, { ...chain, rules: [...chain.rules] });
    tables.set(key, {
      ...table,
      chains,
      sets: new Map(table.sets),
      objects: new Map(table.objects),
      flowtables: new Map(table.flowtables),
    });
  }
  return { ...ruleset, tables };
}

export function freeze(ruleset: Ruleset): Device {
  const { tables, unseen, ipsets } = ruleset;
  return { tables: [...unseen, ...[...tables.values()].map(freezeTable)], ipsets };
}

function freezeTable(draft: DraftTable): Table {
  const rules = new WeakMap<Rule, number>();
  const chains = [...draft.chains.values()].map((chain): Chain => {
    for (const slot of chain.rules) rules.set(slot.rule, slot.handle);
    return {
      name: chain.name,
      base: chain.base,
      rules: chain.rules.map((slot) => slot.rule),
      ...(chain.comment === "" ? {} : { comment: chain.comment }),
      span: chain.span,
    };
  });
  const table: Table = {
    family: draft.family,
    name: draft.name,
    origin: draft.origin,
    dormant: draft.dormant,
    chains,
    sets: [...draft.sets.values()],
    objects: [...draft.objects.values()],
    flowtables: [...draft.flowtables.values()],
    ...(draft.comment === "" ? {} : { comment: draft.comment }),
    span: draft.span,
  };
  handleBooks.set(table, { next: draft.handles, rules });
  return table;
}
