import { single } from "../base/range.ts";
import { FALSE, type Node, satisfyingCount, support } from "../bdd/index.ts";
import type { HeaderLayout, Space } from "../packet/header/layout.ts";
import { rangesOver } from "../packet/header/rangesOver.ts";
import type { IpFamily } from "../packet/packet.ts";
import { PROTOCOL, WITH_PORTS } from "../packet/selectors/index.ts";

/** Distinct addresses, protocol, and ports or type and code; as decimal text. */
export type Size = Readonly<Record<IpFamily, string>>;

/** Counts the packets of a set by family; whatever else a header holds is quantified away. */
export function sizeOf(layout: HeaderLayout, set: Node): Size {
  return { ip: countFamily(layout, set, "ip"), ip6: countFamily(layout, set, "ip6") };
}

function countFamily(layout: HeaderLayout, set: Node, family: IpFamily): string {
  const { arena } = layout;
  const [six = FALSE] = layout.bits("family", 0, 1);
  const own = arena.and(set, family === "ip6" ? six : arena.not(six));
  if (own === FALSE) return "0";
  const protocol = layout.bits("protocol", 0, 8);
  const isOne = (numbers: readonly number[]): Node =>
    rangesOver(
      arena,
      protocol,
      [...numbers].sort((a, b) => a - b).map((number) => single(BigInt(number))),
    );
  const icmp = isOne([family === "ip" ? PROTOCOL.icmp : PROTOCOL.icmpv6]);
  const ported = isOne(WITH_PORTS);
  const rest = arena.not(arena.or(icmp, ported));
  const total =
    countOver(layout, arena.and(own, ported), family, 32) +
    countOver(layout, arena.and(own, icmp), family, 16) +
    countOver(layout, arena.and(own, rest), family, 0);
  return total.toString();
}

/** Of the transport header only the first bits count: ports, or type and code, or nothing. */
function countOver(
  layout: HeaderLayout,
  set: Node,
  family: IpFamily,
  transportBits: number,
): bigint {
  const { arena } = layout;
  if (set === FALSE) return 0n;
  const width = family === "ip" ? 32 : 128;
  const spaces: readonly (readonly [Space, number])[] = [
    ["protocol", 8],
    ["saddr", width],
    ["daddr", width],
    ["transport", transportBits],
  ];
  const counted = spaces.flatMap(([space, bits]) =>
    layout.levelsAt(space, 0, bits).filter((level) => level !== null),
  );
  const kept = new Set(counted);
  const others = support(arena, set).filter((level) => !kept.has(level));
  return satisfyingCount(arena, arena.exists(set, others), counted);
}
