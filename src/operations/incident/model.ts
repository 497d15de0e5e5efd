import type { Device } from "../../engine/device/device.ts";

/** Something that hurts, seen from outside: a failed probe, a kind of line in a log, complaints. */
export interface Symptom {
  readonly id: string;
  /** When it was first seen. */
  readonly sinceMs: number;
  readonly text: string;
  /** Connections that it speaks of, as configuration ties them; empty: it cannot be tied to any. */
  readonly flows: readonly SymptomFlow[];
}

/** Ends are names of roles, zones or devices of the network file, or addresses; services as it writes them. */
export interface SymptomFlow {
  readonly from: string;
  readonly to: string;
  readonly service: string;
}

/** Connections that were seen to work after a moment: what cuts them is not the cause. */
export interface Wellness extends SymptomFlow {
  readonly atMs: number;
}

/** What one device had before and after something changed. */
export interface ObservedDifference {
  readonly id: string;
  readonly device: string;
  readonly atMs: number;
  readonly before: Device;
  readonly after: Device;
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
