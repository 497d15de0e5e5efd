import { parseIpv4, parseIpv6, prefixRange } from "../../base/address.ts";
import { interfaceNamePrefix, interfaceNameValue } from "../../base/interfaceName.ts";
import { parseMac } from "../../base/mac.ts";
import { CONSTANTS } from "../../base/names/constants.ts";
import { PROTOCOLS } from "../../base/names/protocols.ts";
import { OLDER_SERVICES, SERVICES } from "../../base/names/services.ts";
import { maximum, type Range, single } from "../../base/range.ts";
import type { ValueType } from "../../packet/selectors/index.ts";

/** Why a text is no value, and what to do. */
export interface ValueProblem {
  readonly kind: "unknownName" | "outOfRange" | "reversed" | "malformed";
  readonly message: string;
  readonly help: string;
}

export type ValueResult = { readonly kind: "range"; readonly range: Range } | ValueProblem;

/** How a value is read: its type and its width in bits. */
export interface ValueForm {
  readonly type: ValueType;
  readonly width: number;
}

/** Index 0 is no interface, 1 is always `lo`; what other numbers are only the running kernel knows. */
function interfaceIndex(text: string): ValueResult {
  if (Number(text) === 0) return { kind: "range", range: single(0n) };
  if (Number(text) === 1) return { kind: "range", range: single(interfaceNameValue("lo")) };
  return {
    kind: "unknownName",
    message: `interface number ${text} says nothing about its name`,
    help: "write the name of the interface",
  };
}

/** Characters of an interface's name; a wildcard may stand behind as many (measured). */
const MAXIMUM_NAME = 15;

/** Reads a value, a range `a-b`, a prefix `a/n` or a wildcard as all that it stands for. */
export function readValue(text: string, form: ValueForm, quoted: boolean): ValueResult {
  const { type, width } = form;
  if (type === "iface_index" && !quoted && /^\d+$/.test(text)) return interfaceIndex(text);
  if (type === "ifname" || type === "iface_index") {
    if (text.length <= MAXIMUM_NAME) return { kind: "range", range: interfaceRange(text) };
    return {
      kind: "outOfRange",
      message: `\`${text}\` is longer than the name of an interface can be`,
      help: `write at most ${MAXIMUM_NAME} characters`,
    };
  }
  if (type === "string") return { kind: "range", range: single(interfaceNameValue(text)) };
  const value = readSingle(text, form);
  if (value !== null) return checked(single(value), text, width);
  const prefix = readPrefix(text, form);
  if (prefix !== null) return "kind" in prefix ? prefix : checked(prefix, text, width);
  if (!quoted) {
    const range = readRange(text, form);
    if (range !== null) return range;
  }
  return {
    kind: "unknownName",
    message: `\`${text}\` is no ${describeType(type)}`,
    help: helpFor(type, text),
  };
}

function checked(range: Range, text: string, width: number): ValueResult {
  if (range.to <= maximum(width) && range.from >= 0n) return { kind: "range", range };
  return {
    kind: "outOfRange",
    message: `\`${text}\` exceeds the ${width} bits of this value`,
    help: `write a number up to ${maximum(width)}`,
  };
}

/** `eth*` is a prefix of names, `eth\*` a name with a star: nft takes all its backslashes away (measured with 1.0.6). */
function interfaceRange(text: string): Range {
  if (text.endsWith("\\*")) return single(interfaceNameValue(text.replaceAll("\\", "")));
  if (text.endsWith("*") && text.length > 1) return interfaceNamePrefix(text.slice(0, -1));
  return single(interfaceNameValue(text));
}

function describeType(type: ValueType): string {
  const names: Partial<Record<ValueType, string>> = {
    ipv4_addr: "IPv4 address",
    ipv6_addr: "IPv6 address",
    ether_addr: "MAC address",
    inet_service: "port or service",
    inet_proto: "protocol",
  };
  return names[type] ?? `value of type ${type}`;
}

function helpFor(type: ValueType, text: string): string {
  const names = CONSTANTS.get(type);
  if (names !== undefined)
    return `write a number or one of ${[...names.keys()].slice(0, 12).join(", ")}`;
  if (type === "inet_service")
    return "write the port as a number: service names depend on the host";
  if (type === "ipv4_addr" || type === "ipv6_addr")
    return `write the address itself: what \`${text}\` stands for is known to the host only`;
  return "";
}

/** The one name that is the same on every host (RFC 6761). */
const LOCALHOST = "localhost";
const LOOPBACK4 = 0x7f000001n;
/** Dates are nanoseconds in 64 bits, durations seconds in 32. */
const DATE_WIDTH = 64;
/** TC_H_UNSPEC and TC_H_ROOT of the kernel. */
const CLASSES: ReadonlyMap<string, bigint> = new Map([
  ["none", 0n],
  ["root", 0xffffffffn],
]);

/** One value without range or prefix; null where the text is none of this type. */
export function readSingle(text: string, { type, width }: ValueForm): bigint | null {
  switch (type) {
    case "ipv4_addr":
      return text === LOCALHOST ? LOOPBACK4 : parseIpv4(text);
    case "ipv6_addr":
      return text === LOCALHOST ? 1n : (parseIpv6(stripBrackets(text)) ?? mapped(text));
    case "ether_addr":
      return parseMac(text);
    case "inet_service":
      return readNumber(text) ?? numberOf(SERVICES.get(text) ?? OLDER_SERVICES.get(text));
    case "inet_proto":
      return readNumber(text) ?? protocolNumber(text);
    case "uid":
    case "gid":
      /* Only `root` has the same number everywhere. */
      return text === "root" ? 0n : readNumber(text);
    case "time":
      return width === DATE_WIDTH
        ? (readDate(text) ?? secondsToNanoseconds(readNumber(text)))
        : (readNumber(text) ?? readDurationSeconds(text));
    case "hour":
      return readNumber(text) ?? readHour(text);
    case "classid":
      return CLASSES.get(text) ?? readClassId(text) ?? readNumber(text);
    case "verdict":
      return null;
    default:
      break;
  }
  const named = CONSTANTS.get(type)?.get(text) ?? CONSTANTS.get(type)?.get(text.toLowerCase());
  if (named !== undefined) return named;
  if (type === "ct_label") {
    const bit = readNumber(text);
    return bit === null || bit >= BigInt(width) ? null : 1n << bit;
  }
  return (
    readNumber(text) ?? (width === 32 || type === "integer" ? numberOrAddress(text, width) : null)
  );
}

function stripBrackets(text: string): string {
  return text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
}

/** An IPv4 address where IPv6 is wanted is mapped (`::ffff:a.b.c.d`), as in the C library. */
function mapped(text: string): bigint | null {
  const v4 = parseIpv4(text);
  return v4 === null ? null : (0xffffn << 32n) | v4;
}

function numberOrAddress(text: string, width: number): bigint | null {
  return width === 32 ? parseIpv4(text) : null;
}

export function readNumber(text: string): bigint | null {
  return /^(0x[0-9a-fA-F]+|[0-9]+)$/.test(text) ? BigInt(text) : null;
}

function numberOf(value: number | undefined): bigint | null {
  return value === undefined ? null : BigInt(value);
}

/** nft knows `icmpv6` besides the names of /etc/protocols. */
function protocolNumber(text: string): bigint | null {
  if (text === "icmpv6") return 58n;
  return numberOf(PROTOCOLS.get(text) ?? PROTOCOLS.get(text.toLowerCase()));
}

function readClassId(text: string): bigint | null {
  const match = /^([0-9a-fA-F]*):([0-9a-fA-F]*)$/.exec(text);
  if (match === null || text === ":") return null;
  return (BigInt(`0x${match[1] || "0"}`) << 16n) | BigInt(`0x${match[2] || "0"}`);
}

/** Null where there is no prefix; a problem where its length is wrong. */
function readPrefix(text: string, form: ValueForm): Range | ValueProblem | null {
  const at = text.lastIndexOf("/");
  if (at < 0) return null;
  const value = readSingle(text.slice(0, at), form);
  const length = readNumber(text.slice(at + 1));
  if (value === null || length === null) return null;
  if (length > BigInt(form.width))
    return {
      kind: "outOfRange",
      message: `prefix length ${length} exceeds ${form.width} bits`,
      help: `write a length up to ${form.width}`,
    };
  return prefixRange(value, Number(length), form.width);
}

/** Characters of two values at most, each of which may have dashes of its own. */
const MAXIMUM_RANGE = 256;

/** `a-b`, at whichever dash both sides are values. */
function readRange(text: string, form: ValueForm): ValueResult | null {
  if (text.length > MAXIMUM_RANGE) return null;
  /* Services have dashes in their names: nft takes `ssh-https` for one. */
  if (form.type === "inet_service" && /^[A-Za-z]/.test(text)) return null;
  for (let at = text.indexOf("-"); at > 0; at = text.indexOf("-", at + 1)) {
    const from = readSingle(text.slice(0, at), form);
    const to = readSingle(text.slice(at + 1), form);
    if (from === null || to === null) continue;
    if (from > to)
      return {
        kind: "reversed",
        message: `the range \`${text}\` has zero or negative size`,
        help: "write the smaller value first",
      };
    return checked({ from, to }, text, form.width);
  }
  return null;
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `1d2h3m4s500ms`, or seconds as a plain number; null where the text is no duration. */
export function readDurationMs(text: string): number | null {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  if (!/^(\d+(ms|[smhdw]))+$/.test(text)) return null;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[smhdw])/g))
    sum += Number(amount) * (UNIT_MS[unit ?? "s"] ?? 0);
  return sum;
}

/** Nanoseconds since 1970 of `2022-05-01 21:51:23`; the zone of the device is taken for UTC. */
function readDate(text: string): bigint | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?: (\d\d:\d\d(?::\d\d)?))?$/.exec(text);
  if (match === null) return null;
  const days = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) / 86_400_000;
  const seconds = match[4] === undefined ? 0n : readHour(match[4]);
  return seconds === null ? null : (BigInt(days) * 86_400n + seconds) * 1_000_000_000n;
}

function secondsToNanoseconds(seconds: bigint | null): bigint | null {
  return seconds === null ? null : seconds * 1_000_000_000n;
}

/** Seconds since midnight of `21:51` or `21:51:23`. */
function readHour(text: string): bigint | null {
  const match = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text);
  if (match === null) return null;
  return BigInt(Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0));
}

function readDurationSeconds(text: string): bigint | null {
  const duration = readDurationMs(text);
  return duration === null ? null : BigInt(Math.round(duration / 1000));
}
