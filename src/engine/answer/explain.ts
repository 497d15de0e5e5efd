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

/** All codes in order. */
export const EXPLANATIONS: readonly Explanation[] = [
  NFT_CODES,
  IPTABLES_CODES,
  IPSET_CODES,
  JSON_CODES,
]
  .flatMap((codes) => Object.entries(codes))
  .map(([code, text]) => ({ code, title: text.title, explanation: text.explanation }));

/** The explanation of `PM1010`, however it is written; null: there is no such code. */
export function explain(code: string): Explanation | null {
  const wanted = code.trim().toUpperCase();
  return EXPLANATIONS.find((known) => known.code === wanted) ?? null;
}
