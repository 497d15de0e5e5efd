import type { Device } from "../../engine/device/device.ts";
import { compareFlows, type FlowComparison, unlikeFor } from "../../engine/diff/flowEffects.ts";
import type { Loss } from "../../engine/diff/losses.ts";
import type { Intent, IntentAnswer } from "../../engine/intents/model.ts";
import type { DeviceResult } from "../../engine/parsers/readDevice.ts";
import type { Network } from "../inventory/model.ts";
import { runningDevice, type Snapshot } from "../inventory/snapshot.ts";

/** Devices that are kept as they were read, with all that was proved of them. */
const MAXIMUM_DEVICES = 200;

type Status = IntentAnswer["status"];
type Proved<T> = WeakMap<Network, WeakMap<Device, Map<string, T>>>;

/**
 * What was read and proved of snapshots, which never change: in an outage a symptom comes every moment, and
 * each must not cost again what those before it have cost.
 */
export class Proofs {
  private readonly devices = new Map<string, DeviceResult>();
  private readonly statuses: Proved<Status> = new WeakMap();
  private readonly losses: Proved<Loss> = new WeakMap();
  private readonly unlikes: Proved<readonly string[]> = new WeakMap();
  /** The last one only: it holds all its diagrams, and flows are asked about one difference after the other. */
  private compared: FlowComparison | null = null;
  private readonly numbers = new WeakMap<Device, number>();
  private lastNumber = 0;

  /** A snapshot as the engine reads it; the same one is the same value. */
  read(snapshot: Snapshot): DeviceResult {
    const { device, hash } = snapshot;
    return this.readOnce(`${device} ${hash}`, () => runningDevice(snapshot));
  }

  private readOnce(key: string, read: () => DeviceResult): DeviceResult {
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
    return once(this.statuses, network, device, key, prove);
  }

  /** What a flow loses from one device to the other, which is proved only once. */
  loss(
    network: Network,
    [before, after]: readonly [Device, Device],
    key: string,
    prove: () => Loss,
  ): Loss {
    return once(this.losses, network, before, `${this.numberOf(after)} ${key}`, prove);
  }

  /** How packets of a flow may fare otherwise from one device to the other although the verdicts are the same. */
  unlike(
    network: Network,
    [before, after]: readonly [Device, Device],
    key: string,
    intent: Intent,
  ): readonly string[] {
    const prove = () => unlikeFor(this.comparison(before, after), intent);
    return once(this.unlikes, network, before, `${this.numberOf(after)} ${key}`, prove);
  }

  private comparison(before: Device, after: Device): FlowComparison {
    const { compared } = this;
    if (compared?.of[0] === before && compared.of[1] === after) return compared;
    this.compared = compareFlows(before, after);
    return this.compared;
  }

  private numberOf(device: Device): number {
    const number = this.numbers.get(device) ?? this.lastNumber++;
    this.numbers.set(device, number);
    return number;
  }
}

function once<T>(all: Proved<T>, network: Network, device: Device, key: string, prove: () => T): T {
  const ofNetwork = all.get(network) ?? new WeakMap<Device, Map<string, T>>();
  all.set(network, ofNetwork);
  const ofDevice = ofNetwork.get(device) ?? new Map<string, T>();
  ofNetwork.set(device, ofDevice);
  const proved = ofDevice.get(key) ?? prove();
  ofDevice.set(key, proved);
  return proved;
}
