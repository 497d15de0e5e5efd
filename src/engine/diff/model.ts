import type { ToldFate } from "../compile/index.ts";
import type { Interpretation } from "../interpret/interpret.ts";
import type { CtState, PacketSpec, Path } from "../packet/packet.ts";
import type { Alteration } from "./alteration.ts";
import type { AlterationKind } from "./finalFields.ts";
import type { Size } from "./size.ts";

/** What happens to the packets of a class on one side. */
export type SideFate = ToldFate;

/**
 * What is another one for these packets: the verdict; else where they go and as whom, or something else in their
 * header; else a mark; else what connection tracking keeps. `may`: it is in some state of a limiter, a set or
 * whatever else is unknown.
 */
export type ClassKind = "verdict" | AlterationKind | "may";

/**
 * Packets that fare alike: decided by the same rule before, and by the same rule after; where the verdict is the
 * same, altered in one way before and in one way after.
 */
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
  /** What becomes of them beside the verdict, as far as it differs; empty where the verdict does. */
  readonly alterations: readonly Alteration[];
  /** Of packets that are altered, `by` is the rule that does it. */
  readonly before: SideFate;
  readonly after: SideFate;
  /** Null: the example cannot be walked, since it is of a history that its notation does not tell. */
  readonly walks: ExampleWalks | null;
  /** Unknowns that it hangs on, by name. */
  readonly dependsOn: readonly string[];
  /** Ids of the promises that were asked about, and have packets in it. */
  readonly meets: readonly string[];
}

/** What the interpreter finds for an example, on both sides. */
export interface ExampleWalks {
  readonly packet: PacketSpec;
  readonly before: Interpretation;
  readonly after: Interpretation;
}

/** `undecided`: `reasons` says what could not be proved. */
export interface Difference {
  readonly equal: true | false | "undecided";
  readonly classes: readonly DifferenceClass[];
  readonly assumptions: readonly string[];
  /** Why the answer is not complete; empty where it is. */
  readonly reasons: readonly string[];
  /** Rules that change packets otherwise than before, where something comes of it: the classes tell what. */
  readonly effects: readonly string[];
  /** Classes beyond the limit that were not told. */
  readonly truncated: number;
}
