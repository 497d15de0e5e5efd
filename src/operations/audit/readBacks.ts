import type { DeviceResult } from "../../engine/parsers/readDevice.ts";
import { type Pulled, pull } from "../inventory/pull.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import {
  changedParts,
  hasEvents,
  partOf,
  RULESET_PARTS,
  type Snapshot,
} from "../inventory/snapshot.ts";
import { asFarAsModelled, asFarAsRead, isReadWhole, type Meaning, meaningOf } from "./meaning.ts";
import { isMovement } from "./monitor.ts";
import { movingSets, withMovedElements } from "./moving.ts";
import type { Batch, Pending } from "./pending.ts";
import { type Polling, pollingOf, SELDOM_MS } from "./polling.ts";
import type { Blind, Drift, Watch } from "./sighting.ts";

/** What was read of a device, and when. */
interface Reading {
  readonly kind: "reading";
  readonly snapshot: Snapshot;
  readonly beganMs: number;
  readonly endedMs: number;
  readonly polling: Polling;
}

/** What a read-back has found; `same`: nothing that is to be told. */
export type Found =
  | { readonly kind: "drift"; readonly drift: Drift }
  | { readonly kind: "same" }
  | Blind;

/** Milliseconds that the event of a change may come behind a read-back by the clock that shows it. */
const LATE_MS = 500;

/** Reads one device again and again, and compares with what was told last. */
export class ReadBacks {
  private readonly watch: Watch;
  private readonly baseline: DeviceResult;
  private last: { readonly reading: Reading; readonly drift: Drift } | null = null;
  private judgedMs = 0;

  constructor(watch: Watch) {
    this.watch = watch;
    this.baseline = runningDevice(watch.baseline);
  }

  async first(): Promise<Exclude<Found, { kind: "same" }>> {
    const nowMs = this.watch.clock();
    const reading = await this.pull(nowMs);
    if (reading.kind === "blind") return reading;
    return this.told(reading, this.judge(reading, { transactions: [], atMs: nowMs }));
  }

  /** Milliseconds from the last read-back to the next one by the clock. */
  everyMs(): number {
    return this.last?.reading.polling.everyMs ?? SELDOM_MS;
  }

  /** Until when it is known that what was told last is what ran, with what has no events. */
  seenUntilMs(): number {
    const reading = this.last?.reading;
    return reading === undefined || reading.polling.withoutEvents.length === 0
      ? this.watch.clock()
      : reading.beganMs;
  }

  /** Without what moves all day; null: the stream is over. */
  async nextToRead(pending: Pending): Promise<Batch | null> {
    const { device } = this.watch;
    const moves = this.last === null ? () => false : movingSets(device, this.last.drift.snapshot);
    for (;;) {
      const batch = await pending.next();
      if (batch === null) return null;
      const transactions = batch.transactions.filter((one) => !isMovement(one, moves));
      if (transactions.length > 0 || batch.isDue) return { ...batch, transactions };
    }
  }

  async read(batch: Batch, pending: Pending): Promise<Found> {
    const isTold = batch.transactions.length > 0;
    const reading = await this.pull(
      isTold ? batch.atMs : (this.last?.reading.beganMs ?? batch.atMs),
    );
    if (reading.kind === "blind") return reading;
    const found = isTold
      ? await this.differing(reading, batch)
      : await this.byClock(reading, pending);
    if (this.last !== null) this.last = { ...this.last, reading };
    return found;
  }

  private async differing(reading: Reading, batch: Told): Promise<Found> {
    const isSame = reading.snapshot.hash === this.last?.drift.snapshot.hash;
    return isSame ? SAME : this.tell(reading, batch);
  }

  /** What nobody has told of: it has no events, or its event is on its way, or was missed. */
  private async byClock(reading: Reading, pending: Pending): Promise<Found> {
    const { snapshot, endedMs } = reading;
    const untold = { transactions: [], atMs: endedMs };
    const last = this.last?.drift;
    if (last === undefined || last.snapshot.hash === snapshot.hash) return SAME;
    const moved = withMovedElements(this.watch.device, last.snapshot, snapshot) ?? last.snapshot;
    if (moved.hash === snapshot.hash) return this.moved(reading, last);
    const isTellable = changedParts(moved, snapshot).some(hasEvents);
    const late = isTellable ? await pending.soon(LATE_MS) : null;
    return this.tell(reading, late ?? untold);
  }

  /** Bans come and go all day: they are told where an intent fares otherwise by them, which is proved once a minute. */
  private moved(reading: Reading, last: Drift): Found {
    if (reading.endedMs - this.judgedMs < SELDOM_MS) return SAME;
    this.judgedMs = reading.endedMs;
    const drift = this.judge(reading, { transactions: [], atMs: reading.endedMs });
    return fareOf(drift.meaning) === fareOf(last.meaning) ? SAME : this.told(reading, drift);
  }

  private async tell(reading: Reading, batch: Told): Promise<Found> {
    await this.watch.decided();
    return this.told(reading, this.judge(reading, batch));
  }

  private told(reading: Reading, drift: Drift): Exclude<Found, { kind: "same" } | Blind> {
    this.last = { reading, drift };
    this.judgedMs = reading.endedMs;
    return { kind: "drift", drift };
  }

  /** `seenUntilMs`: what was seen last ran until then, where this fails. */
  private async pull(seenUntilMs: number): Promise<Reading | Blind> {
    const { transport, device, clock } = this.watch;
    const beganMs = clock();
    const pulled = await pull(transport, device);
    const endedMs = clock();
    if (pulled.kind !== "pulled")
      return { kind: "blind", reason: pulled.message, untilMs: seenUntilMs };
    const { snapshot } = pulled;
    const lost = this.lostIn(pulled);
    if (lost !== null) return { kind: "blind", reason: lost, untilMs: seenUntilMs };
    const polling = pollingOf(snapshot, endedMs - beganMs);
    return { kind: "reading", snapshot, beganMs, endedMs, polling };
  }

  /** What was read before and cannot be now, in words: it is not gone because of that. */
  private lostIn({ snapshot, notSeen }: Pulled): string | null {
    const last = this.last?.drift.snapshot;
    if (last === undefined) return null;
    const wasRead = (part: string) =>
      partOf(last, part) !== null && partOf(snapshot, part) === null;
    return (
      notSeen.find((text) =>
        RULESET_PARTS.some((part) => text.startsWith(`${part}: `) && wasRead(part)),
      ) ?? null
    );
  }

  private judge({ snapshot, endedMs, polling }: Reading, { transactions, atMs }: Told): Drift {
    const { network, device } = this.watch;
    const running = runningDevice(snapshot);
    const isWhole = isReadWhole(running);
    const meaning = asFarAsRead(
      meaningOf(network, device.name, this.baseline.device, running.device),
      isWhole && isReadWhole(this.baseline),
    );
    const since = this.last?.reading.beganMs;
    return {
      snapshot,
      atMs,
      transactions,
      unseen: since === undefined ? null : { sinceMs: since, atMs: endedMs },
      polling,
      meaning: asFarAsModelled(meaning, this.watch.baseline, snapshot),
      isWhole,
    };
  }
}

type Told = Pick<Batch, "transactions" | "atMs">;

const SAME = { kind: "same" } as const;

function fareOf({ broken, undecided }: Meaning): string {
  return JSON.stringify([broken.map(({ id }) => id), undecided]);
}
