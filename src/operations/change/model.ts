export type { Actor } from "../../platform/auth/actor.ts";
export type { Refusal } from "../../platform/refusal.ts";

/** Content of the source files of a device, by path. */
export type SourceFiles = ReadonlyMap<string, string>;

/** Somebody's consent to exactly this content. */
export interface Approval {
  /** Login of the person, not of the token that they used. */
  readonly by: string;
  readonly contentHash: string;
  readonly atMs: number;
}

/** Going on although the proof says no: asked for by one person, granted by another, for a while. */
export interface Override {
  readonly by: string;
  /** Null: nobody has granted it yet. */
  readonly grantedBy: string | null;
  readonly reason: string;
  readonly contentHash: string;
  /** Intents that may be broken. */
  readonly intents: readonly string[];
  readonly untilMs: number;
}

/** What was proved of a change, for exactly this content on exactly this running state. */
export interface Proof {
  readonly contentHash: string;
  /** Of the ruleset and source files that the candidate was run on (`runningHashOf`). */
  readonly runningHash: string;
  /** False: the candidate would not load. */
  readonly loads: boolean;
  readonly isComplete: boolean;
  /** Why it would not load, or what is not proved; empty: neither. */
  readonly reasons: readonly string[];
  /** Critical intents that would be broken, and the others. */
  readonly brokenCritical: readonly string[];
  readonly broken: readonly string[];
  readonly undecided: readonly string[];
}

export type ChangeStatus =
  /** Being written. */
  | "draft"
  /** Up for review. */
  | "proposed"
  /** The state machine of apply has it. */
  | "applying"
  | "applied"
  | "rolledBack"
  | "withdrawn";

/** An edit of a device's source files, with its life. */
export interface Change {
  readonly id: number;
  readonly device: string;
  readonly author: string;
  readonly lastEditor: string;
  /** Everybody who wrote a part of it: none of them approves it. */
  readonly writers: readonly string[];
  readonly files: SourceFiles;
  /** Of `files`: approvals and proofs hold for this content alone. */
  readonly contentHash: string;
  readonly status: ChangeStatus;
  /** Void ones too: they are part of the story. */
  readonly approvals: readonly Approval[];
  readonly override: Override | null;
  /** Null: not proved yet. */
  readonly proof: Proof | null;
}

/** What stands between a change and its apply. */
export type Missing =
  | { readonly kind: "proof"; readonly reason: string }
  | { readonly kind: "approval"; readonly notBy: readonly string[] }
  | { readonly kind: "intents"; readonly broken: readonly string[] }
  | { readonly kind: "grant"; readonly notBy: readonly string[] };
