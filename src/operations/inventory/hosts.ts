import type { Hosts } from "../../engine/intents/model.ts";
import { isEmpty, union } from "./addressSets.ts";
import type { Network } from "./model.ts";
import { perNetwork } from "./perNetwork.ts";

const known = perNetwork(() => new Map<string, Hosts>());

/** Who is declared in the network file, for a device that may send connections to another host. */
export function hostsOf(network: Network, device: string): Hosts {
  const all = known(network);
  const hosts = all.get(device) ?? declaredFor(network, device);
  all.set(device, hosts);
  return hosts;
}

function declaredFor({ devices, roles, zones }: Network, device: string): Hosts {
  const neighbours = [...devices.values()].filter(({ name }) => name !== device);
  const own = devices.get(device)?.addresses ?? null;
  return {
    others: union([...neighbours, ...roles.values()].map(({ addresses }) => addresses)),
    own: own === null || isEmpty(own) ? null : own,
    behind: [...zones.values()].filter((zone) => zone.device === device),
  };
}
