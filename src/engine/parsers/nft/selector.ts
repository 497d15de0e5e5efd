import { own } from "../../base/own.ts";
import type { Expression, FibFlag } from "../../device/expression.ts";
import { SELECTORS } from "../../packet/selectors/index.ts";
import type { RuleContext } from "./context.ts";
import { parseChunk, parseOption, parseSegment, parseTunnel, TUNNELS } from "./headerOption.ts";
import type { Token } from "./lexer.ts";
import { named, opaque, presence, type Typed } from "./typed.ts";
import { readNumber } from "./values.ts";

const UNQUALIFIED_META: readonly string[] = [
  "mark",
  "iif",
  "iifname",
  "iiftype",
  "iifgroup",
  "oif",
  "oifname",
  "oiftype",
  "oifgroup",
  "skuid",
  "skgid",
  "nftrace",
  "rtclassid",
  "pkttype",
  "cpu",
  "cgroup",
  "ibrname",
  "obrname",
  "ibriport",
  "obriport",
  "secpath",
  "time",
  "day",
  "hour",
  "l4proto",
  "nfproto",
];
const HEADERS: readonly string[] = [
  "ether",
  "vlan",
  "arp",
  "ip",
  "ip6",
  "icmp",
  "icmpv6",
  "igmp",
  "tcp",
  "udp",
  "udplite",
  "sctp",
  "dccp",
  "ah",
  "esp",
  "comp",
  "gre",
  "th",
  "hbh",
  "frag",
  "dst",
  "mh",
  "srh",
  "rt0",
  ...TUNNELS,
];

/** Whether `token` begins something that a packet is asked for. */
export function beginsSelector(context: RuleContext): boolean {
  const { reader } = context;
  const token = reader.peek();
  if (token.kind !== "word") return false;
  const { text } = token;
  if (/^@(nh|th|ll|ih)$/.test(text)) return true;
  if (UNQUALIFIED_META.includes(text) || HEADERS.includes(text)) return true;
  return [
    "meta",
    "ct",
    "exthdr",
    "rt",
    "fib",
    "socket",
    "osf",
    "ipsec",
    "numgen",
    "jhash",
    "symhash",
    "sctp",
  ].includes(text);
}

/** Reads one selector and puts the matches in front that it needs. */
export function parseSelector(context: RuleContext): Typed {
  const { reader } = context;
  const token = reader.next();
  const { text } = token;
  if (text.startsWith("@")) return parseRaw(context, text.slice(1));
  switch (text) {
    case "meta":
      return named(context, `meta ${reader.word("a key of meta").text}`, token);
    case "ct":
      return parseConntrack(context, token);
    case "exthdr":
      return presence(context, `exthdr ${reader.word("an extension header").text}`, token);
    case "rt":
      return parseRouting(context, token);
    case "fib":
      return parseFib(context);
    case "socket":
      return parseSocket(context, token);
    case "osf":
      reader.accept("ttl");
      if (reader.is("loose") || reader.is("skip")) reader.next();
      return opaque("packet", `osf ${reader.word("name").text}`, "string", 128);
    case "ipsec":
      return parseIpsec(context);
    case "numgen":
    case "jhash":
    case "symhash":
      return parseGenerator(context, text);
    default:
      return parseHeader(context, token);
  }
}

function parseHeader(context: RuleContext, token: Token): Typed {
  const { reader } = context;
  const { text } = token;
  if (
    TUNNELS.includes(text) ||
    (text === "gre" &&
      reader.peek(1).kind === "word" &&
      !/^\d/.test(reader.peek(1).text) &&
      SELECTORS.has(`${reader.peek().text} ${reader.peek(1).text}`))
  )
    return parseTunnel(context, text);
  if (UNQUALIFIED_META.includes(text) && !HEADERS.includes(text))
    return named(context, `meta ${text}`, token);
  if (text === "tcp" && reader.is("option")) return parseOption(context, token, "tcp option");
  if (text === "ip" && reader.is("option")) return parseOption(context, token, "ip option");
  if (text === "dccp" && reader.is("option")) return parseOption(context, token, "dccp option");
  if (text === "sctp" && reader.is("chunk")) return parseChunk(context);
  const field = reader.word(`a field of \`${text}\``).text;
  if ((text === "srh" && field.startsWith("sid")) || text === "rt0")
    return parseSegment(context, field);
  if (text === "arp" && (field === "saddr" || field === "daddr"))
    return named(context, `arp ${field} ${reader.word("ether or ip").text}`, token);
  const spelled = FIELD_ALIASES[`${text} ${field}`] ?? `${text} ${field}`;
  return named(context, spelled, token);
}

const FIELD_ALIASES: Readonly<Record<string, string>> = {
  "vlan cfi": "vlan dei",
  "icmpv6 packet-too-big": "icmpv6 mtu",
  "ip6 ttl": "ip6 hoplimit",
};

function parseConntrack(context: RuleContext, token: Token): Typed {
  const { reader } = context;
  const direction = reader.is("original") || reader.is("reply") ? `${reader.next().text} ` : "";
  const key = reader.word("a key of ct").text;
  if (direction !== "" && (key === "ip" || key === "ip6"))
    return named(context, `ct ${direction}${key} ${reader.word("saddr or daddr").text}`, token);
  if (direction !== "" && (key === "saddr" || key === "daddr")) {
    const network = context.network;
    if (network === null)
      throw reader.problem(
        "cannot tell the family of the address",
        `write \`ct ${direction}ip ${key}\` or \`ct ${direction}ip6 ${key}\``,
        "PM1022",
      );
    return named(context, `ct ${direction}${network} ${key}`, token);
  }
  /* Both directions of a connection have one protocol; nft lists it without the direction. */
  const isCommon = key === "l3proto" || key === "protocol";
  return named(context, `ct ${isCommon ? "" : direction}${key}`, token);
}

function parseRouting(context: RuleContext, token: Token): Typed {
  const { reader } = context;
  const key = reader.word("a key of rt").text;
  const hasFamily = key === "ip" || key === "ip6";
  const asked = hasFamily ? reader.word("a key of rt").text : key;
  if (asked !== "nexthop") return named(context, `rt ${asked}`, token);
  const network = hasFamily ? key : context.network;
  if (network !== null) return named(context, `rt ${network} nexthop`, token);
  throw reader.problem(
    "cannot tell the family of the next hop",
    "write `rt ip nexthop` or `rt ip6 nexthop`",
    "PM1022",
  );
}

const FIB_FLAGS: readonly string[] = ["saddr", "daddr", "mark", "iif", "oif"];

function parseFib(context: RuleContext): Typed {
  const { reader } = context;
  const flags: FibFlag[] = [];
  do {
    const flag = reader.word("saddr, daddr, mark, iif or oif").text;
    if (!FIB_FLAGS.includes(flag)) throw reader.problem(`\`${flag}\` is no key of fib`);
    flags.push(flag as FibFlag);
  } while (reader.accept("."));
  const result = reader.word("oif, oifname or type").text;
  if (result === "check")
    return {
      expression: { kind: "fib", flags, result: "exists" },
      form: { type: "boolean", width: 1 },
      presence: false,
    };
  const ahead = reader.is("==") || reader.is("!=") ? 1 : 0;
  const asksPresence = reader.is("exists", ahead) || reader.is("missing", ahead);
  const width = result === "type" ? 32 : 128;
  const type = result === "type" ? "fib_addrtype" : result === "oif" ? "iface_index" : "ifname";
  return {
    expression: {
      kind: "fib",
      flags,
      result: asksPresence ? "exists" : (result as "oif" | "oifname" | "type"),
    },
    form: asksPresence ? { type: "boolean", width: 1 } : { type, width },
    presence: asksPresence,
  };
}

function parseSocket(context: RuleContext, token: Token): Typed {
  const { reader } = context;
  const key = reader.word("a key of socket").text;
  if (key !== "cgroupv2") return named(context, `socket ${key}`, token);
  reader.expect("level");
  const level = reader.word("a level").text;
  return opaque("moment", `socket cgroupv2 level ${level}`, "string", 128);
}

function parseIpsec(context: RuleContext): Typed {
  const { reader } = context;
  const words: string[] = ["ipsec"];
  while (reader.peek().kind === "word" && words.length < 6) {
    const { text } = reader.peek();
    if (!/^(in|out|ip|ip6|saddr|daddr|reqid|spi|spnum|\d+)$/.test(text)) break;
    if (/^\d+$/.test(text) && words.at(-1) !== "spnum") break;
    words.push(reader.next().text);
  }
  const last = words.at(-1);
  const isAddress = last === "saddr" || last === "daddr";
  const v6 = words.includes("ip6");
  if (isAddress)
    return opaque("moment", words.join(" "), v6 ? "ipv6_addr" : "ipv4_addr", v6 ? 128 : 32);
  return opaque("moment", words.join(" "), "integer", 32);
}

const BASES: Readonly<Record<string, "link" | "network" | "transport" | "inner">> = {
  ll: "link",
  nh: "network",
  th: "transport",
  ih: "inner",
};

/** nft lists these bits by their names. */
const PORT_OFFSETS: ReadonlyMap<number, string> = new Map([
  [0, "th sport"],
  [16, "th dport"],
]);

/** `@th,16,16`; where a selector names these bits the bits are its own. */
function parseRaw(context: RuleContext, baseName: string): Typed {
  const { reader } = context;
  reader.expect(",");
  const offset = Number(reader.word("an offset in bits").text);
  reader.expect(",");
  const width = Number(reader.word("a width in bits").text);
  const base = own(BASES, baseName) ?? "network";
  const port = base === "transport" && width === 16 ? PORT_OFFSETS.get(offset) : undefined;
  if (port !== undefined)
    return {
      expression: { kind: "selector", id: port },
      form: { type: "integer", width },
      presence: false,
    };
  if (!Number.isInteger(offset) || !Number.isInteger(width) || width < 1 || width > 2048)
    throw reader.problem("a raw payload is `@BASE,OFFSET,WIDTH` in bits");
  if (base === "link" && !context.hasEthernet) {
    context.statements.push({
      kind: "match",
      left: { kind: "selector", id: "iiftype" },
      test: { kind: "ranges", negated: false, ranges: [{ from: 1n, to: 1n }] },
      implied: true,
    });
    context.hasEthernet = true;
  }
  return {
    expression: { kind: "payload", base, offset, width },
    form: { type: "integer", width },
    presence: false,
  };
}

/** `numgen inc mod 2 offset 1`, `jhash ip saddr . tcp dport mod 2 seed 0x1`. */
function parseGenerator(context: RuleContext, name: "numgen" | "jhash" | "symhash"): Typed {
  const { reader } = context;
  let source: "random" | "increment" | "jhash" | "symhash" = name === "numgen" ? "increment" : name;
  if (name === "numgen")
    source = reader.word("inc or random").text === "random" ? "random" : "increment";
  let key: Expression | null = null;
  if (name === "jhash") {
    const parts = [parseSelector(context).expression];
    while (reader.accept(".")) parts.push(parseSelector(context).expression);
    key = { kind: "concatenation", parts };
  }
  reader.expect("mod");
  const modulus = readNumber(reader.word("a modulus").text) ?? 0n;
  let seed: bigint | null = null;
  let offset = 0n;
  for (;;) {
    if (reader.accept("seed")) seed = readNumber(reader.word("a seed").text);
    else if (reader.accept("offset")) offset = readNumber(reader.word("an offset").text) ?? 0n;
    else break;
  }
  if (modulus < 1n) throw reader.problem("the modulus must be at least 1");
  return {
    expression: { kind: "generator", source, key, modulus, offset, seed },
    form: { type: "integer", width: 32 },
    presence: false,
  };
}
