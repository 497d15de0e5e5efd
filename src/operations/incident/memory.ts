import type { Device } from "../../engine/device/device.ts";
import type { Network } from "../inventory/model.ts";
import { runningDevice, type Snapshot } from "../inventory/snapshot.ts";
import type { SymptomFlow, Tie } from "./model.ts";

/** Devices as the engine reads them that are kept: a week of differences needs two for each. */
const MAXIMUM_DEVICES = 100;
/** Answers that are kept: 40 differences, asked about 200 symptoms. */
const MAXIMUM_TIES = 20_000;

/**
 * What was found out already. Neither snapshots nor differences ever change, so that it holds as long as the
 * network file does: a storm of symptoms asks the same of the same differences again and again.
 */
export class CauseMemory {
  private network: Network | null = null;
  private readonly devices = new Map<string, Device>();
  private readonly ties = new Map<string, Tie>();

  deviceOf(snapshot: Snapshot): Device {
    const known = this.devices.get(snapshot.hash);
    if (known !== undefined) return known;
    const { device } = runningDevice(snapshot);
    keep(this.devices, snapshot.hash, device, MAXIMUM_DEVICES);
    return device;
  }

  /** Asks only what was not asked under this network file. */
  tieOf(network: Network, difference: string, flow: SymptomFlow, ask: () => Tie): Tie {
    if (this.network !== network) this.ties.clear();
    this.network = network;
    const key = JSON.stringify([difference, flow.from, flow.to, flow.service]);
    const known = this.ties.get(key);
    if (known !== undefined) return known;
    const tie = ask();
    keep(this.ties, key, tie, MAXIMUM_TIES);
    return tie;
  }
}

/** The oldest makes room. */
function keep<Value>(map: Map<string, Value>, key: string, value: Value, most: number): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
