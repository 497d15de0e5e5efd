import { complementRanges, type Range, single } from "../base/range.ts";
import type { Node } from "../bdd/index.ts";
import type { HeaderLayout } from "../packet/header/layout.ts";
import { rangesOver } from "../packet/header/rangesOver.ts";
import type { IpFamily } from "../packet/packet.ts";
import { PROTOCOL } from "../packet/selectors/index.ts";

/** A part of all packets that is compared by itself, where all at once take too many nodes. */
export interface Slice {
  readonly name: string;
  readonly packetsOf: (layout: HeaderLayout) => Node;
  /** Finer parts, to be tried where this one is too big as well; empty: there are none. */
  readonly parts: readonly Slice[];
}

const FAMILIES: readonly IpFamily[] = ["ip", "ip6"];
const PROTOCOLS: readonly (readonly [name: string, ranges: readonly Range[]])[] = [
  ["tcp", [single(BigInt(PROTOCOL.tcp))]],
  ["udp", [single(BigInt(PROTOCOL.udp))]],
  [
    "other protocols",
    complementRanges([single(BigInt(PROTOCOL.tcp)), single(BigInt(PROTOCOL.udp))], 8),
  ],
];
/** Ports of destination in quarters: services of the system lie in the first of sixty-four. */
const PORTS: readonly Range[] = [
  { from: 0n, to: 1023n },
  { from: 1024n, to: 32_767n },
  { from: 32_768n, to: 65_535n },
];

/** By family, then by protocol, then by port. */
export const SLICES: readonly Slice[] = FAMILIES.map((family) => {
  const name = family === "ip" ? "IPv4" : "IPv6";
  const ofFamily = (layout: HeaderLayout) => {
    const [six = 0] = layout.bits("family", 0, 1);
    return family === "ip6" ? six : layout.arena.not(six);
  };
  return {
    name,
    packetsOf: ofFamily,
    parts: PROTOCOLS.map((one) => ofProtocol(name, ofFamily, one)),
  };
});

function ofProtocol(
  family: string,
  whole: Slice["packetsOf"],
  [protocol, ranges]: readonly [string, readonly Range[]],
): Slice {
  const name = `${family} ${protocol}`;
  const packetsOf = (layout: HeaderLayout) =>
    layout.arena.and(
      whole(layout),
      rangesOver(layout.arena, layout.bits("protocol", 0, 8), ranges),
    );
  const hasPorts = ranges.length === 1;
  return {
    name,
    packetsOf,
    parts: hasPorts ? PORTS.map((one) => ofPorts(name, packetsOf, one)) : [],
  };
}

function ofPorts(protocol: string, whole: Slice["packetsOf"], range: Range): Slice {
  return {
    name: `${protocol} to the ports ${range.from}-${range.to}`,
    packetsOf: (layout) =>
      layout.arena.and(
        whole(layout),
        rangesOver(layout.arena, layout.bits("transport", 16, 16), [range]),
      ),
    parts: [],
  };
}
