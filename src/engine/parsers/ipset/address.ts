import { parseIpv6, prefixRange } from "../../base/address.ts";
import type { Range } from "../../base/range.ts";
import type { SetFamily } from "./types.ts";

const DOT = 46;
const ZERO = 48;

/** A dotted IPv4 address without a regular expression: sets have millions of them. */
export function parsePlainIpv4(text: string): bigint | null {
  let value = 0;
  let byte = -1;
  let dots = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === DOT) {
      if (byte < 0 || ++dots > 3) return null;
      value = value * 256 + byte;
      byte = -1;
    } else {
      const digit = code - ZERO;
      if (digit < 0 || digit > 9) return null;
      byte = byte < 0 ? digit : byte * 10 + digit;
      if (byte > 255) return null;
    }
  }
  return dots === 3 && byte >= 0 ? BigInt(value * 256 + byte) : null;
}

export function parseSetAddress(text: string, family: SetFamily): bigint | null {
  return family === "ip" ? parsePlainIpv4(text) : parseIpv6(text);
}

export type AddressProblem = "host" | "unreadable";

/** One address, `ADDRESS/LENGTH` or (IPv4) `ADDRESS-ADDRESS`. */
export function parseAddresses(text: string, family: SetFamily): Range | AddressProblem {
  const single = parseSetAddress(text, family);
  if (single !== null) return { from: single, to: single };
  const width = family === "ip" ? 32 : 128;
  const slash = text.indexOf("/");
  if (slash >= 0) {
    const address = parseSetAddress(text.slice(0, slash), family);
    const length = parseLength(text.slice(slash + 1), width);
    if (length === null) return "unreadable";
    return address === null ? hostOr(text.slice(0, slash)) : prefixRange(address, length, width);
  }
  const dash = text.indexOf("-");
  if (family === "ip" && dash >= 0) {
    const from = parsePlainIpv4(text.slice(0, dash));
    const to = parsePlainIpv4(text.slice(dash + 1));
    if (from !== null && to !== null) return from <= to ? { from, to } : { from: to, to: from };
  }
  return hostOr(text);
}

export function parseLength(text: string, width: number): number | null {
  if (!/^\d{1,3}$/.test(text)) return null;
  const length = Number(text);
  return length <= width ? length : null;
}

function hostOr(text: string): AddressProblem {
  return /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*\.?$/.test(text) && /[A-Za-z]/.test(text)
    ? "host"
    : "unreadable";
}

/** The least prefixes that make up a range: so ranges are kept in sets of networks. */
export function prefixesOf(range: Range, width: number): readonly Range[] {
  const prefixes: Range[] = [];
  let from = range.from;
  while (from <= range.to) {
    let size = from === 0n ? 1n << BigInt(width) : from & -from;
    while (from + size - 1n > range.to) size >>= 1n;
    prefixes.push({ from, to: from + size - 1n });
    from += size;
  }
  return prefixes;
}
