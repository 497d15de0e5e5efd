import type { SimulatedLinks } from "../model.ts";
import {
  ADDRESSES,
  type DeviceName,
  FIREWALL,
  MANAGEMENT,
  managementAddress,
  ZONES,
} from "../world/plan.ts";

const PREFIX = 24;

/** Interfaces, addresses and the way out of each host. */
export function linksOf(name: DeviceName): SimulatedLinks {
  const server = managementAddress(name);
  const management = { name: MANAGEMENT.interface, addresses: [`${server}/${PREFIX}`] };
  const own =
    name === FIREWALL
      ? Object.values(ZONES).map((zone) => ({
          name: zone.interface,
          addresses: [`${zone.network}.1/${PREFIX}`],
        }))
      : [{ name: "eth0", addresses: [`${ADDRESSES[name]}/${PREFIX}`] }];
  return {
    interfaces: [...own, management],
    gateway: gatewayOf(name),
    management: {
      client: MANAGEMENT.client,
      server,
      port: MANAGEMENT.port,
      interface: MANAGEMENT.interface,
    },
  };
}

/** Beyond the firewall stands the provider; behind it, the firewall. */
function gatewayOf(name: DeviceName): string {
  if (name === FIREWALL) return `${ZONES.internet.network}.254`;
  const address = ADDRESSES[name];
  return `${address.slice(0, address.lastIndexOf("."))}.1`;
}
