import type { Span } from "./span.ts";

export type Severity = "error" | "warning" | "note";

/** A problem in the user's input: a value, which never stops the analysis. */
export interface Diagnostic {
  /** Stable and never reused: `PM0123`. */
  readonly code: string;
  readonly severity: Severity;
  /** Plain, lower-case start, no full stop, identifiers in backticks. */
  readonly message: string;
  /** The smallest place that shows it; null where the whole file is meant. */
  readonly span: Span | null;
  /** Other places that matter ("because of this line"). */
  readonly related: readonly RelatedSpan[];
  /** What to do about it; empty where nothing is known. */
  readonly help: string;
}

export interface RelatedSpan {
  readonly message: string;
  readonly span: Span;
}
