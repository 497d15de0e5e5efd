import { prefixRange } from "../../base/address.ts";
import { interfaceNamePrefix, interfaceNameValue } from "../../base/interfaceName.ts";
import { parseMac } from "../../base/mac.ts";
import type { Range } from "../../base/range.ts";
import { parseAddresses, prefixesOf } from "./address.ts";
import { parsePortRange, parseProtocolAndPort } from "./ports.ts";
import { hasProtocol, type SetFamily, type SetType } from "./types.ts";

/** What an entry needs to know of its set. */
export interface EntryForm {
  readonly type: SetType;
  readonly family: SetFamily;
  readonly netmask: number | null;
  readonly markMask: bigint;
  /** `wildcard`: the name of an interface is a beginning. */
  readonly wildcard: boolean;
}

export type EntryProblem = "host" | "unreadable" | "wholeFamily" | "physdev";

const ANY_MAC: Range = { from: 0n, to: (1n << 48n) - 1n };
const MAXIMUM_NAME = 15;

/** The keys of an entry: several where a range of networks falls into prefixes. */
export function parseEntry(
  text: string,
  form: EntryForm,
): readonly (readonly Range[])[] | EntryProblem {
  const { dimensions } = form.type;
  const words = dimensions.length === 1 ? [text] : text.split(",");
  const optionalMac = form.type.name === "bitmap:ip,mac" && words.length === 1;
  if (words.length !== dimensions.length && !optionalMac) return "unreadable";
  let keys: (readonly Range[])[] = [[]];
  for (const [i, dimension] of dimensions.entries()) {
    const part =
      optionalMac && dimension === "mac" ? [[ANY_MAC]] : parsePart(words[i] ?? "", dimension, form);
    if (typeof part === "string") return part;
    const [only] = part;
    keys =
      part.length === 1 && only !== undefined
        ? keys.map((key) => [...key, ...only])
        : keys.flatMap((key) => part.map((ranges) => [...key, ...ranges]));
  }
  return keys;
}

type PartResult = readonly (readonly Range[])[] | EntryProblem;

function parsePart(
  word: string,
  dimension: SetType["dimensions"][number],
  form: EntryForm,
): PartResult {
  switch (dimension) {
    case "ip":
      return parseIpPart(word, form);
    case "net":
      return parseNetPart(word, form);
    case "port":
      return parsePortPart(word, form);
    case "mac": {
      const mac = parseMac(word);
      return mac === null ? "unreadable" : [[{ from: mac, to: mac }]];
    }
    case "iface":
      return parseInterfacePart(word, form);
    case "mark": {
      if (!/^(0x[0-9a-fA-F]{1,8}|\d{1,10})$/.test(word)) return "unreadable";
      const mark = BigInt(word) & form.markMask;
      return [[{ from: mark, to: mark }]];
    }
  }
}

/** With a netmask the entry is the whole network, so that comparing needs no mask. */
function parseIpPart(word: string, form: EntryForm): PartResult {
  const range = parseAddresses(word, form.family);
  if (typeof range === "string") return range;
  /* IPv6 ranges and networks are refused here (measured). */
  if (form.family === "ip6" && range.from !== range.to) return "unreadable";
  const { netmask } = form;
  if (netmask === null) return [[range]];
  const width = form.family === "ip" ? 32 : 128;
  const { from } = prefixRange(range.from, netmask, width);
  const { to } = prefixRange(range.to, netmask, width);
  return [[{ from, to }]];
}

/** hash:net,iface alone takes the network of all addresses (measured). */
function parseNetPart(word: string, form: EntryForm): PartResult {
  const range = parseAddresses(word, form.family);
  if (typeof range === "string") return range;
  const width = form.family === "ip" ? 32 : 128;
  const isWhole = range.from === 0n && range.to === (1n << BigInt(width)) - 1n;
  if (isWhole && !form.type.dimensions.includes("iface")) return "wholeFamily";
  return prefixesOf(range, width).map((prefix) => [prefix]);
}

function parsePortPart(word: string, form: EntryForm): PartResult {
  if (!hasProtocol(form.type)) {
    const range = parsePortRange(word.replace(/^(tcp|udp):/i, ""), "tcp");
    return range === null ? "unreadable" : [[range]];
  }
  const pair = parseProtocolAndPort(word);
  if (pair === null) return "unreadable";
  return [[{ from: pair.protocol, to: pair.protocol }, pair.port]];
}

function parseInterfacePart(word: string, form: EntryForm): PartResult {
  if (word.startsWith("physdev:")) return "physdev";
  if (word === "" || word.length > MAXIMUM_NAME) return "unreadable";
  if (form.wildcard) return [[interfaceNamePrefix(word)]];
  const name = interfaceNameValue(word);
  return [[{ from: name, to: name }]];
}
