/**
 * Applying a change to one device, as a state machine. A state is written to the journal before its
 * action begins, so that whoever takes over after a crash knows what may have happened. What did
 * happen is read from the device: its marker of this apply changes in one atomic step with what it
 * stands for.
 */

/** What is journalled. `isUnsure`: a command was sent, and nobody knows what came of it. */
export type ApplyState =
  | { readonly kind: "planned" }
  | { readonly kind: "arming"; readonly isUnsure: boolean }
  | { readonly kind: "armed" }
  | { readonly kind: "loading"; readonly isUnsure: boolean }
  | { readonly kind: "loaded" }
  | { readonly kind: "confirming"; readonly isUnsure: boolean }
  /** The dead-man is taken off, and what was loaded is undone; then `end`. */
  | { readonly kind: "rollingBack"; readonly end: ApplyEnd; readonly isUnsure: boolean }
  | ApplyEnd;

export type ApplyEnd =
  | { readonly kind: "confirmed" }
  | { readonly kind: "rolledBack"; readonly reason: RollbackReason }
  /** Nothing was loaded. `said`: the device's own words, where it said any. */
  | { readonly kind: "refused"; readonly reason: RefusalReason; readonly said?: string }
  /** The device cannot be brought to a known state from here: a person has to look. */
  | { readonly kind: "stuck"; readonly why: StuckReason; readonly running: Running };

export type StuckReason =
  /** Somebody has taken the record away. */
  | "noRecord"
  /** It is said to be rolled back, and something else than the last good state runs. */
  | "runsOtherwise";

export type RefusalReason =
  /** What runs is not what the plan was made for. */
  | "changedSincePlanned"
  /** The device cannot promise to restore: no timer, no room, a rehearsal that failed. */
  | "cannotRestore"
  /** The kernel did not take the candidate. */
  | "notLoaded"
  /** The time of the plan ran out before anything was loaded. */
  | "tooLate"
  /** A newer apply has taken the device over. */
  | "superseded"
  /** Another apply is armed there, and nobody has confirmed it yet. */
  | "anotherArmed";

export type RollbackReason =
  /** Read-back, intents, a new connection or probes said no. */
  | "checkFailed"
  /** The dead-man came first. */
  | "tooLate"
  /** Somebody wanted it back. */
  | "asked"
  /** Somebody else wrote to the own tables in between. */
  | "changedMeanwhile"
  /** A newer apply has taken the device over, and with it what is undone. */
  | "superseded";

/**
 * What the device has on record of this apply. Each command looks at it under a lock and changes it in
 * one step; the dead-man takes the same lock. The record outlives a restart, which loads the files of
 * before: what was armed then counts as restored, since its dead-man is gone.
 */
export type Marker =
  | "none"
  /** The dead-man is ticking. */
  | "armed"
  | "confirmed"
  /** Restoring has begun: by the dead-man, or by us. */
  | "restoring"
  | "restored"
  /** A newer apply is on record, and this one has come to no end. */
  | "superseded";

/** What runs in the own tables, compared by meaning. */
export type Running = "previous" | "candidate" | "other";

export type Command = "arm" | "load" | "confirm" | "restore";

/*
 * What the commands do on the device, each under its lock:
 *   arm      refused where the own tables are not as planned, a newer apply is on record, another one is
 *            armed and not confirmed, or restoring fails in a rehearsal; else saves the own tables, starts
 *            the dead-man, and says armed
 *   load     refused unless armed and as planned; else notes that loading began, and loads atomically
 *   confirm  refused unless armed and the candidate runs; else stops the dead-man, and says confirmed
 *   restore  refused where confirmed; else says restoring, puts the own tables back where loading had
 *            begun, and says restored. The dead-man does the same, again and again until it is done; on a
 *            disk that takes no writes the own tables are back before the record can say so.
 * Sent twice they do nothing the second time, and say that it is done.
 */

/** What has to be done next. */
export type Action =
  | { readonly kind: "send"; readonly command: Command }
  /** Read marker and ruleset. */
  | { readonly kind: "look" }
  /** Read-back, intents, a new connection, the probes that were green before. */
  | { readonly kind: "check" }
  | { readonly kind: "rest" };

/** What came of an action. */
export type ApplyEvent =
  | { readonly kind: "begun" }
  | { readonly kind: "done"; readonly command: Command }
  | {
      readonly kind: "notDone";
      readonly command: Command;
      readonly reason: RefusalReason;
      /** The last lines that the command wrote to its standard error. */
      readonly said?: string;
    }
  /** The connection broke: the command may have run, or may yet. */
  | { readonly kind: "lost" }
  | { readonly kind: "seen"; readonly marker: Marker; readonly running: Running }
  | { readonly kind: "checked"; readonly passed: boolean }
  | { readonly kind: "rollbackAsked" }
  /** More time went by than the plan was made for: what a person saw then is not what is there now. */
  | { readonly kind: "late" };
