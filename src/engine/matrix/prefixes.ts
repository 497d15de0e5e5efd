import { formatIpv4, formatIpv6 } from "../base/address.ts";
import type { Range } from "../base/range.ts";
import type { IpFamily } from "../packet/packet.ts";

/** The fewest prefixes that make up the ranges, ascending, one by one as they are asked for. */
export function* prefixesOf(ranges: readonly Range[], family: IpFamily): Iterable<string> {
  const width = family === "ip" ? 32 : 128;
  const text = family === "ip" ? formatIpv4 : formatIpv6;
  for (const { from, to } of ranges) {
    for (let next = from; next <= to; ) {
      let bits = 0;
      while (bits < width && isPrefix(next, bits + 1, to)) bits++;
      yield bits === 0 ? text(next) : `${text(next)}/${width - bits}`;
      next += 1n << BigInt(bits);
    }
  }
}

/** Whether the prefix of that many free bits begins at `from` and ends by `to`. */
function isPrefix(from: bigint, bits: number, to: bigint): boolean {
  const size = 1n << BigInt(bits);
  return from % size === 0n && from + size - 1n <= to;
}
