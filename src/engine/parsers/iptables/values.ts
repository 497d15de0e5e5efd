import { parseIpv4, parseIpv6 } from "../../base/address.ts";
import type { Range } from "../../base/range.ts";

export type IpFamily = "ip" | "ip6";

/** Numbers as xtables reads them: decimal, `0x` hexadecimal, leading zero octal. */
export function parseUnsigned(text: string, maximum: bigint): bigint | null {
  let value: bigint;
  if (/^0[xX][0-9a-fA-F]{1,32}$/.test(text)) value = BigInt(text);
  else if (/^0[0-7]{0,42}$/.test(text)) value = text === "0" ? 0n : BigInt(`0o${text.slice(1)}`);
  else if (/^[1-9]\d{0,39}$/.test(text)) value = BigInt(text);
  else return null;
  return value <= maximum ? value : null;
}

export const MAX_8 = 0xffn;
export const MAX_16 = 0xffffn;
export const MAX_32 = 0xffffffffn;
export const MAX_64 = 0xffffffffffffffffn;

/** `FROM:TO`, `FROM:`, `:TO` or one number. */
export function parseInterval(text: string, maximum: bigint): Range | null {
  const colon = text.indexOf(":");
  if (colon < 0) {
    const value = parseUnsigned(text, maximum);
    return value === null ? null : { from: value, to: value };
  }
  const [low, high] = [text.slice(0, colon), text.slice(colon + 1)];
  const from = low === "" ? 0n : parseUnsigned(low, maximum);
  const to = high === "" ? maximum : parseUnsigned(high, maximum);
  return from === null || to === null ? null : { from, to };
}

/** `VALUE` or `VALUE/MASK`. */
export function parseMasked(
  text: string,
  maximum: bigint,
): { readonly value: bigint; readonly mask: bigint } | null {
  const slash = text.indexOf("/");
  const value = parseUnsigned(slash < 0 ? text : text.slice(0, slash), maximum);
  const mask = slash < 0 ? maximum : parseUnsigned(text.slice(slash + 1), maximum);
  return value === null || mask === null ? null : { value, mask };
}

export interface Network {
  readonly value: bigint;
  readonly mask: bigint;
}

export function addressWidth(family: IpFamily): number {
  return family === "ip" ? 32 : 128;
}

/** An address without mask, as xtables reads it: `10.1` is 10.1.0.0, a leading zero is octal. */
export function parseAddress(text: string, family: IpFamily): bigint | null {
  if (text === LOCALHOST) return family === "ip" ? LOOPBACK4 : 1n;
  return family === "ip" ? parseDotted(text) : parseIpv6(text);
}

/** The one name that is the same on every host (RFC 6761). */
const LOCALHOST = "localhost";
const LOOPBACK4 = 0x7f000001n;

function parseDotted(text: string): bigint | null {
  const plain = parseIpv4(text);
  if (plain !== null && !/(?:^|\.)0\d/.test(text)) return plain;
  const parts = text.split(".");
  if (parts.length > 4) return null;
  let value = 0n;
  for (let i = 0; i < 4; i++) {
    const part = parts[i];
    const byte = part === undefined ? 0n : parseUnsigned(part, MAX_8);
    if (byte === null) return null;
    value = (value << 8n) | byte;
  }
  return value;
}

/** An address with a mask: a length, or bits in any place. Bits behind the mask are cut. */
export function parseNetwork(text: string, family: IpFamily): Network | null {
  const slash = text.indexOf("/");
  const width = addressWidth(family);
  const full = (1n << BigInt(width)) - 1n;
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash), family);
  if (address === null) return null;
  const mask = slash < 0 ? full : parseMask(text.slice(slash + 1), family);
  return mask === null ? null : { value: address & mask, mask };
}

/** A mask as a length or as an address. */
export function parseMask(text: string, family: IpFamily): bigint | null {
  const width = addressWidth(family);
  const length = parseUnsigned(text, BigInt(width));
  if (length !== null) {
    const full = (1n << BigInt(width)) - 1n;
    return full ^ ((1n << (BigInt(width) - length)) - 1n);
  }
  return family === "ip"
    ? text.split(".").length === 4
      ? parseDotted(text)
      : null
    : parseIpv6(text);
}

/** The range of a network whose mask is a prefix, or null. */
export function networkRange(network: Network, width: number): Range | null {
  const full = (1n << BigInt(width)) - 1n;
  const host = full ^ network.mask;
  return (host & (host + 1n)) === 0n ? { from: network.value, to: network.value | host } : null;
}

/** The words of a list with commas; empty ones are left out, as strtok does. */
export function splitList(text: string): readonly string[] {
  return text.split(",").filter((word) => word !== "");
}
