import { intersectRanges, normalizeRanges, type Range } from "../../engine/base/range.ts";
import type { Addresses, End, FlowPattern, Intent } from "../../engine/intents/model.ts";
import type { IpFamily } from "../../engine/packet/packet.ts";
import { parseAddressRange } from "./addresses.ts";
import type { NetworkCode } from "./codes.ts";
import type { Network, NetworkIntent } from "./model.ts";

/** An intent in the words of the engine: what each device has to do for it. */
export interface PlannedIntent {
  readonly intent: NetworkIntent;
  /** By name of the device; empty where none stands in between. */
  readonly byDevice: ReadonlyMap<string, Intent>;
  readonly problems: readonly PlanProblem[];
}

/** Why some of an intent's flows are not judged. */
export interface PlanProblem {
  readonly code: NetworkCode;
  readonly message: string;
  readonly help: string;
}

/** Hosts as one device sees them: behind interfaces, or the device itself. */
interface Place {
  readonly device: string;
  /** Null: the device itself. */
  readonly zone: string | null;
  readonly end: End;
}

const FAMILIES: readonly IpFamily[] = ["ip", "ip6"];

/** What an intent asks of each device that stands between its ends. */
export function planIntent(network: Network, intent: NetworkIntent): PlannedIntent {
  const problems: PlanProblem[] = [];
  const from = placesOf(network, intent.from, problems);
  const to = placesOf(network, intent.to, problems);
  const services = intent.services.flatMap(({ parts }) => parts);
  const flows = new Map<string, FlowPattern[]>();
  let standsBetween = false;
  for (const source of from)
    for (const target of to) {
      const path = pathBetween(source, target);
      if (path === null) continue;
      standsBetween = true;
      if (!shareFamily(source.end.addresses, target.end.addresses)) continue;
      const pattern = { path, from: source.end, to: target.end, services };
      flows.set(source.device, [...(flows.get(source.device) ?? []), pattern]);
    }
  if (from.length > 0 && to.length > 0 && flows.size === 0)
    problems.push(standsBetween ? noFamily(intent) : noDevice(intent));
  const byDevice = new Map(
    [...flows].map(([name, all]) => [name, { kind: intent.kind, flows: all }]),
  );
  return { intent, byDevice, problems };
}

function noDevice({ from, to }: NetworkIntent): PlanProblem {
  return {
    code: "PM5008",
    message: `no device stands between \`${from}\` and \`${to}\``,
    help: "name ends in different zones of one device",
  };
}

function noFamily({ from, to }: NetworkIntent): PlanProblem {
  return {
    code: "PM5010",
    message: `\`${from}\` and \`${to}\` have no family of addresses in common`,
    help: "give both ends addresses of IPv4 or of IPv6",
  };
}

function pathBetween(from: Place, to: Place): FlowPattern["path"] | null {
  if (from.device !== to.device || from.zone === to.zone) return null;
  if (to.zone === null) return "input";
  return from.zone === null ? "output" : "forward";
}

function shareFamily(one: Addresses, other: Addresses): boolean {
  return FAMILIES.some((family) => hasHosts(one, family) && hasHosts(other, family));
}

function hasHosts(addresses: Addresses, family: IpFamily): boolean {
  return (addresses.get(family)?.length ?? 0) > 0;
}

function placesOf(network: Network, name: string, problems: PlanProblem[]): readonly Place[] {
  const device = network.devices.get(name);
  if (device !== undefined)
    return [{ device: name, zone: null, end: { addresses: device.addresses, interfaces: null } }];
  const zone = network.zones.get(name);
  if (zone !== undefined)
    return [
      {
        device: zone.device,
        zone: name,
        end: { addresses: zone.addresses, interfaces: zone.interfaces },
      },
    ];
  const hosts = network.roles.get(name)?.addresses ?? literalAddresses(name);
  return hosts === null ? [] : placesOfHosts(network, name, hosts, problems);
}

/** Symptoms speak of addresses as they stand in logs and configurations; the network file of names. */
function literalAddresses(text: string): Addresses | null {
  const found = parseAddressRange(text);
  return found === null ? null : new Map([[found.family, [found.range]]]);
}

/** Hosts of a role lie in the zones that hold their addresses, or are devices themselves. */
function placesOfHosts(
  network: Network,
  name: string,
  hosts: Addresses,
  problems: PlanProblem[],
): readonly Place[] {
  const places: Place[] = [];
  for (const { name: device, addresses } of network.devices.values())
    places.push({
      device,
      zone: null,
      end: { addresses: within(hosts, addresses), interfaces: null },
    });
  for (const zone of network.zones.values()) {
    const addresses = within(hosts, zone.addresses);
    const { device, name: zoneName, interfaces } = zone;
    places.push({ device, zone: zoneName, end: { addresses, interfaces } });
  }
  const held = places.filter(({ end }) => !isEmpty(end.addresses));
  if (held.length === 0 || !isHeld(hosts, held))
    problems.push({
      code: "PM5006",
      message: `hosts of \`${name}\` lie in no zone`,
      help: "add their network to the zone through whose interface they are reached",
    });
  return held;
}

function within(one: Addresses, other: Addresses): Addresses {
  return new Map(
    FAMILIES.flatMap((family): readonly (readonly [IpFamily, readonly Range[]])[] => {
      const both = intersectRanges(one.get(family) ?? [], other.get(family) ?? []);
      return both.length === 0 ? [] : [[family, both]];
    }),
  );
}

function isEmpty(addresses: Addresses): boolean {
  return !FAMILIES.some((family) => hasHosts(addresses, family));
}

function isHeld(hosts: Addresses, places: readonly Place[]): boolean {
  return FAMILIES.every((family) => {
    const all = normalizeRanges(places.flatMap(({ end }) => end.addresses.get(family) ?? []));
    const wanted = hosts.get(family) ?? [];
    return sizeOf(intersectRanges(wanted, all)) === sizeOf(wanted);
  });
}

function sizeOf(ranges: readonly Range[]): bigint {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1n, 0n);
}
