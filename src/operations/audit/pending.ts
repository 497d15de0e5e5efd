import type { Clock, Wait } from "../../platform/clock.ts";
import { readMonitor, type Transaction } from "./monitor.ts";

/** What came while nobody looked. */
export interface Batch {
  readonly transactions: readonly Transaction[];
  /** When the first of them was told; where there is none, now. */
  readonly atMs: number;
  /** It is time to read the device, whatever was told. */
  readonly isDue: boolean;
}

/** Transactions that nobody has taken yet, and when the device is to be read though there are none. */
export class Pending {
  private waiting: Transaction[] = [];
  private sinceMs = 0;
  private isOver = false;
  private isDue = false;
  private isAsked = false;
  private wake: () => void = () => undefined;
  private timer = new AbortController();
  private readonly clock: Clock;
  private readonly wait: Wait;

  constructor(lines: AsyncIterable<string>, clock: Clock, wait: Wait) {
    this.clock = clock;
    this.wait = wait;
    void this.collect(lines);
  }

  /** The next read-back is due so long from now, and not before. */
  readAgainIn(ms: number): void {
    this.timer.abort();
    this.isDue = false;
    const timer = new AbortController();
    this.timer = timer;
    void this.wait(ms, timer.signal).then(() => {
      if (timer.signal.aborted) return;
      this.isDue = true;
      this.wake();
    });
  }

  /** Somebody wants to know now: the device is read once more, also where it is being read already. */
  readNow(): void {
    this.isAsked = true;
    this.wake();
  }

  /** Nobody asks any more: no timer outlives this. */
  close(): void {
    this.timer.abort();
    this.isOver = true;
    this.wake();
  }

  /** All that have come since, or that it is time to read; null: there will be no more. */
  async next(): Promise<Batch | null> {
    while (this.waiting.length === 0) {
      if (this.isOver) return null;
      if (this.isDue || this.isAsked) break;
      await this.woken();
    }
    const transactions = this.waiting;
    this.waiting = [];
    const atMs = transactions.length === 0 ? this.clock() : this.sinceMs;
    const isDue = this.isDue || this.isAsked;
    this.isAsked = false;
    return { transactions, atMs, isDue };
  }

  /** What came in the meantime, or comes within a moment, and is still to be taken; null: nothing. */
  async soon(ms: number): Promise<Batch | null> {
    const timer = new AbortController();
    if (this.waiting.length === 0 && !this.isOver)
      await Promise.race([this.woken(), this.wait(ms, timer.signal)]);
    timer.abort();
    if (this.waiting.length === 0) return null;
    return { transactions: this.waiting, atMs: this.sinceMs, isDue: false };
  }

  private woken(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
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
