import type { CheckedIntent } from "./check.ts";
import type { DiffAnswer } from "./diff.ts";
import type { Finding } from "./lint.ts";

/** Version of the JSON form. */
export const PROOF_FORMAT_VERSION = 1;

/** What a change of source files does to the packets and intents of one device. */
export interface ProofAnswer {
  readonly formatVersion: number;
  readonly device: string;
  /** Of the source files, of the state that they were run on, and of what is asked of the device. */
  readonly contentHash: string;
  readonly runningHash: string;
  readonly networkHash: string;
  /** False: it would not be loaded; `reasons` says why. */
  readonly loads: boolean;
  /** False: something is not proved; `reasons` says what. */
  readonly isComplete: boolean;
  readonly reasons: readonly string[];
  /** Lines of the source files that come and go. */
  readonly edits: readonly SourceEdit[];
  readonly findings: readonly Finding[];
  /** Tables of others that the files would flush: they are kept. */
  readonly kept: readonly { readonly table: string; readonly owner: string | null }[];
  /** Live sets that the files add elements to: they are not loaded, and count from the next start. */
  readonly notLoaded: readonly string[];
  /** Broken by it, or more of it than before; and those that are broken already, of which no more breaks. */
  readonly broken: readonly CheckedIntent[];
  readonly brokenBefore: readonly CheckedIntent[];
  readonly repaired: readonly string[];
  readonly undecided: readonly CheckedIntent[];
  readonly holding: number;
  /** Null: there is nothing to compare with. */
  readonly diff: DiffAnswer | null;
}

export interface SourceEdit {
  readonly kind: "added" | "removed";
  readonly file: string;
  /** From 1; of the file after where it is added, of the one before where it is removed. */
  readonly line: number;
  readonly text: string;
}
