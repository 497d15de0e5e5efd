import type { TraceAnswer } from "../../engine/answer/trace.ts";
import type { IncidentCause, SymptomFlow } from "../incident/model.ts";

/** What somebody does in an outage, step by step, as a file beside the network file says it. */
export interface Playbook {
  /** Name of its file without the ending. */
  readonly id: string;
  readonly title: string;
  /** Who keeps it right. */
  readonly owner: string;
  /** The day, as `2027-05-31`, by which somebody has to have read it through again. */
  readonly reviewBy: string;
  readonly when: PlaybookWhen;
  /** It is for when premortem itself is down: it is read from paper, and never runs. */
  readonly isPaper: boolean;
  readonly about: string;
  readonly telephone: readonly TelephoneNumber[];
  readonly steps: readonly PlaybookStep[];
  /** SHA-256 of the text of its file: who has read another version has not read this one. */
  readonly version: string;
}

export interface TelephoneNumber {
  readonly who: string;
  readonly number: string;
  /** Empty: at any hour. */
  readonly when: string;
}

/** Kinds of incidents; an empty list asks nothing. */
export interface PlaybookWhen {
  /** What is known of the cause; `none`: nobody has asked yet. */
  readonly causes: readonly CauseKind[];
  /** Connections that fail: one of them is enough. */
  readonly flows: readonly SymptomFlow[];
  /** What ids of symptoms begin or end with: `probe/imap`, `/queue`. */
  readonly symptoms: readonly string[];
  /** A device or a monitor is blind. */
  readonly isBlind: boolean;
}

export type CauseKind = IncidentCause["kind"] | "none";

interface StepBase {
  /** Unique in its playbook. */
  readonly id: string;
  readonly title: string;
  /** What to do, or why; may be empty. */
  readonly text: string;
  /** What to do where it does not come out as hoped; empty: go on. */
  readonly otherwise: string;
}

/** By a person, or by premortem when a person starts it. */
export type PlaybookStep =
  | (StepBase & {
      readonly kind: "person";
      readonly checklist: readonly string[];
      /** Minutes after its start at which it should be done; null: no timer. */
      readonly minutes: number | null;
    })
  | (StepBase & { readonly kind: "probe"; readonly probe: string })
  | (StepBase & {
      readonly kind: "trace";
      readonly device: string;
      readonly packet: string;
      readonly expect: TraceAnswer["verdict"];
    })
  /** premortem says what an undo of the cause would do; a person presses. */
  | (StepBase & { readonly kind: "undo" })
  | (StepBase & {
      readonly kind: "notify";
      readonly severity: "page" | "warning" | "information";
    });
