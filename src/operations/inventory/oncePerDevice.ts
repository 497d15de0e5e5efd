import type { Device } from "../../engine/device/device.ts";
import type { Network } from "./model.ts";

/** What was proved of devices, by what was asked: neither they nor networks ever change. */
export type Proved<T> = WeakMap<Network, WeakMap<Device, Map<string, T>>>;

/** Proves something of a device only once for each network; `key` names what is asked. */
export function once<T>(
  all: Proved<T>,
  network: Network,
  device: Device,
  key: string,
  prove: () => T,
): T {
  const ofNetwork = all.get(network) ?? new WeakMap<Device, Map<string, T>>();
  all.set(network, ofNetwork);
  const ofDevice = ofNetwork.get(device) ?? new Map<string, T>();
  ofNetwork.set(device, ofDevice);
  const proved = ofDevice.get(key) ?? prove();
  ofDevice.set(key, proved);
  return proved;
}
