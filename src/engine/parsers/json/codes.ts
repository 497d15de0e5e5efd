import type { CodeText } from "../iptables/codes.ts";

/** Diagnostics of the parser of `nft -j`: stable, never reused. */
export const JSON_CODES = {
  PM4001: {
    title: "file not found",
    explanation: "A file named on the command line was not handed to the parser.",
  },
  PM4002: {
    title: "no valid JSON",
    explanation:
      "The text stops being JSON at this place; often it was cut off while it was copied. The items in front of it are read, yet nft would load none of them.",
  },
  PM4003: {
    title: "not what nft prints",
    explanation:
      'The outermost object has one list, named "nftables", of tables, chains and rules.',
  },
  PM4004: {
    title: "unknown item",
    explanation: "The item, statement or expression is none that `nft -j` knows; it is left out.",
  },
  PM4005: {
    title: "lost by JSON",
    explanation:
      "`nft -j` prints the name of an xtables match or target without its parameters: what it does is not known. Take `iptables-save` or the text of `nft list ruleset` instead.",
  },
} as const satisfies Readonly<Record<string, CodeText>>;
