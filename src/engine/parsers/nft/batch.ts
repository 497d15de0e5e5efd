import type { Span } from "../../base/span.ts";
import type { Rule } from "../../device/device.ts";
import type { NamedSet, SetElement } from "../../device/set.ts";
import type { ValueType } from "../../packet/selectors/index.ts";
import type { DraftChain, DraftTable, RuleSlot } from "./ruleset.ts";

/**
 * What the command in hand adds to its table. nft sends a block as chains, objects, sets and then
 * rules, in whatever order they are written: so they are numbered, and so they may name each other.
 */
export interface Batch {
  readonly chains: DraftChain[];
  /** Objects, sets and flowtables. */
  others: number;
  readonly rules: AddedRule[];
  /** Elements that lead to chains. */
  readonly elements: SetElement[];
  readonly lookups: SetLookup[];
  table: DraftTable | null;
}

/** A question to a named set, with what the key is made of. */
export interface SetLookup {
  readonly name: string;
  readonly types: readonly ValueType[];
  readonly wanted: NamedSet["kind"];
  readonly span: Span;
}

interface AddedRule {
  readonly slot: RuleSlot;
  /** What a rule that is put in place of another has from it; 0: it gets the next number. */
  kept: number;
  /** Sets written in place and chains in braces that come before the rule itself. */
  readonly parts: number;
}

export function emptyBatch(): Batch {
  return { chains: [], others: 0, rules: [], elements: [], lookups: [], table: null };
}

/** Gives a rule its place among what the command adds; its number comes at the end. */
export function addRule(batch: Batch, table: DraftTable, rule: Rule, parts: number): RuleSlot {
  const slot: RuleSlot = { rule, handle: 0 };
  batch.table = table;
  batch.rules.push({ slot, parts, kept: 0 });
  return slot;
}

/** Counts an object, a set or a flowtable that is new. */
export function addOther(batch: Batch, table: DraftTable): void {
  batch.table = table;
  batch.others++;
}

/** Numbers what was added as the kernel does (measured). */
export function numberBatch({ table, chains, others, rules }: Batch): void {
  if (table === null) return;
  for (const chain of chains) chain.handle = ++table.handles;
  table.handles += others;
  for (const { slot, parts, kept } of rules) {
    table.handles += kept > 0 ? parts : parts + 1;
    slot.handle = kept > 0 ? kept : table.handles;
  }
}

/** A rule that replaces another keeps its number (measured). */
export function keepHandle({ rules }: Batch, slot: RuleSlot, handle: number): void {
  const last = rules.at(-1);
  if (last?.slot === slot) last.kept = handle;
}
