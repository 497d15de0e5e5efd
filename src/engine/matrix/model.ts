import type { Range } from "../base/range.ts";
import type { End, Service } from "../intents/model.ts";
import type { Outcome } from "../interpret/outcome.ts";
import type { IpFamily, Path } from "../packet/packet.ts";

/** Packets in a connection: those that begin one, or those that follow in the same direction. */
export type MatrixState = "new" | "established";

/** Who reaches whom, for a service. */
export interface MatrixQuestion {
  readonly path: Path;
  readonly state: MatrixState;
  readonly services: readonly Service[];
  /** Hosts that are asked about. */
  readonly from: readonly End[];
  readonly to: readonly End[];
  /** What "depends" counts as; null: it stays so. */
  readonly unknown: "allow" | "deny" | null;
}

/**
 * `yes`: every ordinary packet of the service gets through, whatever is not known. `no`: none does, however it is made.
 * `depends`: on what is named.
 */
export type Reach =
  | { readonly kind: "yes" }
  | { readonly kind: "no" }
  | { readonly kind: "depends"; readonly on: readonly string[] };

/** Hosts that fare alike with everybody, behind some interfaces. */
export interface MatrixClass {
  readonly id: string;
  readonly family: IpFamily;
  /** Sorted, disjoint and not touching. */
  readonly ranges: readonly Range[];
  /** In the words of the ruleset: the name of a set, networks, or what is left out. */
  readonly name: string;
  /** In words; null: the rules ask for none, or the path shows none. */
  readonly interfaces: string | null;
  /** Values of their names, sorted and disjoint; null: the path shows none. */
  readonly interfaceRanges: readonly Range[] | null;
}

/** What becomes of packets from one class to another; packet and outcome are of one pair of hosts. */
export interface MatrixEdge {
  readonly from: string;
  readonly to: string;
  readonly reach: Reach;
  /** In packet notation; null: there are too many edges, and this one is not shown. */
  readonly example: string | null;
  /** Of the example: such as gets through, where any does. Null: it cannot be walked. */
  readonly outcome: Outcome | null;
}

export interface Matrix {
  readonly sources: readonly MatrixClass[];
  readonly destinations: readonly MatrixClass[];
  readonly edges: readonly MatrixEdge[];
  /** Classes that were found and not told. */
  readonly more: { readonly sources: number; readonly destinations: number };
  readonly assumptions: readonly string[];
}

/** `notAnalysed`: nothing is said of anybody. */
export type MatrixResult =
  | { readonly kind: "done"; readonly matrix: Matrix }
  | { readonly kind: "notAnalysed"; readonly reason: string };
