import type { Device } from "../../engine/device/device.ts";
import type { MeaningKind } from "../audit/meaning.ts";

/** Something that hurts, seen from outside: a failed probe, a kind of line in a log, complaints. */
export interface Symptom {
  readonly id: string;
  /** When it was first seen. */
  readonly sinceMs: number;
  /** The earliest moment at which it may have begun, before anybody noticed; absent: as it was seen. */
  readonly earliestMs?: number;
  readonly text: string;
  /** Connections that it speaks of, as configuration ties them; empty: it cannot be tied to any. */
  readonly flows: readonly SymptomFlow[];
  /** What it is worth by itself; left out: it is a sign of an outage. */
  readonly weight?: SymptomWeight;
  /** The intent that is proved broken on a device; null: it was felt, not proved. */
  readonly intent: { readonly device: string; readonly id: string } | null;
}

/**
 * `vague`: something is wrong, and nothing says where (fewer mails). `hearsay`: vague, and said for long after it
 * is over (complaints). `evidence`: it may be one dead server of the world. `hint`: vague evidence (counters of
 * rules).
 */
export type SymptomWeight = "vague" | "hearsay" | "evidence" | "hint";

/** Ends are names of roles, zones or devices of the network file, or addresses; services as it writes them. */
export interface SymptomFlow {
  readonly from: string;
  readonly to: string;
  readonly service: string;
}

/** Connections that were seen to work from one moment to another: what cut them then is not the cause. */
export interface Wellness extends SymptomFlow {
  readonly atMs: number;
  readonly endMs: number;
}

/** What one device had before and after something changed. */
export interface ObservedDifference {
  readonly id: string;
  readonly device: string;
  readonly atMs: number;
  readonly before: Device;
  readonly after: Device;
  /** Proved when it was seen: of all packets, not of those that hurt. */
  readonly meaning: MeaningKind;
  /** Whether all of what ran was understood. */
  readonly readWhole: { readonly before: boolean; readonly after: boolean };
  /** Intents that it breaks, as was proved when it was seen, and those that it may. */
  readonly broken: readonly string[];
  readonly doubtful: readonly string[];
  /** Intents that it repairs. */
  readonly repaired: readonly string[];
}

/** What is known of one symptom under one difference. */
export type Tie =
  /** Proved: the difference breaks a connection that the symptom speaks of. */
  | "explained"
  /** Proved: it breaks none of them. */
  | "notExplained"
  | "unknown";

export interface Candidate {
  readonly difference: ObservedDifference;
  readonly explained: readonly string[];
  readonly unknown: readonly string[];
  /** Why it cannot be ruled out, in words, as far as there are any. */
  readonly reasons: readonly string[];
  /** Connections that worked after it although it breaks them: it cannot be what it seems. */
  readonly contradicted: readonly Wellness[];
}

/** `explained`: the first candidate; `notByRules`: every difference is proved to break nothing of it. */
export interface CauseAnswer {
  readonly kind: "explained" | "notByRules" | "unclear";
  /** Those that explain something or might, likeliest first. */
  readonly candidates: readonly Candidate[];
  /** Differences that are proved to explain nothing. */
  readonly ruledOut: readonly ObservedDifference[];
  /** Symptoms that no difference explains. */
  readonly unexplained: readonly string[];
}

/** A symptom in the course of an incident. */
export interface IncidentSymptom extends Symptom {
  /** Null: it is still there. */
  readonly endedMs: number | null;
}

/** A difference as people read it. */
export interface ToldDifference {
  readonly id: string;
  readonly device: string;
  readonly atMs: number;
  /** Since when it may have come, where nobody was watching; null: it was seen to come. */
  readonly sinceMs: number | null;
  /** No event told of it: it was found by reading the device, as it is again and again. */
  readonly isPolled: boolean;
  /** Rules that came and went, each with the chain that it stands in. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Who, with how sure that is. */
  readonly by: string;
  /** Number of the change that it belongs to; null: none approved it. */
  readonly change: number | null;
}

/** What is known of the cause, from what was proved. */
export type IncidentCause =
  | {
      readonly kind: "explained";
      readonly difference: ToldDifference;
      /** Of its rules those that break it by themselves; empty: none does it alone. */
      readonly rules: readonly string[];
      /**
       * Where the first of them stands, in the listing and in a source file: `line 9 of the listing,
       * /etc/nftables.conf:4`. Null: its listing does not have it in these words; missing in older records.
       */
      readonly place?: string | null;
      /** Symptoms that follow from it, and those that no difference explains. */
      readonly explains: readonly string[];
      /** It does not run any more. */
      readonly isTakenBack: boolean;
      /** Other differences of which what hurts follows too: each has to go. */
      readonly others: readonly OtherCause[];
      readonly unexplained: readonly string[];
      /** Connections that worked since although it breaks them. */
      readonly contradicted: readonly string[];
      readonly ruledOut: readonly ToldDifference[];
      /** Differences that nobody asked: too many, or no longer on record. */
      readonly notExamined: number;
    }
  | {
      readonly kind: "notByRules";
      readonly ruledOut: readonly ToldDifference[];
    }
  | {
      readonly kind: "unclear";
      readonly candidates: readonly ToldDifference[];
      /** Why they cannot be ruled out, in words. */
      readonly reasons: readonly string[];
      readonly ruledOut: readonly ToldDifference[];
      readonly notExamined: number;
      /** Devices whose rules may be the cause, and that nobody sees. */
      readonly notSeen: readonly string[];
    };

/** A difference beside the first that explains what that one does not, or cuts on once that one is gone. */
export interface OtherCause {
  readonly difference: ToldDifference;
  /** Symptoms that follow from it. */
  readonly explains: readonly string[];
  readonly isTakenBack: boolean;
}

/** What took the cause back, and how far that is. */
export interface IncidentUndo {
  readonly by: string;
  readonly atMs: number;
  readonly script: string;
  readonly state: "begun" | "done" | "failed";
  /** Why it failed; otherwise what it did. */
  readonly text: string;
}

export interface IncidentNote {
  readonly atMs: number;
  readonly text: string;
}

/** Alerts, complaints and broken intents that belong together, with what became of them. */
export interface Incident {
  readonly id: number;
  readonly status: /** Something hurts. */
    | "open"
    /** The cause is undone; symptoms are still there. */
    | "recovering"
    | "closed";
  readonly openedMs: number;
  /** When the cause, or the first symptom, came. */
  readonly beganMs: number;
  readonly symptoms: readonly IncidentSymptom[];
  readonly cause: IncidentCause | null;
  readonly undo: IncidentUndo | null;
  /** When the last symptom ended; null: not yet. */
  readonly recoveredMs: number | null;
  /** When something hurt again after all was over; null: it did not. What was over before has its own cause. */
  readonly againMs: number | null;
  readonly timeline: readonly IncidentNote[];
}
