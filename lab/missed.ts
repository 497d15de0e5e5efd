import { withinNodeLimit } from "../src/engine/bdd/index.ts";
import type { Rule } from "../src/engine/device/device.ts";
import { needsOf } from "./reach/needs.ts";
import type { Reach } from "./reach/reach.ts";

/** Why no packet matched a rule. */
export interface Missed {
  readonly rule: Rule;
  readonly reason: string;
  /** Lines of the ruleset that the reason is about. */
  readonly lines: readonly number[];
  /** No packet can: it follows from the ruleset. */
  readonly isProved: boolean;
}

/** Why none of the packets hit the rule: what the compiler proves, else what it asks for. */
export function explainMissed(rule: Rule, reach: Reach | null): Missed {
  const open = (reason: string): Missed => ({ rule, reason, lines: [], isProved: false });
  if (reach === null) return open("the ruleset is too large for the compiler here");
  const reached = reach.of(rule);
  if (reached.kind === "never")
    return { rule, reason: reached.reason, lines: reached.lines, isProved: true };
  const needs = withinNodeLimit(() => needsOf(reach.analysis, reach.device, reached.aims));
  if (needs.kind === "nodeLimit") return open("the ruleset is too large for the compiler here");
  return open(
    needs.value === null ? "no packet was found that comes to it" : `needs ${needs.value}`,
  );
}
