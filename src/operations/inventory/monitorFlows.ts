import { formatIpv4, formatIpv6 } from "../../engine/base/address.ts";
import type { IpFamily } from "../../engine/packet/packet.ts";
import { parseAddressRange } from "./addresses.ts";
import type { NetworkDevice } from "./model.ts";
import type { MonitorFlow, Target } from "./monitors.ts";

/** Addresses of one device that a flow is told for. */
const MAXIMUM_ADDRESSES = 8;

/**
 * Connections from a device to a target, one for each of its addresses of that family; empty where they
 * do not follow from the network file: a target that is a name, a device without addresses.
 */
export function flowsTo(
  device: NetworkDevice | undefined,
  { host, port }: Target,
  protocols: readonly ("tcp" | "udp")[],
): readonly MonitorFlow[] {
  const target = parseAddressRange(host);
  if (target === null || device === undefined) return [];
  return addressesOf(device, target.family).flatMap((from) =>
    protocols.map((protocol) => ({ from, to: host, service: `${protocol}/${port}` })),
  );
}

/** Those that the network file gives a device, as text, a few of each range. */
export function addressesOf({ addresses }: NetworkDevice, family: IpFamily): readonly string[] {
  const format = family === "ip" ? formatIpv4 : formatIpv6;
  const found: string[] = [];
  for (const { from, to } of addresses.get(family) ?? [])
    for (let value = from; value <= to && found.length < MAXIMUM_ADDRESSES; value++)
      found.push(format(value));
  return found;
}
