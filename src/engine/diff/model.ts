import type { ToldFate } from "../compile/index.ts";
import type { CtState, Path } from "../packet/packet.ts";
import type { Size } from "./size.ts";

/** What happens to the packets of a class on one side. */
export type SideFate = ToldFate;

/**
 * `verdict`: the fate of these packets is another one. `may`: it is in some state of a limiter, a set
 * or whatever else is unknown.
 */
export type ClassKind = "verdict" | "may";

/** Packets that fare alike: decided by the same rule before, and by the same rule after. */
export interface DifferenceClass {
  readonly path: Path;
  readonly kind: ClassKind;
  /** Their union is the class, where `exact` says so. */
  readonly description: readonly string[];
  readonly exact: boolean;
  readonly size: Size;
  /** States of connections that packets of the class can have. */
  readonly states: readonly CtState[];
  /** In packet notation. */
  readonly example: string;
  readonly before: SideFate;
  readonly after: SideFate;
  /** Unknowns that it hangs on, by name. */
  readonly dependsOn: readonly string[];
}

/** `undecided`: `reasons` says what could not be proved. */
export interface Difference {
  readonly equal: true | false | "undecided";
  readonly classes: readonly DifferenceClass[];
  readonly assumptions: readonly string[];
  /** Why the answer is not complete; empty where it is. */
  readonly reasons: readonly string[];
  /** Those of the reasons that name a rule which changes packets otherwise: known, and told whole. */
  readonly effects: readonly string[];
  /** Classes beyond the limit that were not told. */
  readonly truncated: number;
}
