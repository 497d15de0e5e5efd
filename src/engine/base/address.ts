import type { Range } from "./range.ts";

/** The value of a dotted IPv4 address, or null where `text` is none. */
export function parseIpv4(text: string): bigint | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return null;
  let value = 0n;
  for (const part of match.slice(1)) {
    const byte = Number(part);
    if (byte > 255) return null;
    value = (value << 8n) | BigInt(byte);
  }
  return value;
}

/** The value of an IPv6 address (RFC 4291 section 2.2, dotted tail included), or null. */
export function parseIpv6(text: string): bigint | null {
  const halves = text.split("::");
  if (!text.includes(":") || halves.length > 2) return null;
  const head = parseGroups(halves[0] ?? "");
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? "") : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail];
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

function parseGroups(text: string): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (part.includes(".")) {
      const v4 = index === parts.length - 1 ? parseIpv4(part) : null;
      if (v4 === null) return null;
      groups.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return null;
  }
  return groups;
}

export function formatIpv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join(".");
}

/** RFC 5952: lower case, the longest run of zero groups (the first of equals) as `::`. */
export function formatIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) =>
    Number((value >> BigInt(112 - 16 * i)) & 0xffffn),
  );
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.start < 0) return hex.join(":");
  return `${hex.slice(0, best.start).join(":")}::${hex.slice(best.start + best.length).join(":")}`;
}

/** All addresses of `width` bits that share the first `length` bits with `value`. */
export function prefixRange(value: bigint, length: number, width: number): Range {
  const host = (1n << BigInt(width - length)) - 1n;
  const from = value & ~host;
  return { from, to: from | host };
}

/** The length of the prefix that is exactly `range`, or null where none is. */
export function prefixLength(range: Range, width: number): number | null {
  const size = range.to - range.from + 1n;
  if ((size & (size - 1n)) !== 0n || (range.from & (size - 1n)) !== 0n) return null;
  return width - (size.toString(2).length - 1);
}
