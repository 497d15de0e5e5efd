import { coversRange, type Range } from "../base/range.ts";
import type { NatStatement } from "../device/statement.ts";
import type { DestinationNat } from "./alterations.ts";
import type { End, FlowPattern, Hosts } from "./model.ts";

/** Behind which interfaces connections leave that rules send elsewhere, by what sends them. */
export function newWays(
  sent: readonly DestinationNat[],
  pattern: FlowPattern,
  hosts: Hosts | undefined,
): ReadonlyMap<NatStatement, End["interfaces"]> {
  return new Map(sent.map((one) => [one.statement, wayOf(one, pattern, hosts)]));
}

/** Behind which interfaces the host lies that a rule sends connections to. */
export function wayOf(
  { statement: { address } }: DestinationNat,
  { to }: FlowPattern,
  hosts: Hosts | undefined,
): End["interfaces"] {
  if (address === null) return to.interfaces;
  return address.kind === "range" ? wayTo(address.range, hosts) : "unknown";
}

function wayTo(target: Range, hosts: Hosts | undefined): End["interfaces"] {
  const zones = (hosts?.behind ?? []).filter(({ addresses }) =>
    [...addresses.values()].some((ranges) => coversRange(ranges, target)),
  );
  const interfaces = zones.flatMap((zone) => zone.interfaces);
  return interfaces.length === 0 ? "unknown" : interfaces;
}
