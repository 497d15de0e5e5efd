/** Why something is not possible now, and what makes it possible. */
export interface Refusal {
  readonly kind: "refusal";
  /** `unknown`: what was named is not there; otherwise it is there, and may not be done now. */
  readonly code?: "unknown";
  readonly reason: string;
  readonly help: string;
}

export function refuse(reason: string, help: string): Refusal {
  return { kind: "refusal", reason, help };
}

/** Refuses because what was named is not there. */
export function refuseUnknown(reason: string, help: string): Refusal {
  return { kind: "refusal", code: "unknown", reason, help };
}
