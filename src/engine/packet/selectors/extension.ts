import {
  NFPROTO_IPV4,
  NFPROTO_IPV6,
  PROTOCOL,
  type SelectorNeed,
  type SelectorRow,
  type ValueType,
} from "./row.ts";

type Field = readonly [string, number, number, ValueType];

const IPV6: readonly SelectorNeed[] = [{ id: "meta nfproto", value: NFPROTO_IPV6 }];
const IPV4: readonly SelectorNeed[] = [{ id: "meta nfproto", value: NFPROTO_IPV4 }];

const NOTHING_ELSE = {
  absent: "noMatch",
  unknown: null,
  writable: false,
  iptables: [],
} as const;

/** IPv6 extension headers by name: number, then fields (RFC 8200, 6275, 8754). */
const HEADERS: readonly (readonly [string, number, readonly Field[]])[] = [
  [
    "hbh",
    0,
    [
      ["nexthdr", 0, 8, "inet_proto"],
      ["hdrlength", 8, 8, "integer"],
    ],
  ],
  [
    "rt",
    43,
    [
      ["nexthdr", 0, 8, "inet_proto"],
      ["hdrlength", 8, 8, "integer"],
      ["type", 16, 8, "integer"],
      ["seg-left", 24, 8, "integer"],
    ],
  ],
  [
    "frag",
    44,
    [
      ["nexthdr", 0, 8, "inet_proto"],
      ["reserved", 8, 8, "integer"],
      ["frag-off", 16, 13, "integer"],
      ["reserved2", 29, 2, "integer"],
      ["more-fragments", 31, 1, "integer"],
      ["id", 32, 32, "integer"],
    ],
  ],
  [
    "dst",
    60,
    [
      ["nexthdr", 0, 8, "inet_proto"],
      ["hdrlength", 8, 8, "integer"],
    ],
  ],
  [
    "mh",
    PROTOCOL.mobility,
    [
      ["nexthdr", 0, 8, "inet_proto"],
      ["hdrlength", 8, 8, "integer"],
      ["type", 16, 8, "mh_type"],
      ["reserved", 24, 8, "integer"],
      ["checksum", 32, 16, "integer"],
    ],
  ],
  ["ah", PROTOCOL.ah, []],
  [
    "srh",
    43,
    [
      ["last-entry", 32, 8, "integer"],
      ["flags", 40, 8, "integer"],
      ["tag", 48, 16, "integer"],
    ],
  ],
];

/** The further blocks of the option that holds up to four. */
function sackBlocks(count: number): (readonly [string, number, readonly Field[]])[] {
  return Array.from({ length: count }, (_, i) => [
    `sack${i + 1}`,
    5,
    [
      ["left", 80 + 64 * i, 32, "integer"],
      ["right", 112 + 64 * i, 32, "integer"],
    ],
  ]);
}

/** TCP options by nft's name: kind, then fields (RFC 9293, 7323, 2018). */
const TCP_OPTIONS: readonly (readonly [string, number, readonly Field[]])[] = [
  ["eol", 0, []],
  ["nop", 1, []],
  [
    "maxseg",
    2,
    [
      ["length", 8, 8, "integer"],
      ["size", 16, 16, "integer"],
    ],
  ],
  [
    "window",
    3,
    [
      ["length", 8, 8, "integer"],
      ["count", 16, 8, "integer"],
    ],
  ],
  ["sack-perm", 4, [["length", 8, 8, "integer"]]],
  [
    "sack",
    5,
    [
      ["length", 8, 8, "integer"],
      ["left", 16, 32, "integer"],
      ["right", 48, 32, "integer"],
    ],
  ],
  ...sackBlocks(3),
  [
    "timestamp",
    8,
    [
      ["length", 8, 8, "integer"],
      ["tsval", 16, 32, "integer"],
      ["tsecr", 48, 32, "integer"],
    ],
  ],
  ["md5sig", 19, []],
  [
    "mptcp",
    30,
    [
      ["length", 8, 8, "integer"],
      ["subtype", 16, 4, "mptcp_subtype"],
    ],
  ],
  ["fastopen", 34, []],
];

/** IPv4 options by nft's name (RFC 791). */
const IP_OPTIONS: readonly (readonly [string, number, readonly Field[]])[] = [
  [
    "lsrr",
    131,
    [
      ["type", 0, 8, "integer"],
      ["length", 8, 8, "integer"],
      ["ptr", 16, 8, "integer"],
      ["addr", 24, 32, "ipv4_addr"],
    ],
  ],
  [
    "rr",
    7,
    [
      ["type", 0, 8, "integer"],
      ["length", 8, 8, "integer"],
      ["ptr", 16, 8, "integer"],
      ["addr", 24, 32, "ipv4_addr"],
    ],
  ],
  [
    "ssrr",
    137,
    [
      ["type", 0, 8, "integer"],
      ["length", 8, 8, "integer"],
      ["ptr", 16, 8, "integer"],
      ["addr", 24, 32, "ipv4_addr"],
    ],
  ],
  [
    "ra",
    148,
    [
      ["type", 0, 8, "integer"],
      ["length", 8, 8, "integer"],
      ["value", 16, 16, "integer"],
    ],
  ],
];

/** Headers and options that a packet may or may not have. `exthdr dst` asks whether it is there. */
export const EXTENSION_ROWS: readonly SelectorRow[] = [
  ...HEADERS.flatMap(([name, header, fields]): SelectorRow[] => [
    {
      id: `exthdr ${name}`,
      width: 1,
      type: "boolean",
      source: { kind: "extensionHeader", header, offset: null },
      needs: IPV6,
      ...NOTHING_ELSE,
    },
    ...fields.map(
      ([field, offset, width, type]): SelectorRow => ({
        id: `${name} ${field}`,
        width,
        type,
        source: { kind: "extensionHeader", header, offset },
        needs: IPV6,
        ...NOTHING_ELSE,
      }),
    ),
  ]),
  ...TCP_OPTIONS.flatMap(([name, option, fields]): SelectorRow[] => [
    {
      id: `tcp option ${name}`,
      width: 1,
      type: "boolean",
      source: { kind: "tcpOption", option, offset: null },
      needs: [],
      ...NOTHING_ELSE,
    },
    ...fields.map(
      ([field, offset, width, type]): SelectorRow => ({
        id: `tcp option ${name} ${field}`,
        width,
        type,
        source: { kind: "tcpOption", option, offset },
        needs: [],
        ...NOTHING_ELSE,
        writable: true,
        iptables: name === "maxseg" ? ["tcpmss --mss"] : [],
      }),
    ),
  ]),
  ...IP_OPTIONS.flatMap(([name, option, fields]): SelectorRow[] => [
    {
      id: `ip option ${name}`,
      width: 1,
      type: "boolean",
      source: { kind: "ipOption", option, offset: null },
      needs: IPV4,
      ...NOTHING_ELSE,
    },
    ...fields.map(
      ([field, offset, width, type]): SelectorRow => ({
        id: `ip option ${name} ${field}`,
        width,
        type,
        source: { kind: "ipOption", option, offset },
        needs: IPV4,
        ...NOTHING_ELSE,
      }),
    ),
  ]),
];
