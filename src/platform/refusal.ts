/** Why something is not possible now, and what makes it possible. */
export interface Refusal {
  readonly kind: "refusal";
  /**
   * `unknown`: what was named is not there; `tooOften`: it was done too often, and may be done again after
   * `afterMs`; otherwise it is there, and may not be done now.
   */
  readonly code?: "unknown" | "tooOften";
  readonly afterMs?: number;
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

/** Refuses because it was done too often; after `afterMs` it may be done again. */
export function refuseTooOften(reason: string, help: string, afterMs: number): Refusal {
  return { kind: "refusal", code: "tooOften", afterMs, reason, help };
}
