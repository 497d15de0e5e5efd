/** Why something is not possible now, and what makes it possible. */
export interface Refusal {
  readonly kind: "refusal";
  readonly reason: string;
  readonly help: string;
}
