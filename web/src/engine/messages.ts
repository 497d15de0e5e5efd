import type { DiffAnswer } from "../../../src/engine/answer/diff.ts";
import type { Finding } from "../../../src/engine/answer/lint.ts";

/** Source files by path, in the order in which they are loaded. */
export type Files = readonly (readonly [path: string, text: string])[];

/** What is asked of the worker. An edit that a newer one has overtaken is not answered. */
export type Question =
  | { readonly kind: "base"; readonly files: Files }
  | { readonly kind: "edit"; readonly number: number; readonly files: Files };

export interface Answer {
  readonly number: number;
  readonly tookMs: number;
  /** Null: it would not load; the findings say why. */
  readonly diff: DiffAnswer | null;
  readonly findings: readonly Finding[];
}
