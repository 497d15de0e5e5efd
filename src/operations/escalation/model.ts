import type { EscalationChannel, EscalationKind, EscalationPolicy } from "../inventory/onCall.ts";

/** Something that somebody has to come for. */
export interface Subject {
  /** `incident/12`, `blind/device/fw`. */
  readonly key: string;
  /** Number of the incident; null: it is none. */
  readonly incident: number | null;
  /** What it is, the most telling first. */
  readonly kinds: readonly EscalationKind[];
  readonly title: string;
  readonly text: string;
  /** Who said so of its alert, last; null: nobody did. */
  readonly inHand: InHand | null;
}

export interface InHand {
  readonly by: string;
  readonly atMs: number;
}

/** A policy as it was when the escalation began: another network file does not change what runs. */
export type PolicyCopy = Pick<EscalationPolicy, "name" | "steps" | "repeat">;

export interface Escalation {
  readonly id: number;
  /** Key of its subject. */
  readonly subject: string;
  readonly incident: number | null;
  readonly title: string;
  readonly text: string;
  /** What it is taken for. */
  readonly kind: EscalationKind;
  readonly policy: PolicyCopy;
  /** From 1; one more each time that another policy takes it over. */
  readonly term: number;
  /** How often it was handed over to somebody. */
  readonly handed: number;
  readonly beganMs: number;
  readonly state: EscalationState;
  /** Calendars that had nobody on call when a step asked for them, in this term. */
  readonly nobody: readonly string[];
  /** The last word on its alert that was heeded: somebody had that in hand; absent: none was. */
  readonly heededMs?: number;
}

export type EscalationState =
  /** Somebody was told, and has until `nextMs`. */
  | {
      readonly kind: "running";
      /** From 0; one more each time that the policy begins anew. */
      readonly round: number;
      /** From 0: the step that was told last. */
      readonly step: number;
      readonly nextMs: number;
    }
  | {
      readonly kind: "acknowledged";
      readonly by: string;
      readonly atMs: number;
      readonly round: number;
      readonly step: number;
    }
  /** All were told, and nobody has come. */
  | { readonly kind: "exhausted"; readonly atMs: number }
  | { readonly kind: "ended"; readonly atMs: number; readonly reason: string };

/** A person who is to be told, by each of the channels. */
export interface Call {
  /** The same call has the same key, also after a restart. */
  readonly key: string;
  readonly login: string;
  readonly channel: EscalationChannel;
  readonly round: number;
  readonly step: number;
}

/** What a transition did, for the trail. */
export interface EscalationNote {
  readonly kind:
    | "begun"
    | "told"
    /** A calendar had nobody on call. */
    | "nobody"
    | "takenOver"
    | "acknowledged"
    | "givenBack"
    | "handedOver"
    | "exhausted"
    | "ended";
  /** Login, or `premortem`. */
  readonly actor: string;
  readonly text: string;
}

export interface Move {
  readonly escalation: Escalation;
  readonly calls: readonly Call[];
  readonly notes: readonly EscalationNote[];
}

/** How it goes with a call. */
export interface Telling extends Call {
  readonly number: number;
  readonly escalation: number;
  /** The same for every attempt: who has it already may drop it. */
  readonly message: string;
  readonly atMs: number;
  readonly result: /** It is being tried. */
    | "waiting"
    | "sent"
    /** The other side does not take it. */
    | "failed"
    /** Somebody came, or it was over, before it went out. */
    | "dropped";
  /** Why the last attempt failed; empty: none did. */
  readonly reason: string;
  readonly attempts: number;
  readonly resultMs: number | null;
}
