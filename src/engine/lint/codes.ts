import { CHAIN_CODES } from "./codesOfChains.ts";
import { RULE_CODES } from "./codesOfRules.ts";

/** What a code of lint means, and the smallest ruleset that shows it. */
export interface LintCode {
  readonly title: string;
  readonly explanation: string;
  readonly example: string;
  /** The same without the finding. */
  readonly corrected: string;
}

/** Codes of the checks: stable, never reused. */
export const LINT_CODES: Readonly<Record<string, LintCode>> = { ...RULE_CODES, ...CHAIN_CODES };
