import { IPSET_CODES } from "../parsers/ipset/codes.ts";
import { IPTABLES_CODES } from "../parsers/iptables/codes.ts";
import { JSON_CODES } from "../parsers/json/codes.ts";
import { NFT_CODES } from "../parsers/nft/codes.ts";

/** What a code of a finding means. */
export interface Explanation {
  readonly code: string;
  readonly title: string;
  readonly explanation: string;
}

/** Titles and explanations by code. */
export type Codes = Readonly<Record<string, Omit<Explanation, "code">>>;

/** The codes of the engine's parsers. */
export const ENGINE_CODES: readonly Codes[] = [NFT_CODES, IPTABLES_CODES, IPSET_CODES, JSON_CODES];

/** All codes of some tables, in order. */
export function explanations(tables: readonly Codes[]): readonly Explanation[] {
  return tables
    .flatMap((codes) => Object.entries(codes))
    .map(([code, { title, explanation }]) => ({ code, title, explanation }));
}

/** The explanation of `PM1010`, however it is written; null: there is no such code. */
export function explain(all: readonly Explanation[], code: string): Explanation | null {
  const wanted = code.trim().toUpperCase();
  return all.find((known) => known.code === wanted) ?? null;
}
