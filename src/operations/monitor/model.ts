import type { MonitorFlow } from "../inventory/monitors.ts";

export type SightingKind = "probe" | "log" | "queue" | "counters" | "drop" | "complaints";

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
  readonly quietMs: number | null;
}

/** What the monitors have to say. */
export type MonitorEvent =
  | { readonly kind: "began"; readonly symptom: ActiveSymptom }
  /** The same symptom, and something about it is new: it speaks of more connections. */
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
