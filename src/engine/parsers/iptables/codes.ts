export interface CodeText {
  readonly title: string;
  /** What `premortem explain` prints. */
  readonly explanation: string;
}

/** Diagnostics of the iptables parser: stable, never reused. */
export const IPTABLES_CODES = {
  PM2001: {
    title: "file not found",
    explanation: "A file named on the command line was not handed to the parser.",
  },
  PM2002: {
    title: "text outside of a table",
    explanation:
      "Before `*table` and after `COMMIT` only comments and empty lines may stand; iptables-restore stops at anything else. Often a shell prompt or prose was pasted along.",
  },
  PM2003: {
    title: "Windows line ends",
    explanation:
      "Lines end with carriage return and newline. iptables-restore takes the carriage return for a part of the last word, so it knows neither the table nor the target.",
  },
  PM2004: {
    title: "COMMIT missing",
    explanation:
      "A table without COMMIT is not applied: iptables-restore prints `COMMIT expected`. Tables committed before stay applied.",
  },
  PM2005: {
    title: "unknown table",
    explanation:
      "iptables has the tables filter, nat, mangle, raw and security; any other name is refused.",
  },
  PM2006: {
    title: "malformed chain line",
    explanation:
      "A chain line is `:NAME POLICY [packets:bytes]`; the policy of a user chain is `-`.",
  },
  PM2007: {
    title: "bad chain name",
    explanation:
      "Names have at most 28 characters, do not begin with `-` or `!`, and are not those of targets.",
  },
  PM2008: {
    title: "undefined chain",
    explanation:
      "A rule or command names a chain that was not declared before it in this table. The whole table is refused.",
  },
  PM2009: {
    title: "unknown option",
    explanation:
      "No loaded match or target knows this option. Options belong to the `-m` or `-j` in front of them, those of a protocol to `-p`.",
  },
  PM2010: {
    title: "missing or stray argument",
    explanation: "An option lacks its argument, or a word stands where an option is expected.",
  },
  PM2011: {
    title: "unreadable value",
    explanation: "The argument is not of the form that the option takes.",
  },
  PM2012: {
    title: "old negation",
    explanation:
      "`-s ! NET` was the form of iptables up to 1.4; today the `!` stands in front: `! -s NET`. iptables 1.8 refuses the old form, and with it the whole file. `premortem diff` reads it all the same, so that an old dump can be compared.",
  },
  PM2013: {
    title: "option cannot be negated or repeated",
    explanation: "`!` in front of this option, or giving it twice, is refused by iptables.",
  },
  PM2014: {
    title: "option does not fit here",
    explanation:
      "The match or target needs another protocol, chain or option: `-i` cannot be used in OUTPUT, `--dport` needs `-p tcp`, `REJECT --reject-with tcp-reset` needs `-p tcp`, and so on.",
  },
  PM2015: {
    title: "no command",
    explanation: "Each line inside of a table is one command such as `-A CHAIN …`.",
  },
  PM2016: {
    title: "host name in a rule",
    explanation:
      "iptables looks the name up once, while loading. What it stands for is not known here, so the match is an unknown.",
  },
  PM2017: {
    title: "unknown match or target",
    explanation:
      "This match or target is no part of iptables 1.8; it may come from xtables-addons. What it does is not known, so it stays an unknown by name.",
  },
  PM2018: {
    title: "user or group name in a rule",
    explanation:
      "Names of users and groups are looked up on the device; here they are not known, so the match is an unknown.",
  },
  PM2019: {
    title: "glued option",
    explanation: "`-pudp` in one word is refused by iptables 1.8 in restore files; write `-p udp`.",
  },
  PM2020: {
    title: "unknown service or protocol name",
    explanation:
      "The name is in no table of services; iptables would look into /etc/services of the device.",
  },
  PM2021: {
    title: "loop of chains",
    explanation: "Chains that a packet can reach jump in a circle; the kernel refuses the table.",
  },
  PM2022: {
    title: "no such rule",
    explanation: "A rule to delete or replace is not in the chain; iptables-restore stops here.",
  },
  PM2023: {
    title: "limit reached",
    explanation: "The text is beyond what the parser keeps; the rest is counted, not shown.",
  },
  PM2024: {
    title: "undefined ipset",
    explanation:
      "The rule asks a set that is not known here. Give the file of `ipset save` too; until then the match is an unknown.",
  },
  PM2025: {
    title: "word or line too long",
    explanation:
      "iptables-restore reads lines of at most 10,239 bytes, words of at most 1,023 bytes and 254 words a line.",
  },
} as const satisfies Readonly<Record<string, CodeText>>;

export type IptablesCode = keyof typeof IPTABLES_CODES;
