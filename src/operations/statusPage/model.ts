/** How a component is, in Atlassian's words for Statuspage v2; `unknown` is ours alone. */
export type ComponentState =
  | "operational"
  | "degraded_performance"
  | "partial_outage"
  | "major_outage"
  | "unknown";

/** One thing that people use, as they are told of it. */
export interface PublicComponent {
  readonly name: string;
  readonly about: string;
  readonly state: ComponentState;
  readonly sinceMs: number;
  /** When it was not known any more; null: it is. Until a while later the last word stands. */
  readonly blindMs: number | null;
}

export type PublicStatus = "investigating" | "identified" | "monitoring" | "resolved";
export type PublicImpact = "none" | "minor" | "major" | "critical";

export interface PublicUpdate {
  readonly status: PublicStatus;
  readonly atMs: number;
}

/** An incident in public words: which components, since when, how far. Nothing of the inside is in it. */
export interface PublicIncident {
  /** Number of the incident. */
  readonly number: number;
  readonly components: readonly string[];
  readonly impact: PublicImpact;
  readonly beganMs: number;
  /** First come first; never empty. */
  readonly updates: readonly PublicUpdate[];
}

/** All that the public is told, as it was worked out last. */
export interface StatusState {
  readonly updatedMs: number;
  readonly components: readonly PublicComponent[];
  /** Newest first. */
  readonly incidents: readonly PublicIncident[];
}
