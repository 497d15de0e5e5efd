import type { DeviceResult } from "../../engine/parsers/readDevice.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import type { Network, NetworkDevice } from "../inventory/model.ts";
import { pull } from "../inventory/pull.ts";
import { runningDevice, type Snapshot } from "../inventory/snapshot.ts";
import { isListening, MONITOR } from "./listening.ts";
import { asFarAsRead, isReadWhole, type Meaning, meaningOf } from "./meaning.ts";
import { isMovement, readMonitor, type Transaction } from "./monitor.ts";
import { movingSets } from "./moving.ts";

/** Something that a watch has to say of a device. */
export type Sighting =
  /** From now on nothing is missed. */
  | { readonly kind: "watching"; readonly drift: Drift }
  /** What runs is another ruleset than a moment before. */
  | { readonly kind: "changed"; readonly drift: Drift }
  /** Nothing is seen any more: a signal, never silence. Until `untilMs` what was seen last is what ran. */
  | { readonly kind: "blind"; readonly reason: string; readonly untilMs: number };

type Blind = Extract<Sighting, { kind: "blind" }>;

/** What runs against what was approved. */
export interface Drift {
  readonly snapshot: Snapshot;
  /** When the first of the transactions was told; where there is none, when it was read. */
  readonly atMs: number;
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
  readonly baseline: DeviceResult;
  readonly clock: Clock;
}

/**
 * Watches one device until its stream breaks or `stop` is asked. Transactions that come while the device
 * is read are read once more together, so that a burst costs two read-backs, not one each.
 */
export async function* watchDevice(watch: Watch, signal: AbortSignal): AsyncGenerator<Sighting> {
  const stream = watch.transport.stream(MONITOR);
  const stop = () => stream.stop();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    const lines = stream.lines[Symbol.asyncIterator]();
    const id = await lines.next();
    const pending = new Pending({ [Symbol.asyncIterator]: () => lines }, watch.clock);
    if (id.done !== true && (await isListening(watch.transport, id.value))) {
      const blind = yield* readEach(watch, pending);
      if (blind !== null) {
        yield blind;
        return;
      }
    }
    stop();
    const end = await stream.ended;
    if (signal.aborted) return;
    const reason = end.kind === "fault" ? end.message : "the monitor has ended";
    yield { kind: "blind", reason, untilMs: watch.clock() };
  } finally {
    /* Whoever reads may have given up in the middle. */
    signal.removeEventListener("abort", stop);
    stop();
    await stream.ended;
  }
}

/**
 * Until the stream ends (null), or until a read-back fails: nothing would repeat it before the next transaction,
 * so the watch has to begin anew.
 */
async function* readEach(watch: Watch, pending: Pending): AsyncGenerator<Sighting, Blind | null> {
  const first = await readBack(watch, { transactions: [], atMs: watch.clock() });
  if (first.kind === "blind") return first;
  yield { kind: "watching", drift: first };
  let last = first.snapshot.hash;
  let moves = movingSets(watch.device, first.snapshot);
  for (let batch = await pending.next(); batch !== null; batch = await pending.next()) {
    if (batch.transactions.every((one) => isMovement(one, moves))) continue;
    const found = await readBack(watch, batch);
    if (found.kind === "blind") return found;
    if (found.snapshot.hash === last) continue;
    last = found.snapshot.hash;
    moves = movingSets(watch.device, found.snapshot);
    yield { kind: "changed", drift: found };
  }
  return null;
}

/** What came while nobody looked. */
interface Batch {
  readonly transactions: readonly Transaction[];
  readonly atMs: number;
}

/** Transactions that nobody has taken yet. */
class Pending {
  private waiting: Transaction[] = [];
  private sinceMs = 0;
  private isOver = false;
  private wake: () => void = () => undefined;
  private readonly clock: Clock;

  constructor(lines: AsyncIterable<string>, clock: Clock) {
    this.clock = clock;
    void this.collect(lines);
  }

  /** All that have come since, at least one; null: there will be no more. */
  async next(): Promise<Batch | null> {
    while (this.waiting.length === 0) {
      if (this.isOver) return null;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const transactions = this.waiting;
    this.waiting = [];
    return { transactions, atMs: this.sinceMs };
  }

  private async collect(lines: AsyncIterable<string>): Promise<void> {
    for await (const transaction of readMonitor(lines)) {
      if (this.waiting.length === 0) this.sinceMs = this.clock();
      this.waiting.push(transaction);
      this.wake();
    }
    this.isOver = true;
    this.wake();
  }
}

type ReadBack = (Drift & { readonly kind: "read" }) | Blind;

async function readBack(
  { network, device, transport, baseline }: Watch,
  { transactions, atMs }: Batch,
): Promise<ReadBack> {
  const pulled = await pull(transport, device);
  if (pulled.kind !== "pulled") return { kind: "blind", reason: pulled.message, untilMs: atMs };
  const running = runningDevice(pulled.snapshot);
  const isWhole = isReadWhole(running);
  return {
    kind: "read",
    snapshot: pulled.snapshot,
    atMs,
    transactions,
    meaning: asFarAsRead(
      meaningOf(network, device.name, baseline.device, running.device),
      isWhole && isReadWhole(baseline),
    ),
    isWhole,
  };
}
