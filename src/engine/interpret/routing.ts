import type { Host, HostAddress, Route, RoutingRule } from "../device/host.ts";
import type { IpFamily } from "../packet/packet.ts";

export interface RouteQuestion {
  readonly family: IpFamily;
  readonly destination: bigint;
  readonly source: bigint | null;
  readonly mark: bigint;
  readonly in: string | null;
}

const MAIN_TABLE = 254;

/** The own address, if the device has it; all of 127/8 is local. */
export function localAddress(host: Host, family: IpFamily, address: bigint): HostAddress | null {
  const found = host.addresses?.find((own) => own.family === family && own.address === address);
  if (found !== undefined) return found;
  const loopback = family === "ip" ? address >> 24n === 127n : address === 1n;
  return loopback ? { family, address, prefix: 8, interface: "lo" } : null;
}

/** Policy rules in order, in each table the longest prefix, then the lowest metric. */
export function lookupRoute(host: Host, question: RouteQuestion): Route | null {
  const rules = host.rules
    .filter((rule) => rule.family === question.family && applies(rule, question))
    .sort((a, b) => a.priority - b.priority);
  for (const table of [...rules.map((rule) => rule.table), MAIN_TABLE]) {
    const route = bestRoute(host, table, question);
    if (route !== null) return route;
  }
  return null;
}

function applies(rule: RoutingRule, question: RouteQuestion): boolean {
  const { mark, source } = rule;
  if (mark !== null && (question.mark & mark.mask) !== mark.value) return false;
  if (rule.interface !== null && rule.interface !== question.in) return false;
  if (source === null) return true;
  if (question.source === null) return false;
  const bits = BigInt((question.family === "ip" ? 32 : 128) - source.prefix);
  return question.source >> bits === source.address >> bits;
}

function bestRoute(host: Host, table: number, question: RouteQuestion): Route | null {
  const width = question.family === "ip" ? 32 : 128;
  let best: Route | null = null;
  for (const route of host.routes) {
    if (route.family !== question.family || route.table !== table) continue;
    const bits = BigInt(width - route.prefix);
    if (question.destination >> bits !== route.destination >> bits) continue;
    const better =
      best === null ||
      route.prefix > best.prefix ||
      (route.prefix === best.prefix && route.metric < best.metric);
    if (better) best = route;
  }
  return best;
}
