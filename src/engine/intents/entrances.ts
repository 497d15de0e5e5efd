import {
  coversRange,
  inRanges,
  intersectRanges,
  normalizeRanges,
  type Range,
} from "../base/range.ts";
import { FALSE, type Node } from "../bdd/index.ts";
import type { NatStatement } from "../device/statement.ts";
import type { HeaderLayout } from "../packet/header/layout.ts";
import { type Alteration, isDestinationNat } from "./alterations.ts";
import { addressesOf, portsOf, protocolOf } from "./flowPackets.ts";
import { ANY_PORT, ANYWHERE, type FlowPattern, type Service } from "./model.ts";

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
  for (const one of alterations) {
    const { packets } = one;
    if (isDestinationNat(one)) moved = arena.or(moved, packets);
    const lands = landing(layout, pattern, one);
    certain = arena.or(certain, arena.and(packets, lands.certain));
    perhaps = arena.or(perhaps, arena.and(packets, lands.perhaps));
  }
  return { moved, certain, perhaps };
}

interface Lands {
  readonly certain: Node;
  readonly perhaps: Node;
}

const NOWHERE: Lands = { certain: FALSE, perhaps: FALSE };

/** Which of the packets that a rule changes end at the far end. */
function landing(layout: HeaderLayout, pattern: FlowPattern, one: Alteration): Lands {
  const { arena } = layout;
  if (!isDestinationNat(one)) return rewritten(layout, pattern, one);
  const { statement } = one;
  const address = addressLands(layout, statement, pattern);
  const ports = pattern.services.map((service) => portLands(layout, statement, service));
  const either = (of: (lands: Lands) => Node) =>
    arena.and(
      of(address),
      ports.reduce<Node>((all, lands) => arena.or(all, of(lands)), FALSE),
    );
  return { certain: either(({ certain }) => certain), perhaps: either(({ perhaps }) => perhaps) };
}

function addressLands(
  layout: HeaderLayout,
  statement: NatStatement,
  { path, to }: FlowPattern,
): Lands {
  const { address, type, family } = statement;
  /* Redirected connections end at the device itself, and pass its input hook alone. */
  if (type === "redirect") return path === "input" ? all(layout) : NOWHERE;
  if (address === null) return where(addressesOf(layout, to.addresses, "daddr"));
  if (address.kind === "expression" || type === "netmap") return { ...all(layout), certain: FALSE };
  const families = family === null ? [...to.addresses.keys()] : [family];
  const ranges = families.flatMap((one) => [...normalizeRanges(to.addresses.get(one) ?? [])]);
  return inside(layout, address.range, ranges);
}

function portLands(layout: HeaderLayout, statement: NatStatement, service: Service): Lands {
  const { arena } = layout;
  const { port, address, portBase } = statement;
  const isUnknown =
    (address?.kind === "expression" && address.withPort) ||
    port?.kind === "expression" ||
    portBase !== undefined;
  const protocol = protocolOf(layout, service);
  if (isUnknown) return { certain: FALSE, perhaps: protocol };
  if (port?.kind !== "range" || service.kind !== "ports") return where(portsOf(layout, service));
  const { certain, perhaps } = inside(layout, port.range, normalizeRanges(service.ports));
  return { certain: arena.and(protocol, certain), perhaps: arena.and(protocol, perhaps) };
}

/** Without tracking: what is written is not proved to arrive, nor to be taken. */
function rewritten(
  layout: HeaderLayout,
  { path, to, services }: FlowPattern,
  one: Alteration,
): Lands {
  const { arena } = layout;
  const { statement, rule } = one;
  const protocols = services.reduce<Node>(
    (some, service) => arena.or(some, protocolOf(layout, service)),
    FALSE,
  );
  const here = arena.and(addressesOf(layout, to.addresses, "daddr"), protocols);
  if (statement.kind === "tproxy")
    return path === "input" ? { certain: FALSE, perhaps: protocols } : NOWHERE;
  if (statement.kind !== "write") return NOWHERE;
  if (ADDRESS.test(statement.target)) {
    const { value } = statement;
    const ranges = [...to.addresses.values()].flatMap((some) => [...some]);
    const isElsewhere =
      value.kind === "constant" && !inRanges(normalizeRanges(ranges), value.value);
    return isElsewhere ? NOWHERE : { certain: FALSE, perhaps: protocols };
  }
  const isAddressWritten = rule.statements.some(
    (other) => other.kind === "write" && ADDRESS.test(other.target),
  );
  return PORT.test(statement.target) && !isAddressWritten
    ? { certain: FALSE, perhaps: here }
    : NOWHERE;
}

const ADDRESS = /^(ip|ip6) daddr$/;
const PORT = / dport$/;

function inside(layout: HeaderLayout, landed: Range, wanted: readonly Range[]): Lands {
  if (coversRange(wanted, landed)) return all(layout);
  return intersectRanges([landed], wanted).length > 0
    ? { ...all(layout), certain: FALSE }
    : NOWHERE;
}

function all({ arena }: HeaderLayout): Lands {
  return where(arena.not(FALSE));
}

function where(packets: Node): Lands {
  return { certain: packets, perhaps: packets };
}
