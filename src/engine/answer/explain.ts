import { LINT_CODES } from "../lint/index.ts";
import { IPSET_CODES } from "../parsers/ipset/codes.ts";
import { IPTABLES_CODES } from "../parsers/iptables/codes.ts";
import { JSON_CODES } from "../parsers/json/codes.ts";
import { NFT_CODES } from "../parsers/nft/codes.ts";

/** What a code of a finding means. */
export interface Explanation {
  readonly code: string;
  readonly title: string;
  readonly explanation: string;
  /** The smallest ruleset that shows it; left out: none is shown. */
  readonly example?: string;
  /** The example without the finding. */
  readonly corrected?: string;
}

/** Titles and explanations by code. */
export type Codes = Readonly<Record<string, Omit<Explanation, "code">>>;

/** The codes of the engine's parsers, and of the checks of lint. */
export const ENGINE_CODES: readonly Codes[] = [
  NFT_CODES,
  IPTABLES_CODES,
  IPSET_CODES,
  JSON_CODES,
  LINT_CODES,
];

/** All codes of some tables, in order. */
export function explanations(tables: readonly Codes[]): readonly Explanation[] {
  return tables
    .flatMap((codes) => Object.entries(codes))
    .map(([code, text]) => ({ code, ...text }));
}

/** The explanation of `PM1010`, however it is written; null: there is no such code. */
export function explain(all: readonly Explanation[], code: string): Explanation | null {
  const wanted = code.trim().toUpperCase();
  return all.find((known) => known.code === wanted) ?? null;
}
