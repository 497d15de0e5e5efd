import { parseIpv4, parseIpv6, prefixRange } from "../../engine/base/address.ts";
import {
  complementRanges,
  intersectRanges,
  normalizeRanges,
  type Range,
} from "../../engine/base/range.ts";
import type { Addresses } from "../../engine/intents/model.ts";
import type { IpFamily } from "../../engine/packet/packet.ts";

const WIDTH: Readonly<Record<IpFamily, number>> = { ip: 32, ip6: 128 };

interface FamilyRange {
  readonly family: IpFamily;
  readonly range: Range;
}

/** One address, a network or a range; null: it is none. */
export function parseAddressRange(text: string): FamilyRange | null {
  const [first = "", second] = text.split("-");
  const slash = first.indexOf("/");
  const address = parseOne(slash < 0 ? first : first.slice(0, slash));
  if (address === null) return null;
  const { family, value } = address;
  if (second !== undefined) {
    const last = parseOne(second);
    if (slash >= 0 || last === null || last.family !== family || last.value < value) return null;
    return { family, range: { from: value, to: last.value } };
  }
  if (slash < 0) return { family, range: { from: value, to: value } };
  const length = first.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length) || Number(length) > WIDTH[family]) return null;
  return { family, range: prefixRange(value, Number(length), WIDTH[family]) };
}

function parseOne(text: string): { readonly family: IpFamily; readonly value: bigint } | null {
  const four = parseIpv4(text.trim());
  if (four !== null) return { family: "ip", value: four };
  const six = parseIpv6(text.trim());
  return six === null ? null : { family: "ip6", value: six };
}

/** What IANA does not give to anybody (RFC 6890): the rest of IPv4 is the internet. */
const SPECIAL_IPV4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
];
/** Global unicast (RFC 4291), and what is special within it. */
const GLOBAL_IPV6 = "2000::/3";
const SPECIAL_IPV6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

/** Every public address. */
export function internetAddresses(): Addresses {
  const four = complementRanges(rangesOf(SPECIAL_IPV4), WIDTH.ip);
  const six = intersectRanges(
    rangesOf([GLOBAL_IPV6]),
    complementRanges(rangesOf(SPECIAL_IPV6), WIDTH.ip6),
  );
  return new Map([
    ["ip", four],
    ["ip6", six],
  ]);
}

function rangesOf(texts: readonly string[]): readonly Range[] {
  return normalizeRanges(texts.flatMap((text) => parseAddressRange(text)?.range ?? []));
}

/** Addresses of both lists. */
export function joinAddresses(one: Addresses, other: Addresses): Addresses {
  const families = [...new Set([...one.keys(), ...other.keys()])];
  return new Map(
    families.map((family) => [
      family,
      normalizeRanges([...(one.get(family) ?? []), ...(other.get(family) ?? [])]),
    ]),
  );
}
