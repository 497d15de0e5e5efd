import type { Hosts } from "../../engine/intents/model.ts";
import { isEmpty, union } from "./addressSets.ts";
import type { Network } from "./model.ts";

/** Who is declared in the network file, for a device that may send connections to another host. */
export function hostsOf({ devices, roles }: Network, device: string): Hosts {
  const all = [...devices.values(), ...roles.values()].map(({ addresses }) => addresses);
  const own = devices.get(device)?.addresses ?? null;
  return { all: union(all), own: own === null || isEmpty(own) ? null : own };
}
