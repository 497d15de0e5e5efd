import type { Addresses, End } from "../../engine/intents/model.ts";
import { parseAddressRange } from "./addresses.ts";
import { isEmpty, union, within, without } from "./addressSets.ts";
import type { NetworkCode } from "./codes.ts";
import type { Network, NetworkDevice } from "./model.ts";

/** Why some of an intent's flows are not judged. */
export interface PlanProblem {
  readonly code: NetworkCode;
  readonly message: string;
  readonly help: string;
}

/** Hosts as one device sees them: behind interfaces, or the device itself. */
export interface Place {
  readonly device: string;
  /** Null: the device itself. */
  readonly zone: string | null;
  readonly end: End;
}

/** What a name stands for, and where that lies. */
export interface Located {
  readonly hosts: Addresses;
  readonly places: readonly Place[];
}

const NOWHERE: Located = { hosts: new Map(), places: [] };

/** Where the hosts of a role, zone or device lie, or those of an address; what is not known is a problem. */
export function locate(network: Network, name: string, problems: PlanProblem[]): Located {
  const device = network.devices.get(name);
  if (device !== undefined) return locateDevice(network, device);
  const zone = network.zones.get(name);
  if (zone !== undefined) {
    const { addresses, interfaces } = zone;
    const place = { device: zone.device, zone: name, end: { addresses, interfaces } };
    return { hosts: addresses, places: [place] };
  }
  const hosts = network.roles.get(name)?.addresses ?? literalAddresses(name);
  if (hosts !== null) return locateHosts(network, name, hosts, problems);
  problems.push({
    code: "PM5004",
    message: `\`${name}\` is no name of the network file, and no address`,
    help: "a host that is known by its name only is nowhere until the name has an address",
  });
  return NOWHERE;
}

/** Symptoms speak of addresses as they stand in logs and configurations; the network file of names. */
function literalAddresses(text: string): Addresses | null {
  const found = parseAddressRange(text);
  return found === null ? null : new Map([[found.family, [found.range]]]);
}

/** A device is one host; it lies in zones of others, and never behind its own interfaces. */
function locateDevice(network: Network, { name, addresses: hosts }: NetworkDevice): Located {
  const itself = { device: name, zone: null, end: { addresses: hosts, interfaces: null } };
  const others = zonesOf(network, hosts).filter(({ device }) => device !== name);
  return { hosts, places: [itself, ...others] };
}

/** Hosts of a role lie in the zones that hold their addresses, or are devices themselves. */
function locateHosts(
  network: Network,
  name: string,
  hosts: Addresses,
  problems: PlanProblem[],
): Located {
  const devices = [...network.devices.values()].map(({ name: device, addresses }) => ({
    device,
    zone: null,
    end: { addresses: within(hosts, addresses), interfaces: null },
  }));
  const held = devices.filter(({ end }) => !isEmpty(end.addresses));
  const places: readonly Place[] = [...held, ...zonesOf(network, hosts)];
  const found = union(places.map(({ end }) => end.addresses));
  if (places.length === 0 || !isEmpty(without(hosts, [found])))
    problems.push({
      code: "PM5006",
      message: `hosts of \`${name}\` lie in no zone`,
      help: "add their network to the zone through whose interface they are reached",
    });
  return { hosts, places };
}

function zonesOf({ zones }: Network, hosts: Addresses): readonly Place[] {
  return [...zones.values()]
    .map(({ device, name, interfaces, addresses }) => ({
      device,
      zone: name,
      end: { addresses: within(hosts, addresses), interfaces },
    }))
    .filter(({ end }) => !isEmpty(end.addresses));
}
