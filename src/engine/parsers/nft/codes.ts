interface CodeText {
  readonly title: string;
  /** What `premortem explain` prints. */
  readonly explanation: string;
}

/** Diagnostics of the nft parser: stable, never reused. */
export const NFT_CODES: Readonly<Record<string, CodeText>> = {
  PM1001: {
    title: "not understood here",
    explanation:
      "The word or character does not fit where it stands, so `nft -f` refuses the whole file and loads nothing of it. Look at what stands in front of it as well: a missing `;`, brace or line end shows itself one word later.",
  },
  PM1002: {
    title: "commands run together",
    explanation: "Two commands stand on one line without `;` between them.",
  },
  PM1003: {
    title: "file too long",
    explanation:
      "The file is longer than what is read. Split it, or keep long lists in sets that are loaded on their own.",
  },
  PM1004: {
    title: "file not found",
    explanation: "A file named on the command line was not handed to the parser.",
  },
  PM1005: {
    title: "too many rules or elements",
    explanation:
      "The file holds more than what is kept in memory. The rest of it is not read, and nothing is said about it.",
  },
  PM1006: {
    title: "characters that nft does not know",
    explanation:
      "Between words nft takes blanks, tabs and line ends only. Editors of other systems put carriage returns, byte order marks or no-break spaces into a file, and nft refuses all of it.",
  },
  PM1010: {
    title: "unknown variable",
    explanation:
      "`$name` is used before `define name = …`. Variables hold from their line on, in included files too, and never across two runs of nft.",
  },
  PM1011: {
    title: "variables too large",
    explanation:
      "Variables contain each other so often, or themselves, that they expand to too many words.",
  },
  PM1020: {
    title: "conflicting protocols",
    explanation:
      "The rule asks for two protocols of the same layer at once, such as `ip saddr` with `ip6 daddr`: no packet has both, and nft refuses it.",
  },
  PM1021: {
    title: "no such selector",
    explanation:
      "The words name nothing that can be matched. nft refuses the whole file; `nft describe` tells the names that it has.",
  },
  PM1022: {
    title: "family missing",
    explanation:
      "A match of connection tracking in a table of family inet needs `ip` or `ip6` in its name.",
  },
  PM1023: {
    title: "statement behind a verdict",
    explanation:
      "A verdict ends its rule, so nothing behind it is ever reached; nft refuses the file. Only a comment may follow.",
  },
  PM1024: {
    title: "transparent proxy without protocol",
    explanation: "`tproxy` needs a match of TCP or UDP in front of it.",
  },
  PM1030: {
    title: "value not known here",
    explanation:
      "A name has no value in our tables, but nft may know it on the device: from files such as /etc/iproute2/rt_marks. It is kept as an unknown.",
  },
  PM1031: {
    title: "not a value of this type",
    explanation:
      "The word is no value of what it is compared with, or a range runs backwards. nft refuses the whole file.",
  },
  PM1032: {
    title: "one value needed",
    explanation: "A range or prefix stands where one single value is needed.",
  },
  PM1033: {
    title: "types do not fit",
    explanation:
      "A value of one type is written to a field of another one, which nft takes from version 1.0.9 on.",
  },
  PM1034: {
    title: "service name not everywhere known",
    explanation:
      "Service names come from /etc/services, which differs between distributions: where the name is missing, nft refuses the whole file at boot. Write the number.",
  },
  PM1040: {
    title: "limit without burst",
    explanation: "`burst 0 packets` would never match; nft refuses it.",
  },
  PM1041: {
    title: "reset for what is no TCP",
    explanation: "`reject with tcp reset` needs a match of TCP in front of it.",
  },
  PM1042: {
    title: "port mapping without protocol",
    explanation: "A translation that changes ports needs a transport protocol in its rule.",
  },
  PM1043: {
    title: "family of the address missing",
    explanation: "In a table of family inet, `dnat` and `snat` to an address say `ip` or `ip6`.",
  },
  PM1044: {
    title: "address of the other family",
    explanation: "The address of a translation is not of the family that the rule states.",
  },
  PM1050: {
    title: "chain declared twice",
    explanation:
      "A base chain keeps the type, hook and priority that it was made with. To change them, delete the chain first.",
  },
  PM1052: {
    title: "policy without a hook",
    explanation:
      "Only a base chain has a policy: the kernel refuses one for a chain that has no hook. End such a chain with a rule.",
  },
  PM1051: {
    title: "route chain outside of output",
    explanation: "Chains of type route exist in the output hook only.",
  },
  PM1060: {
    title: "key twice",
    explanation:
      "Two elements of a map have the same key but not the same value; the kernel refuses the second.",
  },
  PM1061: { title: "set full", explanation: "The set holds fewer elements than are added." },
  PM1062: {
    title: "overlapping intervals",
    explanation:
      "Intervals of a set without `auto-merge` may not overlap; in a map each key needs one answer.",
  },
  PM1063: {
    title: "no such element",
    explanation:
      "An element to delete or get is not in the set, or is written otherwise than it was added.",
  },
  PM1064: {
    title: "constant set",
    explanation: "Elements of a set with `flags constant` cannot be changed after it was made.",
  },
  PM1012: {
    title: "defined twice",
    explanation:
      "A block may define a name once. `redefine` gives it another value from its line on; a block of a table or a chain has names of its own.",
  },
  PM1065: {
    title: "in use",
    explanation:
      "The kernel deletes no chain, set or object that a rule or an element of a map still names. It refuses the whole file.",
  },
  PM1066: {
    title: "a dynamic set of intervals",
    explanation:
      "A set that packets write (`add @s`, `update @s`, `flags dynamic`) holds single values: no kernel has one with `flags interval`.",
  },
  PM1067: {
    title: "a set declared again as another",
    explanation:
      "A second declaration of a set must have the same type, flags and statements as the first; its elements are added.",
  },
  PM1070: {
    title: "already there",
    explanation: "`create` refuses what exists; `add` does not mind.",
  },
  PM1071: {
    title: "not there",
    explanation: "The table, chain, set or object does not exist at this point of the script.",
  },
  PM1072: {
    title: "no such rule",
    explanation: "No rule of the chain has this handle, index or text.",
  },
  PM1073: {
    title: "undefined chain",
    explanation: "A rule jumps to a chain that its table does not have. The whole file is refused.",
  },
  PM1074: {
    title: "jump to a base chain",
    explanation: "Base chains hang on hooks; jump and goto lead to chains without a hook only.",
  },
  PM1075: {
    title: "undefined set",
    explanation:
      "A rule reads a set or map that its table does not have. The whole file is refused.",
  },
  PM1076: {
    title: "reject in the wrong hook",
    explanation:
      "`reject` works in prerouting, input, forward and output, not in the hook of this chain.",
  },
  PM1077: {
    title: "jumps too deep",
    explanation: "A chain leads through more than 16 jumps, or in a circle; the kernel refuses it.",
  },
  PM1078: {
    title: "undefined object",
    explanation:
      "A rule uses a named counter, limit, quota, helper or flowtable that its table does not have. The whole file is refused.",
  },
  PM1079: {
    title: "translation in the wrong chain",
    explanation:
      "Addresses are translated in chains of type nat only: `dnat` and `redirect` in prerouting and output, `snat` in postrouting and input, `masquerade` in postrouting.",
  },
  PM1080: {
    title: "included file missing",
    explanation:
      "The file of an `include` without wildcards does not exist, so nft refuses the whole file. A pattern with wildcards may match nothing.",
  },
  PM1081: {
    title: "include too deep",
    explanation:
      "Files include each other more than 16 deep, in a circle, or more than 10,000 times in all.",
  },
  PM1083: {
    title: "a word of nft's own as a name",
    explanation:
      "Words such as `reject`, `log`, `tcp` or `counter` cannot name a table, chain, set, object or flowtable: `nft -f` refuses the whole file. iptables can make such chains, and its translation into nft keeps their names.",
  },
  PM1084: {
    title: "a mask of one flag",
    explanation:
      "`tcp flags ack / ack` is understood here, but nft 1.0.6 refuses it, although `iptables-translate` of the same age writes it. Write `tcp flags & ack == ack`, which every nft takes.",
  },
  PM1082: {
    title: "flows are offloaded",
    explanation:
      "Once a flow is in the flowtable its further packets pass no chain behind ingress. What is said of a packet holds for packets that take the way through the chains.",
  },
};
