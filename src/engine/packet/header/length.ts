import { inRanges, type Range, single } from "../../base/range.ts";
import { type Node, TRUE } from "../../bdd/index.ts";
import type { IpFamily } from "../packet.ts";
import { PROTOCOL } from "../selectors/index.ts";
import type { AtomField, HeaderLayout } from "./layout.ts";
import { atomsInRanges, rangesOver } from "./rangesOver.ts";

/** Bytes of the network header without options. */
const NETWORK: Readonly<Record<IpFamily, number>> = { ip: 20, ip6: 40 };
const LONGEST = 65_535;

/** Bytes of the smallest transport header (RFC 9293, 768, 792, 4443, 9260); others may have none. */
const TRANSPORT: ReadonlyMap<number, number> = new Map([
  [PROTOCOL.tcp, 20],
  [PROTOCOL.udp, 8],
  [PROTOCOL.udplite, 8],
  [PROTOCOL.icmp, 8],
  [PROTOCOL.icmpv6, 8],
  [PROTOCOL.sctp, 12],
]);

/** Lengths that a packet can have: its headers have to fit. */
export function possibleLengths(layout: HeaderLayout, field: AtomField): Node {
  const { arena } = layout;
  const [six = TRUE] = layout.bits("family", 0, 1);
  const fits = (bytes: number) => {
    const apart = field.atoms.classes.filter((ranges) => !ranges.some(({ to }) => to >= bytes));
    const long = field.atoms.classes.filter(
      (ranges) => !ranges.some(({ from }) => from <= LONGEST),
    );
    return arena.not(atomsInRanges(arena, field, [...apart, ...long].flat()));
  };
  let all: Node = TRUE;
  for (const family of ["ip", "ip6"] as const) {
    const other = family === "ip" ? six : arena.not(six);
    all = arena.and(all, arena.or(other, fits(NETWORK[family])));
    for (const [protocol, bytes] of TRANSPORT) {
      const is = rangesOver(arena, layout.bits("protocol", 0, 8), [single(BigInt(protocol))]);
      const enough = fits(NETWORK[family] + bytes);
      all = arena.and(all, arena.or(arena.or(other, arena.not(is)), enough));
    }
  }
  return all;
}

const USUAL_LENGTHS: readonly bigint[] = [100n, 64n, 200n, 576n, 1400n];

/** A length of the class that reads well and that the headers leave room for. */
export function usualLength(ranges: readonly Range[], protocol: number, family: IpFamily): bigint {
  const least = BigInt(NETWORK[family] + (TRANSPORT.get(protocol) ?? 0));
  const usual = USUAL_LENGTHS.find((length) => inRanges(ranges, length));
  const fitting = ranges.find(({ to }) => to >= least);
  if (usual !== undefined || fitting === undefined) return usual ?? ranges[0]?.from ?? least;
  return fitting.from > least ? fitting.from : least;
}
