import type { DiffAnswer } from "../../../src/engine/answer/diff.ts";
import type { Finding } from "../../../src/engine/answer/lint.ts";

/** Two texts, as they stand in the page. */
export interface Question {
  readonly number: number;
  readonly before: string;
  readonly after: string;
}

export type Told =
  /** What it is at, before each piece of work. */
  | { readonly kind: "progress"; readonly number: number; readonly work: string }
  | { readonly kind: "done"; readonly number: number; readonly compared: Compared };

export interface Compared {
  readonly tookMs: number;
  readonly before: Read;
  readonly after: Read;
  /** Null: a side would not load. */
  readonly diff: DiffAnswer | null;
}

export interface Read {
  readonly findings: readonly Finding[];
  readonly loads: boolean;
}
