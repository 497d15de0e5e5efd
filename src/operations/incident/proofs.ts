import type { Device } from "../../engine/device/device.ts";
import type { IntentAnswer } from "../../engine/intents/model.ts";
import type { Network } from "../inventory/model.ts";
import { runningDevice, type Snapshot } from "../inventory/snapshot.ts";

/** Devices that are kept as they were read, with all that was proved of them. */
const MAXIMUM_DEVICES = 200;

type Status = IntentAnswer["status"];

/**
 * What was read and proved of snapshots, which never change: in an outage a symptom comes every moment, and
 * each must not cost again what those before it have cost.
 */
export class Proofs {
  private readonly devices = new Map<string, Device>();
  private readonly statuses = new WeakMap<Network, WeakMap<Device, Map<string, Status>>>();

  deviceOf(snapshot: Snapshot): Device {
    const { device, hash } = snapshot;
    return this.device(`${device} ${hash}`, () => runningDevice(snapshot).device);
  }

  /** One that is read only once; `key` names what it is read from. */
  device(key: string, read: () => Device): Device {
    const known = this.devices.get(key);
    this.devices.delete(key);
    const device = known ?? read();
    this.devices.set(key, device);
    const [oldest] = this.devices.keys();
    if (this.devices.size > MAXIMUM_DEVICES && oldest !== undefined) this.devices.delete(oldest);
    return device;
  }

  /** What becomes of a flow on a device, which is proved only once; `key` names the flow. */
  status(network: Network, device: Device, key: string, prove: () => Status): Status {
    const ofNetwork = this.statuses.get(network) ?? new WeakMap<Device, Map<string, Status>>();
    this.statuses.set(network, ofNetwork);
    const ofDevice = ofNetwork.get(device) ?? new Map<string, Status>();
    ofNetwork.set(device, ofDevice);
    const status = ofDevice.get(key) ?? prove();
    ofDevice.set(key, status);
    return status;
  }
}
