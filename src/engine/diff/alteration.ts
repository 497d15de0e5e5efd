import type { Node } from "../bdd/index.ts";
import type { AlterationKind } from "./finalFields.ts";

/** One thing that ends otherwise on the other side. */
export interface Alteration {
  readonly kind: AlterationKind;
  /** In words: `source`, `connection mark`, … */
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** Packets of one verdict that are altered in one way; the sets are disjoint. */
export interface Altered {
  readonly packets: Node;
  /** The same on both sides. */
  readonly fate: number;
  readonly alterations: readonly Alteration[];
  /** False: something without a model is done on one side only. */
  readonly isSure: boolean;
}

/** Packets with the same verdict on both sides. */
export interface SameVerdict {
  readonly packets: Node;
  readonly fate: number;
  /** They go on, or somebody may let them. */
  readonly goesOn: boolean;
}

/** Packets of one verdict in which one thing ends otherwise. */
export interface AlteredField extends Alteration {
  readonly packets: Node;
  readonly isSure: boolean;
}

export type Both<T> = readonly [before: T, after: T];
