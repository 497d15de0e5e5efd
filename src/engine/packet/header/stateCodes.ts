import type { CtState } from "../packet.ts";

/** Numbers of connection states in diagrams; 5 to 7 mean nothing. */
export const STATE_CODES: Readonly<Record<CtState, number>> = {
  new: 0,
  established: 1,
  related: 2,
  invalid: 3,
  untracked: 4,
};

export const STATES: readonly CtState[] = ["new", "established", "related", "invalid", "untracked"];
