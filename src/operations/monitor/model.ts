import type { Monitor, MonitorFlow, ProbeMonitor } from "../inventory/monitors.ts";

export type SightingKind = "probe" | "log" | "queue" | "counters" | "drop" | "complaints";

/** What a symptom is worth by itself, as incidents have it. */
export type SymptomWeight = "vague" | "hearsay" | "evidence" | "hint";

/** One look at something that is not as it should be. */
export interface Sighting {
  /** The same for the same thing: what is seen twice is one symptom. */
  readonly key: string;
  readonly kind: SightingKind;
  /** Name of the monitor. */
  readonly monitor: string;
  /** Null: it is of no device (complaints). */
  readonly device: string | null;
  readonly atMs: number;
  readonly text: string;
  /** Connections that it speaks of, as configuration ties them; empty: it cannot be tied to any. */
  readonly flows: readonly MonitorFlow[];
  /** Left out: a sign of an outage by itself. */
  readonly weight?: SymptomWeight;
  /** Milliseconds of silence after which it is over; null: until somebody says so. */
  readonly quietMs: number | null;
}

/** What hurts now. */
export interface ActiveSymptom {
  /** The key of its sightings. */
  readonly id: string;
  readonly kind: SightingKind;
  readonly monitor: string;
  readonly device: string | null;
  readonly sinceMs: number;
  readonly lastMs: number;
  readonly count: number;
  readonly text: string;
  readonly flows: readonly MonitorFlow[];
  readonly weight?: SymptomWeight;
  readonly quietMs: number | null;
}

/** What the monitors have to say. */
export type MonitorEvent =
  | { readonly kind: "began"; readonly symptom: ActiveSymptom }
  /** The same symptom, and something about it is new: it speaks of more connections, or louder, or people say more. */
  | { readonly kind: "grew"; readonly symptom: ActiveSymptom }
  | { readonly kind: "ended"; readonly symptom: ActiveSymptom; readonly atMs: number }
  /** Connections that were seen to work. */
  | { readonly kind: "well"; readonly flows: readonly MonitorFlow[]; readonly atMs: number }
  /** A monitor cannot see any more, or sees again. */
  | {
      readonly kind: "blind" | "seeing";
      readonly monitor: string;
      readonly atMs: number;
      readonly reason: string;
    };

/** Where a monitor stands. */
export interface MonitorView {
  readonly monitor: string;
  readonly kind: Exclude<Monitor["kind"], ProbeMonitor["kind"]>;
  /** Null: it is of no device (complaints). */
  readonly device: string | null;
  /** `starting`: it has not seen anything yet, and has not failed either. */
  readonly state: "starting" | "seeing" | "blind";
  readonly sinceMs: number;
  /** Why it is blind; what it sees. */
  readonly reason: string;
  /** The last line, look or message; null: none yet. */
  readonly lastMs: number | null;
  /** What it has counted since it was started, by name. */
  readonly counts: Readonly<Record<string, number>>;
  /** What it does not see, or does not know yet, in sentences. */
  readonly notes: readonly string[];
}

/** What became of a message of a help desk. */
export type ComplaintAnswer =
  /** `isNew` false: one of that id has been taken before, and counts once. */
  | { readonly kind: "accepted"; readonly isNew: boolean }
  | {
      /** `notReady`: it is our fault, and worth another try. */
      readonly kind: "unauthorised" | "badBody" | "unknownMonitor" | "notReady";
      readonly reason: string;
      readonly help: string;
    };

/** What somebody who is logged in has heard of one caller, or of many. */
export interface CallerReport {
  /** In the caller's words; may be empty. */
  readonly text: string;
  /** Many call: it hurts at once, without a test. */
  readonly isSurge: boolean;
}

/** What signs a complaint. */
export interface ComplaintHeaders {
  /** HMAC-SHA256 over `timestamp.body` in hexadecimal digits; `sha256=` may stand in front. */
  readonly signature: string;
  /** Seconds since 1970, UTC. */
  readonly timestamp: string;
}
