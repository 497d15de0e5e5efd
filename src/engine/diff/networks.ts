import { formatIpv4, formatIpv6 } from "../base/address.ts";
import { complementRanges, intersectRanges, type Range } from "../base/range.ts";
import type { IpFamily } from "../packet/packet.ts";

/**
 * Ranges in the fewest words: an address, a network, a range; `not …` where less of what is possible is
 * left out. Nothing where all that is possible is in.
 */
export function formatNetworks(
  ranges: readonly Range[],
  family: IpFamily,
  possible: readonly Range[],
): readonly string[] {
  const width = family === "ip" ? 32 : 128;
  const others = intersectRanges(complementRanges(ranges, width), possible);
  const say = (some: readonly Range[], between: string) =>
    some.map((range) => formatNetwork(range, family, width)).join(between);
  if (others.length === 0) return [];
  if (others.length < ranges.length) return [`not ${say(others, ", not ")}`];
  const hull = { from: ranges[0]?.from ?? 0n, to: ranges.at(-1)?.to ?? 0n };
  const holes = intersectRanges(others, [hull]);
  const hasFewHoles = isNetwork(hull) && holes.length > 0 && holes.length < ranges.length;
  if (hasFewHoles) return [`${say([hull], "")} but not ${say(holes, ", not ")}`];
  return ranges.map((range) => formatNetwork(range, family, width));
}

function isNetwork({ from, to }: Range): boolean {
  const size = to - from + 1n;
  return (size & (size - 1n)) === 0n && from % size === 0n;
}

function formatNetwork({ from, to }: Range, family: IpFamily, width: number): string {
  const text = family === "ip" ? formatIpv4 : formatIpv6;
  if (from === to) return text(from);
  const size = to - from + 1n;
  if (!isNetwork({ from, to })) return `${text(from)}-${text(to)}`;
  return `${text(from)}/${width - (size.toString(2).length - 1)}`;
}
