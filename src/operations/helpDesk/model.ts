import type { ComponentState } from "../statusPage/model.ts";

/**
 * Whether it is us. `yes`: something that we look at fails; `reported`: callers alone say so; `over`: it was, until
 * lately; `nothingKnown`: all looks see, and nothing fails; `notSeen`: nothing is known to fail, but not all is seen.
 */
export type HelpDeskVerdict = "yes" | "reported" | "over" | "nothingKnown" | "notSeen";

/** How far the cause is known: `notRules`: it is proved to be none of the rules. */
export type KnownCause = "proved" | "searched" | "notRules";

/** One thing that callers use, as they are told of it. */
export interface HelpDeskService {
  readonly name: string;
  /** May be empty. */
  readonly about: string;
  readonly state: ComponentState;
  readonly sinceMs: number;
  /** It fails, or belongs to what is disturbed now. */
  readonly isAffected: boolean;
}

/** How many look, and how many of them see. What people say is no look. */
export interface Looks {
  readonly all: number;
  readonly seeing: number;
}

/** What the help desk sees: no rule, host or login is in it. */
export interface HelpDeskView {
  readonly verdict: HelpDeskVerdict;
  /** Null: nothing is disturbed. */
  readonly cause: KnownCause | null;
  /** Null: nothing is, or lately was. */
  readonly sinceMs: number | null;
  /** Null: it is not over, or there was nothing. */
  readonly endedMs: number | null;
  /** For the help desk. */
  readonly answer: string;
  /** For callers. */
  readonly tellCallers: string;
  /** As the status page names them; empty: the network file has none. */
  readonly services: readonly HelpDeskService[];
  readonly reports: {
    readonly count: number;
    /** From when they are counted. */
    readonly sinceMs: number;
  };
  readonly looks: Looks;
}
