import type { CheckedIntent } from "../../engine/answer/check.ts";
import type { MeaningKind } from "./meaning.ts";
import type { Polling } from "./polling.ts";
import type { Who } from "./who.ts";

/** One change of what runs on a device, as it was seen. */
export interface SeenDifference {
  readonly id: number;
  readonly device: string;
  /** When it was seen to begin; with `sinceMs` where nobody saw it come. */
  readonly atMs: number;
  /** The moment until which what was before was seen; null: it was seen to come. */
  readonly sinceMs: number | null;
  /** It has no events, or none came: found by a read-back, while `sinceMs` is when the one before began. */
  readonly isPolled: boolean;
  /** Parts of the snapshot that differ: `nft`, `ipset`, `routes`, the path of a source file. */
  readonly parts: readonly string[];
  /** Snapshots of before and after. */
  readonly before: string;
  readonly after: string;
  /** What it means for packets and intents: from before to after. */
  readonly meaning: MeaningKind;
  /** Intents that it breaks, that it repairs, and that are no longer sure. */
  readonly broken: readonly string[];
  readonly repaired: readonly string[];
  readonly doubtful: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly by: Who;
}

/** How a device is watched now. */
export type WatchState =
  /** `drift`: what runs against the baseline. */
  | {
      readonly kind: "watching";
      readonly sinceMs: number;
      readonly snapshot: string;
      readonly drift: DriftState;
      /** What of it no event tells of, and how often it is read for that. */
      readonly polling: Polling;
    }
  /** Nothing is seen; it is tried again. */
  | { readonly kind: "blind"; readonly sinceMs: number; readonly reason: string }
  /** Nobody has adopted a baseline yet. */
  | { readonly kind: "noBaseline" };

/** What runs against what was approved. */
export interface DriftState {
  readonly isDrift: boolean;
  readonly meaning: MeaningKind;
  /** Intents that the drift breaks, as they are now. */
  readonly broken: readonly CheckedIntent[];
  /** Intents that nobody can say of whether they hold now. */
  readonly undecided: readonly string[];
  /** False: part of what runs could not be read. */
  readonly isWhole: boolean;
  /** When it was seen to begin, or to change last. */
  readonly atMs: number;
  /** The change that is being applied just now; null: none. */
  readonly change: number | null;
}

export type AuditEvent =
  | { readonly kind: "state"; readonly device: string; readonly state: WatchState }
  | { readonly kind: "difference"; readonly difference: SeenDifference };
