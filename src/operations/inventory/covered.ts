import { intersectRanges, normalizeRanges, type Range } from "../../engine/base/range.ts";
import type { Addresses, Service } from "../../engine/intents/model.ts";
import { parseAddressRange } from "./addresses.ts";
import type { Network, NetworkIntent } from "./model.ts";
import type { MonitorFlow } from "./monitors.ts";
import { parseService } from "./services.ts";

/**
 * Whether every flow is one that these intents speak of: a probe of what an override gives up may fail, and rolls
 * nothing back. Where no flow is known, nothing is covered.
 */
export function isCovered(
  network: Network,
  flows: readonly MonitorFlow[],
  ids: readonly string[],
): boolean {
  const intents = network.intents.filter(({ id }) => ids.includes(id));
  return (
    flows.length > 0 && flows.every((flow) => intents.some((one) => holds(network, one, flow)))
  );
}

function holds(network: Network, intent: NetworkIntent, flow: MonitorFlow): boolean {
  const services = servicesOf(network, flow.service);
  const given = intent.services.flatMap(({ parts }) => parts);
  return (
    within(addressesOf(network, flow.from), addressesOf(network, intent.from)) &&
    within(addressesOf(network, flow.to), addressesOf(network, intent.to)) &&
    services.length > 0 &&
    services.every((service) => given.some((other) => isPartOf(service, other)))
  );
}

function addressesOf(network: Network, name: string): Addresses | null {
  const { devices, zones, roles } = network;
  const known = devices.get(name) ?? zones.get(name) ?? roles.get(name);
  if (known !== undefined) return known.addresses;
  const found = parseAddressRange(name);
  return found === null ? null : new Map([[found.family, [found.range]]]);
}

/** False where one of the two is not known, or holds nothing. */
function within(inner: Addresses | null, outer: Addresses | null): boolean {
  if (inner === null || outer === null) return false;
  const families = [...inner].filter(([, ranges]) => ranges.length > 0);
  return (
    families.length > 0 &&
    families.every(([family, ranges]) => areWithin(ranges, outer.get(family) ?? []))
  );
}

function areWithin(inner: readonly Range[], outer: readonly Range[]): boolean {
  const [wanted, both] = [normalizeRanges(inner), intersectRanges(inner, outer)];
  return sizeOf(wanted) === sizeOf(both);
}

function sizeOf(ranges: readonly Range[]): bigint {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1n, 0n);
}

function servicesOf({ intents }: Network, name: string): readonly Service[] {
  const named = intents.flatMap(({ services }) => services).find((one) => one.name === name);
  return named?.parts ?? parseService(name) ?? [];
}

function isPartOf(service: Service, other: Service): boolean {
  switch (service.kind) {
    case "ping":
      return other.kind === "ping";
    case "protocol":
      return other.kind === "protocol" && other.protocol === service.protocol;
    case "ports":
      return (
        other.kind === "ports" &&
        other.protocol === service.protocol &&
        areWithin(service.ports, other.ports)
      );
  }
}
