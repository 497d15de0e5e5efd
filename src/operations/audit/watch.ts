import type { Device } from "../../engine/device/device.ts";
import type { LineStream, Transport } from "../../platform/transport/transport.ts";
import type { Network, NetworkDevice } from "../inventory/model.ts";
import { pull } from "../inventory/pull.ts";
import { runningDevice, type Snapshot } from "../inventory/snapshot.ts";
import { type Meaning, meaningOf } from "./meaning.ts";
import { isMovement, readMonitor, type Transaction } from "./monitor.ts";

/** Something that a watch has to say of a device. */
export type Sighting =
  /** From now on nothing is missed. */
  | { readonly kind: "watching"; readonly drift: Drift }
  /** What runs is another ruleset than a moment before. */
  | { readonly kind: "changed"; readonly drift: Drift }
  /** Nothing is seen any more: a signal, never silence. */
  | { readonly kind: "blind"; readonly reason: string };

/** What runs against what was approved. */
export interface Drift {
  readonly snapshot: Snapshot;
  /** What led to it, as far as it was seen; several where they came fast. */
  readonly transactions: readonly Transaction[];
  /** Against the baseline. */
  readonly meaning: Meaning;
  /** False: part of what runs could not be read, so that the meaning is not the whole. */
  readonly isWhole: boolean;
}

export interface Watch {
  readonly network: Network;
  readonly device: NetworkDevice;
  readonly transport: Transport;
  readonly baseline: Device;
  /** Waits until a stream that was just started listens. */
  readonly settle: () => Promise<void>;
}

/**
 * Watches one device until its stream breaks or `stop` is asked. Transactions that come while the device
 * is read are read once more together, so that a burst costs two read-backs, not one each.
 */
export async function* watchDevice(watch: Watch, signal: AbortSignal): AsyncGenerator<Sighting> {
  const stream = watch.transport.stream(["nft", "monitor"]);
  signal.addEventListener("abort", () => stream.stop(), { once: true });
  if (signal.aborted) stream.stop();
  const pending = new Pending(stream);
  await watch.settle();
  const first = await readBack(watch, []);
  if (first.kind === "blind") yield first;
  else {
    yield { kind: "watching", drift: first };
    let last = first.snapshot.hash;
    for (let batch = await pending.next(); batch !== null; batch = await pending.next()) {
      if (batch.every(isMovement)) continue;
      const found = await readBack(watch, batch);
      if (found.kind === "blind") yield found;
      else if (found.snapshot.hash !== last) {
        last = found.snapshot.hash;
        yield { kind: "changed", drift: found };
      }
    }
  }
  stream.stop();
  const end = await stream.ended;
  if (signal.aborted) return;
  yield { kind: "blind", reason: end.kind === "fault" ? end.message : "the monitor has ended" };
}

/** Transactions that nobody has taken yet. */
class Pending {
  private waiting: Transaction[] = [];
  private isOver = false;
  private wake: () => void = () => undefined;

  constructor({ lines }: LineStream) {
    void this.collect(lines);
  }

  /** All that have come since, at least one; null: there will be no more. */
  async next(): Promise<readonly Transaction[] | null> {
    while (this.waiting.length === 0) {
      if (this.isOver) return null;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const taken = this.waiting;
    this.waiting = [];
    return taken;
  }

  private async collect(lines: AsyncIterable<string>): Promise<void> {
    for await (const transaction of readMonitor(lines)) {
      this.waiting.push(transaction);
      this.wake();
    }
    this.isOver = true;
    this.wake();
  }
}

type ReadBack = (Drift & { readonly kind: "read" }) | Extract<Sighting, { kind: "blind" }>;

async function readBack(
  { network, device, transport, baseline }: Watch,
  transactions: readonly Transaction[],
): Promise<ReadBack> {
  const pulled = await pull(transport, device);
  if (pulled.kind !== "pulled") return { kind: "blind", reason: pulled.message };
  const running = runningDevice(pulled.snapshot);
  return {
    kind: "read",
    snapshot: pulled.snapshot,
    transactions,
    meaning: meaningOf(network, device.name, baseline, running.device),
    isWhole: running.refused.length === 0 && running.coverage.notUnderstood === 0,
  };
}
