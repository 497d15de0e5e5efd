import type { Network } from "./model.ts";
import { locate } from "./places.ts";

/** A zone as a picture of the network shows it. */
export interface MapZone {
  readonly zone: string;
  readonly device: string;
  readonly interfaces: readonly string[];
  /** Roles and devices of which some host lies there. */
  readonly holds: readonly string[];
}

/** Who lies behind which device, in the order of the file. */
export function networkMap(network: Network): readonly MapZone[] {
  const names = [...network.roles.keys(), ...network.devices.keys()];
  const places = names.flatMap((name) =>
    locate(network, name, []).places.map(({ zone }) => ({ name, zone })),
  );
  return [...network.zones.values()].map(({ name: zone, device, interfaces }) => ({
    zone,
    device,
    interfaces,
    holds: places.filter((place) => place.zone === zone).map(({ name }) => name),
  }));
}
