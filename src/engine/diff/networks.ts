import { formatIpv4, formatIpv6 } from "../base/address.ts";
import { complementRanges, intersectRanges, type Range } from "../base/range.ts";
import type { IpFamily } from "../packet/packet.ts";

/**
 * Ranges in the fewest words: an address, a network, a range; `not …` where less of what is possible is
 * left out.
 */
export function formatNetworks(
  ranges: readonly Range[],
  family: IpFamily,
  possible: readonly Range[],
): readonly string[] {
  const width = family === "ip" ? 32 : 128;
  const others = intersectRanges(complementRanges(ranges, width), possible);
  if (others.length > 0 && others.length < ranges.length)
    return [`not ${others.map((range) => formatNetwork(range, family, width)).join(", not ")}`];
  return ranges.map((range) => formatNetwork(range, family, width));
}

function formatNetwork({ from, to }: Range, family: IpFamily, width: number): string {
  const text = family === "ip" ? formatIpv4 : formatIpv6;
  if (from === to) return text(from);
  const size = to - from + 1n;
  const isNetwork = (size & (size - 1n)) === 0n && from % size === 0n;
  if (!isNetwork) return `${text(from)}-${text(to)}`;
  return `${text(from)}/${width - (size.toString(2).length - 1)}`;
}
