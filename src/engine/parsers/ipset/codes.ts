/** Diagnostics of the ipset parser: stable, never reused. */
export const IPSET_CODES = {
  PM3001: {
    title: "file not found",
    explanation: "A file named on the command line was not handed to the parser.",
  },
  PM3002: {
    title: "unknown command",
    explanation:
      "Lines of `ipset save` begin with `create` or `add`; scripts also use `del`, `flush`, `destroy`, `swap` and `rename`.",
  },
  PM3003: {
    title: "unknown set type",
    explanation:
      "The type is one of hash:ip, hash:net, hash:ip,port and the like, bitmap:ip, bitmap:ip,mac, bitmap:port and list:set.",
  },
  PM3004: {
    title: "unknown option",
    explanation: "The type of the set does not know this option, or its value cannot be read.",
  },
  PM3005: {
    title: "no such set",
    explanation: "The command names a set that was not created before. ipset stops at this line.",
  },
  PM3006: {
    title: "set exists already",
    explanation: "Two sets of one name; with `-exist` a second equal `create` is ignored.",
  },
  PM3007: {
    title: "unreadable element",
    explanation: "The element is not of the form that the type of the set takes.",
  },
  PM3008: {
    title: "element exists already",
    explanation:
      "ipset stops at an element that is in the set already, unless it is run with `-exist`.",
  },
  PM3009: {
    title: "no such element",
    explanation:
      "ipset stops where an element to delete is not in the set, unless run with `-exist`.",
  },
  PM3010: {
    title: "set is full",
    explanation: "A set holds at most `maxelem` elements, 65536 where nothing is said.",
  },
  PM3011: {
    title: "element out of range",
    explanation: "A bitmap holds only what lies in its `range`.",
  },
  PM3012: {
    title: "set is in use",
    explanation: "A set that a rule or a list refers to cannot be destroyed.",
  },
  PM3013: {
    title: "sets do not fit",
    explanation: "Two sets can be swapped only if they are of one type and family.",
  },
  PM3014: {
    title: "host name in a set",
    explanation:
      "ipset looks the name up once, while loading. What it stands for is not known here, so what the set holds is not known either.",
  },
  PM3015: {
    title: "limit reached",
    explanation: "The text is beyond what the parser keeps; the rest is counted, not shown.",
  },
  PM3016: {
    title: "bad set name",
    explanation: "Names of sets have at most 31 characters.",
  },
} as const;

export type IpsetCode = keyof typeof IPSET_CODES;
