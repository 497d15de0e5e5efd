import type { Diagnostic } from "../../engine/base/diagnostic.ts";
import type { Actor } from "../../platform/auth/actor.ts";
import { type Channel, openChannel } from "../../platform/channel.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import { type FileProblem, readText } from "../../platform/files.ts";
import { type Refusal, refuseUnknown } from "../../platform/refusal.ts";
import type { Transport, TransportFault } from "../../platform/transport/transport.ts";
import type { Trail } from "../trail/service.ts";
import type { Network, NetworkDevice, Reach } from "./model.ts";
import { parseNetwork } from "./networkFile.ts";
import { type Pulled, type PullFailed, pull } from "./pull.ts";
import { openTransports } from "./reach.ts";
import type { Snapshot } from "./snapshot.ts";
import { type Baseline, type InventoryStore, inventoryStore, type LastPull } from "./store.ts";

export interface InventoryOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly trail: Trail;
  /** The path of `premortem.yaml`. */
  readonly networkFile: string;
  readonly onFault: (fault: unknown) => void;
  /** Another way to reach devices, for tests. */
  readonly openTransport?: (reach: Reach) => Transport;
}

export type InventoryEvent =
  | { readonly kind: "networkRead"; readonly network: Network }
  | { readonly kind: "pulled"; readonly device: string; readonly hash: string }
  | { readonly kind: "baselineAdopted"; readonly baseline: Baseline };

/** A network file that is not used, and why. */
export interface BadNetworkFile {
  readonly kind: "badFile";
  readonly file: string;
  /** Empty where the file could not be read at all. */
  readonly text: string;
  readonly problem: FileProblem | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** What is known of devices: how they are reached, what they run, and what was approved. */
export interface Inventory {
  readonly kind: "inventory";
  readonly events: Channel<InventoryEvent>;
  network(): Network;
  /** Reads the network file again, and uses it. One with mistakes is not used: what was read before stays. */
  reload(): Network | BadNetworkFile;
  /** Reads the network file, and does not use it yet. */
  read(): Network | BadNetworkFile;
  /** From now on this is the network. */
  use(network: Network): void;
  /** Kept open until `close`. The device has to be one of the network file. */
  transportOf(device: string): Transport;
  /** Reads a device as it runs, and keeps what was read. */
  pull(device: string): Promise<Pulled | PullFailed | TransportFault | Refusal>;
  lastPull(device: string): Promise<LastPull | null>;
  keep(snapshot: Snapshot): Promise<void>;
  snapshotOf(hash: string, device?: string): Promise<Snapshot | null>;
  baselineOf(device: string): Promise<Baseline | null>;
  /** The snapshot that the baseline of a device names. */
  baselineSnapshot(device: string): Promise<Snapshot | null>;
  /** Makes a snapshot what is approved: something that a person answers for. */
  adopt(device: string, hash: string, actor: Actor): Promise<Baseline | Refusal>;
  close(): Promise<void>;
}

export function openInventory(options: InventoryOptions): Inventory | BadNetworkFile {
  const first = readNetworkFile(options.networkFile);
  if ("kind" in first) return first;
  let network = first;
  const events = openChannel<InventoryEvent>(options.onFault);
  const store = inventoryStore(options.database);
  const transports = openTransports(options.openTransport);
  const deviceOf = (name: string) => network.devices.get(name);
  const transportTo = ({ name, reach }: NetworkDevice) => transports.to(name, reach);
  const use = (next: Network) => {
    network = next;
    events.publish({ kind: "networkRead", network });
  };
  return {
    kind: "inventory",
    events,
    network: () => network,
    reload() {
      const read = readNetworkFile(options.networkFile);
      if (!("kind" in read)) use(read);
      return read;
    },
    read: () => readNetworkFile(options.networkFile),
    use,
    transportOf(name) {
      const device = deviceOf(name);
      if (device === undefined) throw new Error(`there is no device ${name}`);
      return transportTo(device);
    },
    async pull(name) {
      const device = deviceOf(name);
      if (device === undefined) return noDevice(name, network);
      /* Of what happens while it is read nobody knows whether it was seen. */
      const atMs = options.clock();
      const read = await pull(transportTo(device), device);
      if (read.kind !== "pulled") return read;
      await store.keep(read.snapshot);
      const { hash } = read.snapshot;
      await store.notePull(name, { hash, atMs, notSeen: read.notSeen });
      events.publish({ kind: "pulled", device: name, hash });
      return read;
    },
    lastPull: (device) => store.lastPull(device),
    keep: (snapshot) => store.keep(snapshot),
    snapshotOf: (hash, device) => store.snapshot(hash, device ?? null),
    baselineOf: (device) => store.baseline(device),
    async baselineSnapshot(device) {
      const baseline = await store.baseline(device);
      return baseline === null ? null : store.snapshot(baseline.hash, device);
    },
    async adopt(device, hash, { login }) {
      if (deviceOf(device) === undefined) return noDevice(device, network);
      if ((await store.snapshot(hash, device)) === null) return noSnapshot(device, hash);
      const readMs = await store.readMs(device, hash);
      const baseline = { device, hash, login, atMs: options.clock(), readMs };
      await writeBaseline(options, store, baseline);
      events.publish({ kind: "baselineAdopted", baseline });
      return baseline;
    },
    close: () => transports.close(),
  };
}

async function writeBaseline(
  { database, trail }: InventoryOptions,
  store: InventoryStore,
  baseline: Baseline,
): Promise<void> {
  const { device, hash, login, atMs } = baseline;
  const previous = (await store.baseline(device))?.hash ?? null;
  await database.transaction().execute(async (transaction) => {
    await store.addBaseline(transaction, baseline);
    const details = { snapshot: hash, previous };
    const event = { atMs, actor: login, subject: `device/${device}`, details };
    await trail.append({ kind: "baseline.adopted", ...event }, transaction);
  });
}

function readNetworkFile(file: string): Network | BadNetworkFile {
  const read = readText(file);
  if (read.kind === "problem")
    return { kind: "badFile", file, text: "", problem: read, diagnostics: [] };
  const { network, diagnostics } = parseNetwork(file, read.text);
  if (network !== null && diagnostics.length === 0) return network;
  return { kind: "badFile", file, text: read.text, problem: null, diagnostics };
}

function noDevice(name: string, { devices }: Network): Refusal {
  const known = [...devices.keys()].map((one) => `\`${one}\``).join(", ");
  return refuseUnknown(
    `there is no device \`${name}\``,
    known === "" ? "name it in the network file first" : `known are ${known}`,
  );
}

function noSnapshot(device: string, hash: string): Refusal {
  return refuseUnknown(
    `no snapshot of \`${device}\` has the hash ${hash}`,
    `read the device first: \`premortem pull ${device}\``,
  );
}
