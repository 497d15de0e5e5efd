import type { Hook, Rule, TableFamily } from "../device/device.ts";
import type { RejectWith } from "../device/statement.ts";
import type { Wire } from "../packet/wire.ts";
import type { Condition } from "./choices.ts";

/** What decided: a rule, the policy of a base chain, the kernel itself, or what is not modelled. */
export type Decider =
  | {
      readonly kind: "rule";
      readonly rule: Rule;
      readonly table: TableName;
      readonly chain: string;
    }
  | { readonly kind: "policy"; readonly table: TableName; readonly chain: string }
  | { readonly kind: "kernel"; readonly reason: string }
  /** No base chain saw the packet. */
  | { readonly kind: "none" };

export interface TableName {
  readonly family: TableFamily;
  readonly name: string;
}

/** What one base chain did with the packet. */
export interface PathStep {
  readonly hook: Hook;
  readonly table: TableName;
  readonly chain: string;
  readonly chainType: "filter" | "nat" | "route";
  readonly decision: "accept" | "drop" | "reject" | "queue" | "undecided";
  readonly by: Decider;
  /** Rules that matched on the way, those of chains jumped to included, in order. */
  readonly matched: readonly Rule[];
}

/** What the packet and its connection are marked with in the end. */
export interface FinalMarks {
  readonly packet: MarkValue;
  /** Null: it belongs to no connection. */
  readonly connection: MarkValue | null;
  readonly isUntracked: boolean;
}

/** A number, or the name of what nobody knows. */
export type MarkValue = bigint | string;

export type OutcomeVerdict = "accept" | "drop" | "reject" | "queue" | "undecided";

/** One thing that can happen to the packet. */
export interface Outcome {
  readonly verdict: OutcomeVerdict;
  readonly rejectWith: RejectWith | null;
  /** What the sender gets back: `tcp-reset`, `icmp 3/3`, `icmpv6 1/4`, or `none`. */
  readonly answer: string;
  readonly by: Decider;
  /** The header as it leaves, in packet notation; null: as it came. */
  readonly translated: string | null;
  /** Where it goes in the end: the device it leaves by, or `local`. */
  readonly leaves: string | null;
  readonly steps: readonly PathStep[];
  /** What has to hold for it, over the packet's fields left out and over unknowns. */
  readonly conditions: readonly Condition[];
  readonly marks: FinalMarks;
  /** The packet as it left or was delivered, bit by bit; checksums are not brought up to date. */
  readonly wire: Wire;
}
