export type { Actor } from "../../platform/auth/actor.ts";
export type { Refusal } from "../../platform/refusal.ts";

/** Content of the source files of a device, by path. */
export type SourceFiles = ReadonlyMap<string, string>;

/** What somebody is shown who looks at a change: what it is, what it was proved on, and what it does to intents. */
export interface Shown {
  readonly contentHash: string;
  readonly runningHash: string;
  readonly networkHash: string;
  /** Intents that it would break, critical ones among them; those that are broken already; the undecided. */
  readonly broken: readonly string[];
  readonly brokenBefore: readonly string[];
  readonly undecided: readonly string[];
}

/** Somebody's consent to exactly what they were shown. */
export interface Approval {
  /** Login of the person, not of the token that they used. */
  readonly by: string;
  readonly shown: Shown;
  readonly atMs: number;
  /** Null: somebody looked who did not write it. */
  readonly alone: AloneWord | null;
}

/** What the only approver said before approving their own change. */
export interface AloneWord {
  /** What would be lost if it goes wrong, in their words. */
  readonly loss: string;
  /** The pause between saying so and approving: from, to. */
  readonly askedMs: number;
  readonly untilMs: number;
}

/** A pause that goes on, or is over; an edit takes it away. */
export interface AloneAsk extends AloneWord {
  readonly by: string;
  readonly shown: Shown;
}

/** Intents that may be broken, and those that may stay undecided. */
export interface Excused {
  readonly intents: readonly string[];
  readonly undecided: readonly string[];
}

/** Going on although the proof says no: asked for by one person, granted by another, for a while. */
export interface Override extends Excused {
  readonly by: string;
  readonly reason: string;
  readonly contentHash: string;
  readonly untilMs: number;
  /** Null: nobody has granted it yet. */
  readonly grant: Grant | null;
}

/** A second person's word for exactly this: neither another content, nor other intents, nor for longer. */
export interface Grant extends Excused {
  readonly by: string;
  readonly contentHash: string;
  readonly untilMs: number;
  readonly atMs: number;
}

/** What was proved of a change, for exactly this content on exactly this running state. */
export interface Proof {
  readonly contentHash: string;
  /** Of the ruleset and source files that the candidate was run on (`runningHashOf`). */
  readonly runningHash: string;
  /** Of what the network file asks of the device (`networkHashOf`). */
  readonly networkHash: string;
  /** False: the candidate would not load. */
  readonly loads: boolean;
  readonly isComplete: boolean;
  /** Why it would not load, or what is not proved; empty: neither. */
  readonly reasons: readonly string[];
  /** Critical intents that would be broken, and the others. */
  readonly brokenCritical: readonly string[];
  readonly broken: readonly string[];
  /** Intents that are broken without it as well. */
  readonly brokenBefore: readonly string[];
  /** Critical intents of which nobody knows whether they hold, and the others. */
  readonly undecidedCritical: readonly string[];
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
  /** Its apply was stuck, and somebody has approved since what was found to run. */
  | "failed"
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
  /** Of `files`: proofs hold for this content alone, and approvals for what was shown of it. */
  readonly contentHash: string;
  readonly status: ChangeStatus;
  /** Void ones too: they are part of the story. */
  readonly approvals: readonly Approval[];
  readonly override: Override | null;
  /** Null: nobody is about to approve it alone. */
  readonly alone: AloneAsk | null;
  /** Whether it was applied with the approval of somebody who did not write it; null: its apply never began. */
  readonly isFourEyes: boolean | null;
  /** Null: not proved yet. */
  readonly proof: Proof | null;
}

/** A change without the texts of its files, which are megabytes: what lists tell, and what is judged of it. */
export type ChangeFacts = Omit<Change, "files">;

/** What stands between a change and its apply. */
export type Missing =
  | { readonly kind: "proof"; readonly reason: string }
  /** `reason`: why the last one that was given does not count; null: there is none. */
  | {
      readonly kind: "approval";
      readonly notBy: readonly string[];
      readonly reason: string | null;
    }
  /** Nobody else may approve it than `by`, who wrote it. */
  | {
      readonly kind: "alone";
      readonly by: string;
      /** How long the pause is. */
      readonly pauseMs: number;
      /** The end of the pause; null: it is not said what would be lost. */
      readonly untilMs: number | null;
      /** Why what was said or approved last does not count; null: nothing was. */
      readonly reason: string | null;
    }
  | {
      readonly kind: "intents";
      readonly broken: readonly string[];
      readonly undecided: readonly string[];
    }
  | { readonly kind: "grant"; readonly notBy: readonly string[] };
