import { single } from "../base/range.ts";
import { FALSE, type Node } from "../bdd/index.ts";
import type { Analysis } from "../compile/index.ts";
import type { NatStatement } from "../device/statement.ts";
import type { IpFamily } from "../packet/packet.ts";
import type { DestinationNat } from "./alterations.ts";
import {
  ANY_PORT,
  ANYWHERE,
  type End,
  type FlowPattern,
  type Hosts,
  type Service,
} from "./model.ts";
import { wayOf } from "./ways.ts";

/** Patterns whose replies are all that can come back. */
export interface ReplyPatterns {
  readonly patterns: readonly FlowPattern[];
  /** False: they may hold packets that nobody answers with. */
  readonly isExact: boolean;
  readonly reasons: readonly string[];
}

/** Replies come from where NAT has sent the first packets of the connections. */
export function replyPatterns(
  { arena }: Analysis,
  pattern: FlowPattern,
  first: Node,
  translated: readonly DestinationNat[],
  hosts: Hosts | undefined,
): ReplyPatterns {
  if (translated.length === 0) return { patterns: [pattern], isExact: true, reasons: [] };
  const rest = translated.reduce<Node>((all, { packets }) => arena.difference(all, packets), first);
  const whole = translated.every(({ packets }) => packets === first);
  const moved = translated.map((one) => sentTo(pattern, one, hosts));
  const known = moved.flatMap((one) => (one.pattern === null ? [] : [one.pattern]));
  return {
    patterns: rest === FALSE ? known : [pattern, ...known],
    isExact: whole && translated.length === 1 && moved.every(({ isExact }) => isExact),
    reasons: moved.flatMap(({ reason }) => reason ?? []),
  };
}

interface SentTo {
  readonly pattern: FlowPattern | null;
  readonly isExact: boolean;
  readonly reason: string | null;
}

function sentTo(pattern: FlowPattern, one: DestinationNat, hosts: Hosts | undefined): SentTo {
  const { statement } = one;
  if (statement.type === "redirect") {
    const reason = "replies of connections that are redirected to the device are not judged";
    return { pattern: null, isExact: false, reason };
  }
  const addresses = constantAddress(statement, pattern.to);
  const services = pattern.services.map((service) => servicePort(service, statement));
  return {
    pattern: {
      ...pattern,
      ...answering(pattern, statement, addresses ?? ANYWHERE, wayOf(one, pattern, hosts)),
      services: services.map(({ service }) => service),
    },
    isExact: addresses !== null && services.every(({ isExact }) => isExact),
    reason: null,
  };
}

/**
 * Who answers, and on which path. What comes for the device and is given another address goes to a host: its
 * replies are forwarded, from the interface behind which that lies.
 */
function answering(
  { path, to }: FlowPattern,
  { address }: NatStatement,
  addresses: End["addresses"],
  interfaces: End["interfaces"],
): Pick<FlowPattern, "path" | "to"> {
  if (address === null) return { path, to: { ...to, addresses } };
  return { path: path === "input" ? "forward" : path, to: { addresses, interfaces } };
}

function constantAddress({ address, family }: NatStatement, to: End): End["addresses"] | null {
  if (address === null) return to.addresses;
  if (address.kind !== "range" || address.range.from !== address.range.to) return null;
  const families: readonly IpFamily[] = family === null ? [...to.addresses.keys()] : [family];
  return new Map(families.map((one) => [one, [address.range]]));
}

function servicePort(
  service: Service,
  { port, address }: NatStatement,
): { readonly service: Service; readonly isExact: boolean } {
  if (service.kind !== "ports") return { service, isExact: true };
  if (address?.kind === "expression" && address.withPort)
    return { service: { ...service, ports: ANY_PORT }, isExact: false };
  if (port === null) return { service, isExact: true };
  if (port.kind === "range" && port.range.from === port.range.to)
    return { service: { ...service, ports: [single(port.range.from)] }, isExact: true };
  return { service: { ...service, ports: ANY_PORT }, isExact: false };
}
