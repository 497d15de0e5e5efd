import { parseIpv4, parseIpv6 } from "../base/address.ts";
import { interfaceNameValue } from "../base/interfaceName.ts";
import { parseMac } from "../base/mac.ts";
import { parseFlags, TCP_FLAGS } from "./flags.ts";
import { applyShapeKey, type NotationOptions } from "./notationShape.ts";
import {
  type CtState,
  type IpFamily,
  type PacketShape,
  type PacketSpec,
  type Path,
  PLAIN_SHAPE,
} from "./packet.ts";
import { CT_STATE, SELECTORS } from "./selectors/index.ts";

export type { NotationOptions } from "./notationShape.ts";

/** What could not be read, with the part that is to blame and what to write instead. */
export interface NotationError {
  readonly kind: "error";
  readonly message: string;
  readonly help: string;
  /** Column from 1 in the text. */
  readonly column: number;
}

const DEFAULT_OPTIONS: NotationOptions = { lengthIsExtra: false };

/** Longest packet text that is read. */
const MAXIMUM_TEXT = 64 * 1024;

export const PROTOCOL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ["icmp", 1],
  ["igmp", 2],
  ["ipip", 4],
  ["tcp", 6],
  ["udp", 17],
  ["dccp", 33],
  ["gre", 47],
  ["esp", 50],
  ["ah", 51],
  ["icmpv6", 58],
  ["sctp", 132],
  ["udplite", 136],
]);

const EXAMPLE = "tcp 10.0.0.5:40000 > 198.51.100.7:25 in=eth1 out=eth0 state=new";

/** Mutable while the text is read; frozen into a `PacketSpec` at the end. */
interface Draft {
  path: Path | null;
  hook: string | null;
  in: string | null;
  out: string | null;
  state: CtState | null;
  direction: "original" | "reply" | null;
  original: PacketSpec | null;
  values: Map<string, bigint>;
  isOwnerless: boolean;
  shape: PacketShape;
}

/**
 * Reads `tcp 10.0.0.5:40000 > 198.51.100.7:25 in=eth1 out=eth0 state=new`. Addresses may be `any`;
 * every further selector can follow as key=value, with its spaces written as dots or left as they
 * are in quotes (`ip.ttl=5`, `"ct mark"=7`).
 */
export function parsePacket(
  text: string,
  options: NotationOptions = DEFAULT_OPTIONS,
): PacketSpec | NotationError {
  if (text.length > MAXIMUM_TEXT) return failure("the packet text is too long", EXAMPLE, 1);
  const tokens = splitTokens(text);
  const head = parseHead(tokens);
  if ("kind" in head) return head;
  const draft: Draft = {
    path: null,
    hook: null,
    in: null,
    out: null,
    state: null,
    direction: null,
    original: null,
    values: new Map(),
    isOwnerless: false,
    shape: PLAIN_SHAPE,
  };
  for (const token of tokens.slice(head.used)) {
    const problem = applyToken(draft, token, head, options);
    if (problem !== null) return problem;
  }
  const { used: _, ...rest } = head;
  return { text: text.trim(), ...rest, ...draft };
}

export function isNotationError(value: PacketSpec | NotationError): value is NotationError {
  return "kind" in value;
}

interface Token {
  readonly text: string;
  readonly column: number;
}

/** Splits at blanks outside quotes and parentheses. */
function splitTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let start = -1;
  let depth = 0;
  let quoted = false;
  for (let i = 0; i <= text.length; i++) {
    const char = text[i];
    const ends = char === undefined || (/\s/.test(char) && depth === 0 && !quoted);
    if (ends) {
      if (start >= 0) tokens.push({ text: text.slice(start, i), column: start + 1 });
      start = -1;
      continue;
    }
    if (start < 0) start = i;
    if (char === '"') quoted = !quoted;
    else if (char === "(" && !quoted) depth++;
    else if (char === ")" && !quoted) depth = Math.max(0, depth - 1);
  }
  return tokens;
}

type Head = Pick<
  PacketSpec,
  "family" | "protocol" | "source" | "destination" | "sourcePort" | "destinationPort"
> & { readonly used: number };

function parseHead(tokens: readonly Token[]): Head | NotationError {
  const [protocolToken, sourceToken, arrow, destinationToken] = tokens;
  if (
    protocolToken === undefined ||
    sourceToken === undefined ||
    arrow?.text !== ">" ||
    destinationToken === undefined
  )
    return failure("a packet begins with `PROTOCOL SOURCE > DESTINATION`", EXAMPLE, 1);
  const source = parseEndpoint(sourceToken.text);
  if (source === null)
    return failure(`\`${sourceToken.text}\` is no address`, EXAMPLE, sourceToken.column);
  const destination = parseEndpoint(destinationToken.text);
  if (destination === null)
    return failure(`\`${destinationToken.text}\` is no address`, EXAMPLE, destinationToken.column);
  const family =
    source.family ?? destination.family ?? (protocolToken.text === "icmpv6" ? "ip6" : "ip");
  if (destination.family !== null && destination.family !== family)
    return failure(
      "source and destination are of different families",
      EXAMPLE,
      destinationToken.column,
    );
  const protocol = parseProtocol(protocolToken.text, family);
  if (protocol === undefined)
    return failure(
      `\`${protocolToken.text}\` is no protocol`,
      "write tcp, udp, icmp, sctp, gre, esp, …, `p` and a number, or `any`",
      protocolToken.column,
    );
  return {
    family,
    protocol,
    source: source.address,
    destination: destination.address,
    sourcePort: source.port,
    destinationPort: destination.port,
    used: 4,
  };
}

/** Undefined: no protocol; null: any. `icmp` means ICMPv6 between IPv6 addresses. */
function parseProtocol(text: string, family: IpFamily): number | null | undefined {
  if (text === "any") return null;
  if (text === "icmp" && family === "ip6") return 58;
  const named = PROTOCOL_NUMBERS.get(text);
  if (named !== undefined) return named;
  const number = /^(?:p|proto)?(\d{1,3})$/.exec(text);
  const value = number === null ? Number.NaN : Number(number[1]);
  return value <= 255 ? value : undefined;
}

interface Endpoint {
  readonly family: IpFamily | null;
  readonly address: bigint | null;
  readonly port: number | null;
}

function parseEndpoint(text: string): Endpoint | null {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  const plain = /^([^:]+)(?::(\d+))?$/.exec(text);
  const [address, portText] = bracketed
    ? [bracketed[1] ?? "", bracketed[2]]
    : plain
      ? [plain[1] ?? "", plain[2]]
      : [text, undefined];
  const port = portText === undefined ? null : Number(portText);
  if (port !== null && port > 65535) return null;
  if (address === "any" || address === "*") return { family: null, address: null, port };
  const v4 = parseIpv4(address);
  if (v4 !== null) return { family: "ip", address: v4, port };
  const v6 = parseIpv6(address);
  return v6 === null ? null : { family: "ip6", address: v6, port };
}

const PATHS: readonly string[] = ["forward", "input", "output"];
const HOOKS: readonly string[] = ["prerouting", "input", "forward", "output", "postrouting"];

/** Short keys for selectors; `%` stands for `ip` or `ip6`. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ["type", "icmp type"],
  ["code", "icmp code"],
  ["icmpid", "icmp id"],
  ["id", "icmp id"],
  ["icmpseq", "icmp sequence"],
  ["mark", "meta mark"],
  ["uid", "meta skuid"],
  ["gid", "meta skgid"],
  ["pkttype", "meta pkttype"],
  ["smac", "ether saddr"],
  ["dmac", "ether daddr"],
  ["win", "tcp window"],
  ["ack", "tcp ackseq"],
  ["seq", "tcp sequence"],
  ["dscp", "% dscp"],
  ["ecn", "% ecn"],
  ["ttl", "%ttl"],
  ["hoplimit", "%ttl"],
  ["ipid", "ip id"],
]);

function applyToken(
  draft: Draft,
  token: Token,
  head: Head,
  options: NotationOptions,
): NotationError | null {
  const at = token.text.startsWith('"')
    ? token.text.indexOf("=", token.text.indexOf('"', 1))
    : token.text.indexOf("=");
  if (at < 1)
    return failure(`\`${token.text}\` is not of the form key=value`, EXAMPLE, token.column);
  const key = token.text.slice(0, at).replaceAll('"', "");
  const value = token.text.slice(at + 1);
  const known = applyPlace(draft, key, value, token, options);
  if (known !== undefined) return known;
  const shape = applyShapeKey(draft.shape, key, value, head, options, (inner) =>
    parsePacket(inner, options),
  );
  if (typeof shape === "string") return failure(shape, EXAMPLE, token.column);
  if (shape !== null) {
    draft.shape = shape;
    return null;
  }
  return applySelector(draft, key, value, head, token);
}

/** Undefined where `key` says nothing about the place of the packet. */
function applyPlace(
  draft: Draft,
  key: string,
  value: string,
  token: Token,
  options: NotationOptions,
): NotationError | null | undefined {
  switch (key) {
    case "in":
    case "iif":
    case "iifname":
      draft.in = value;
      return null;
    case "out":
    case "oif":
    case "oifname":
      draft.out = value;
      return null;
    case "path":
      if (!PATHS.includes(value)) return choice("path", PATHS, token);
      draft.path = value as Path;
      return null;
    case "hook":
      if (!HOOKS.includes(value)) return choice("hook", HOOKS, token);
      draft.hook = value;
      return null;
    case "state":
    case "ct.state":
      if (!Object.hasOwn(CT_STATE, value)) return choice("state", Object.keys(CT_STATE), token);
      draft.state = value as CtState;
      return null;
    case "dir":
    case "ct.direction":
      if (!["original", "orig", "reply"].includes(value))
        return choice("dir", ["original", "reply"], token);
      draft.direction = value === "reply" ? "reply" : "original";
      return null;
    case "owner":
      if (value !== "none") return choice("owner", ["none", "or uid=NUMBER instead"], token);
      draft.isOwnerless = true;
      return null;
    case "orig":
    case "original": {
      const inner = parsePacket(value.replace(/^[("]|[)"]$/g, ""), options);
      if (isNotationError(inner))
        return failure(
          `orig: ${inner.message}`,
          "write orig=(tcp 10.0.0.5:40000 > 198.51.100.7:25)",
          token.column,
        );
      draft.original = inner;
      return null;
    }
    default:
      return undefined;
  }
}

function choice(key: string, values: readonly string[], token: Token): NotationError {
  return failure(
    `\`${token.text}\` is no ${key}`,
    `write one of ${values.join(", ")}`,
    token.column,
  );
}

function applySelector(
  draft: Draft,
  key: string,
  value: string,
  head: Head,
  token: Token,
): NotationError | null {
  const id = selectorId(key, head);
  const row = SELECTORS.get(id);
  if (row === undefined)
    return failure(
      `\`${key}\` is no selector`,
      "write a selector of nft with dots for blanks, such as ip.ttl=5 or ct.mark=7",
      token.column,
    );
  const number = parseValue(row.type, value);
  if (number === null || number < 0n || number >> BigInt(row.width) !== 0n)
    return failure(
      `\`${value}\` is no value for \`${id}\``,
      `it has ${row.width} bits`,
      token.column,
    );
  draft.values.set(id, number);
  return null;
}

function selectorId(key: string, head: Head): string {
  const short = SHORT.get(key);
  const v6 = head.family === "ip6";
  if (short === "%ttl") return v6 ? "ip6 hoplimit" : "ip ttl";
  if (short?.startsWith("icmp ") && v6) return `icmpv6 ${short.slice(5)}`;
  if (short !== undefined) return short.replace("%", head.family);
  if (key === "flags") return "tcp flags";
  const spaced = key.replaceAll(".", " ");
  if (SELECTORS.has(spaced)) return spaced;
  return SELECTORS.has(`meta ${spaced}`) ? `meta ${spaced}` : spaced;
}

const PACKET_TYPES: readonly string[] = ["host", "broadcast", "multicast", "other"];

function parseValue(type: string, text: string): bigint | null {
  if (type === "ipv4_addr") return parseIpv4(text);
  if (type === "ipv6_addr") return parseIpv6(text);
  if (type === "ether_addr")
    return parseMac(/^[0-9a-fA-F]{12}$/.test(text) ? text.replace(/(..)(?!$)/g, "$1:") : text);
  if (type === "ifname" || type === "iface_index") return interfaceNameValue(text);
  if (type === "tcp_flag" && !/^\d/.test(text)) return parseFlags(text, TCP_FLAGS);
  if (type === "pkt_type" && PACKET_TYPES.includes(text)) return BigInt(PACKET_TYPES.indexOf(text));
  if (/^(0x[0-9a-fA-F]+|\d+)$/.test(text)) return BigInt(text);
  return null;
}

function failure(message: string, help: string, column: number): NotationError {
  return { kind: "error", message, help, column };
}
