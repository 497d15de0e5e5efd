import type { Span } from "../base/span.ts";
import type { Rule, Table } from "../device/device.ts";
import type { NamedObject, Statement } from "../device/statement.ts";

/** What a counter has counted. */
export interface Counts {
  readonly packets: bigint;
  readonly bytes: bigint;
}

/** Numbers of the kernel beside what it holds, as `nft -a` prints them. */
export interface Handles {
  table(table: Table): number;
  /** Of a chain, a set, an object or a flowtable, by its kind and name. */
  item(table: Table, kind: "chain" | "set" | "object" | "flowtable", name: string): number;
  rule(table: Table, rule: Rule): number;
}

/** How a ruleset is listed. */
export interface PrintOptions {
  /** Null: without numbers, as `nft -s` prints it. */
  readonly counts: ((owner: Statement | NamedObject) => Counts) | null;
  /** Null: without them. */
  readonly handles: Handles | null;
  /** Without the elements of sets (`nft -t`). */
  readonly terse: boolean;
}

/** Something that is in the model, yet has no words that nft would take. */
export interface Unprintable {
  readonly what: string;
  /** Null: it has no place of its own. */
  readonly span: Span | null;
}

/** A text, and what could not be put into it. */
export interface PrintedRuleset {
  readonly text: string;
  readonly unprintable: readonly Unprintable[];
}

/** What is known while one piece is printed. */
export interface Page {
  readonly options: PrintOptions;
  /** How a rule was written: of two spellings of one meaning the kernel keeps the one that it got. */
  readonly written: string;
  /** The transport protocol that the rule has settled before; null: none. */
  readonly protocol: string | null;
  /** Says that something has no words, and gives what stands there instead. */
  cannot(what: string): string;
}
