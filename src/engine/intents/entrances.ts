import { intersectRanges, normalizeRanges, type Range } from "../base/range.ts";
import { FALSE, type Node } from "../bdd/index.ts";
import type { NatStatement } from "../device/statement.ts";
import type { HeaderLayout } from "../packet/header/layout.ts";
import { type Alteration, isDestinationNat } from "./alterations.ts";
import { addressesOf, portsOf } from "./flowPackets.ts";
import { type Addresses, ANY_PORT, ANYWHERE, type FlowPattern, type Service } from "./model.ts";

/*
 * What shall be closed has entrances beside its own address: whatever NAT sends there. They are found by asking
 * about connections to anywhere.
 */

/** The same, to whatever address and port. */
export function anyDestination(pattern: FlowPattern): FlowPattern {
  const services = pattern.services.map(
    (service): Service => (service.kind === "ports" ? { ...service, ports: ANY_PORT } : service),
  );
  return { ...pattern, to: { ...pattern.to, addresses: ANYWHERE }, services };
}

/** Packets by the header that arrives. */
export interface Entrances {
  /** All that NAT gives another destination: their own says nothing. */
  readonly moved: Node;
  /** Those that land at the far end of a pattern. */
  readonly certain: Node;
  /** Those that may, with the certain ones. */
  readonly perhaps: Node;
}

export function entrances(
  layout: HeaderLayout,
  pattern: FlowPattern,
  alterations: readonly Alteration[],
): Entrances {
  const { arena } = layout;
  let moved: Node = FALSE;
  let certain: Node = FALSE;
  let perhaps: Node = FALSE;
  for (const { statement, packets } of alterations.filter(isDestinationNat)) {
    const address = addressLands(layout, statement, pattern.to.addresses);
    const port = portLands(layout, statement, pattern.services);
    moved = arena.or(moved, packets);
    certain = arena.or(certain, arena.and(packets, arena.and(address.certain, port.certain)));
    perhaps = arena.or(perhaps, arena.and(packets, arena.and(address.perhaps, port.perhaps)));
  }
  return { moved, certain, perhaps };
}

interface Lands {
  readonly certain: Node;
  readonly perhaps: Node;
}

function addressLands(layout: HeaderLayout, statement: NatStatement, to: Addresses): Lands {
  const { address, type, family } = statement;
  const always = layout.arena.not(FALSE);
  /* Redirected connections arrive at the device itself: only its own input path is asked about them. */
  if (type === "redirect") return { certain: always, perhaps: always };
  if (address === null) {
    const stays = addressesOf(layout, to, "daddr");
    return { certain: stays, perhaps: stays };
  }
  if (address.kind === "expression" || type === "netmap")
    return { certain: FALSE, perhaps: always };
  const families = family === null ? [...to.keys()] : [family];
  const ranges = families.flatMap((one) => [...normalizeRanges(to.get(one) ?? [])]);
  return landing(layout, [address.range], ranges);
}

function portLands(
  layout: HeaderLayout,
  { port, address, portBase }: NatStatement,
  services: readonly Service[],
): Lands {
  const always = layout.arena.not(FALSE);
  if (address?.kind === "expression" && address.withPort)
    return { certain: FALSE, perhaps: always };
  if (port === null) {
    const stays = services.reduce<Node>(
      (all, service) => layout.arena.or(all, portsOf(layout, service)),
      FALSE,
    );
    return { certain: stays, perhaps: stays };
  }
  if (port.kind === "expression" || portBase !== undefined)
    return { certain: FALSE, perhaps: always };
  const wanted = services.flatMap((service) => (service.kind === "ports" ? service.ports : []));
  return landing(layout, [port.range], normalizeRanges(wanted));
}

function landing(layout: HeaderLayout, landed: readonly Range[], wanted: readonly Range[]): Lands {
  const always = layout.arena.not(FALSE);
  const met = intersectRanges(landed, wanted);
  const isWhole = wanted.some(({ from, to }) =>
    landed.every((one) => from <= one.from && one.to <= to),
  );
  return { certain: isWhole ? always : FALSE, perhaps: met.length > 0 ? always : FALSE };
}
