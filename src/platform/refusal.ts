/** Why something is not possible now, and what makes it possible. */
export interface Refusal {
  readonly kind: "refusal";
  readonly reason: string;
  readonly help: string;
}

export function refuse(reason: string, help: string): Refusal {
  return { kind: "refusal", reason, help };
}
