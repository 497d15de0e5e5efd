import type { Range } from "../../base/range.ts";
import type { Span } from "../../base/span.ts";
import { parseAddresses, parseLength, parseSetAddress } from "./address.ts";
import type { DraftSet } from "./draft.ts";
import { parsePortRange } from "./ports.ts";
import type { SetFamily, SetType } from "./types.ts";

/** Elements of a hash where nothing is said, and members of a list. */
const DEFAULT_MAXIMUM = 65_536;
const DEFAULT_LIST = 8;
const MAX_MARK = 0xffffffffn;

/** Options that change how a set is kept, not what it holds. */
const FLAGS = new Set(["counters", "comment", "skbinfo", "forceadd", "wildcard"]);
const NUMBERS = new Set(["hashsize", "bucketsize", "initval", "probes", "resize", "gc"]);

export interface CreateProblem {
  readonly kind: "problem";
  readonly word: string;
}

/** Reads the options of `create`. */
export function readCreate(
  type: SetType,
  words: readonly string[],
  span: Span,
): DraftSet | CreateProblem {
  const options = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const name = (words[at] ?? "").replace(/^--?/, "");
    if (FLAGS.has(name)) options.set(name, "");
    else if (NUMBERS.has(name) || READERS.has(name)) options.set(name, words[++at] ?? "");
    else return { kind: "problem", word: words[at] ?? "" };
  }
  const family = readFamily(options.get("family"));
  if (family === null) return { kind: "problem", word: "family" };
  const read: Readings = {
    maximum: null,
    timeoutMs: null,
    netmask: null,
    mark: MAX_MARK,
    range: null,
  };
  for (const [name, value] of options) {
    const reader = READERS.get(name);
    if (reader !== undefined && !reader(read, value, type, family))
      return { kind: "problem", word: `${name} ${value}` };
  }
  if (type.storage === "bitmap" && read.range === null) return { kind: "problem", word: "range" };
  const usual = type.storage === "list" ? DEFAULT_LIST : DEFAULT_MAXIMUM;
  return {
    type,
    family,
    netmask: read.netmask,
    markMask: read.mark,
    maximum: type.storage === "bitmap" ? null : (read.maximum ?? usual),
    defaultTimeoutMs: read.timeoutMs,
    range: read.range,
    forceAdd: options.has("forceadd"),
    span,
    elements: new Map(),
    members: [],
    entries: 0,
    dynamic: false,
  };
}

function readFamily(text: string | undefined): SetFamily | null {
  if (text === undefined || text === "inet" || text === "ipv4" || text === "-4") return "ip";
  return text === "inet6" || text === "ipv6" || text === "-6" ? "ip6" : null;
}

interface Readings {
  maximum: number | null;
  timeoutMs: number | null;
  netmask: number | null;
  mark: bigint;
  range: Range | null;
}

/** Each takes its value, or says that it cannot. */
type Reader = (read: Readings, value: string, type: SetType, family: SetFamily) => boolean;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ["family", () => true],
  ["maxelem", readMaximum],
  ["size", readMaximum],
  ["timeout", readTimeout],
  ["netmask", readNetmask],
  ["bitmask", readNetmask],
  ["markmask", readMarkMask],
  ["range", readRange],
  ["from", (read, value, type, family) => readBound(read, value, family, "from") && type !== null],
  ["to", (read, value, type, family) => readBound(read, value, family, "to") && type !== null],
]);

function readMaximum(read: Readings, value: string): boolean {
  if (!/^\d{1,10}$/.test(value)) return false;
  read.maximum = Number(value);
  return true;
}

function readTimeout(read: Readings, value: string): boolean {
  if (!/^\d{1,10}$/.test(value)) return false;
  read.timeoutMs = Number(value) * 1000;
  return true;
}

function readNetmask(read: Readings, value: string, _: SetType, family: SetFamily): boolean {
  const width = family === "ip" ? 32 : 128;
  const length = parseLength(value, width) ?? lengthOfMask(value, family, width);
  read.netmask = length === width ? null : length;
  return length !== null;
}

/** The length of a mask that is a prefix. */
function lengthOfMask(text: string, family: SetFamily, width: number): number | null {
  const mask = parseSetAddress(text, family);
  if (mask === null) return null;
  const host = ((1n << BigInt(width)) - 1n) ^ mask;
  return (host & (host + 1n)) === 0n ? width - host.toString(2).replace(/^0$/, "").length : null;
}

function readMarkMask(read: Readings, value: string): boolean {
  if (!/^(0x[0-9a-fA-F]{1,8}|\d{1,10})$/.test(value)) return false;
  read.mark = BigInt(value);
  return true;
}

function readRange(read: Readings, value: string, type: SetType, family: SetFamily): boolean {
  const range =
    type.name === "bitmap:port" ? parsePortRange(value, "tcp") : parseAddresses(value, family);
  if (range === null || typeof range === "string") return false;
  read.range = range;
  return true;
}

function readBound(read: Readings, value: string, family: SetFamily, end: "from" | "to"): boolean {
  const bound = parseSetAddress(value, family) ?? parsePortRange(value, "tcp")?.from ?? null;
  if (bound === null) return false;
  const { from, to } = read.range ?? { from: bound, to: bound };
  read.range = end === "from" ? { from: bound, to } : { from, to: bound };
  return true;
}
