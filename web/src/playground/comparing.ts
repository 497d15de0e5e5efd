import type { Compared, Question, Told } from "./messages.ts";

/** What the page is told of a comparison. */
export interface Listener {
  readonly onBusy: (work: string) => void;
  readonly onDone: (compared: Compared) => void;
  readonly onFault: (message: string) => void;
}

/** Milliseconds behind the last key: who types is not answered letter by letter. */
const DEBOUNCE_MS = 250;
/** Milliseconds after which an overtaken comparison is ended instead of waited for. */
const PATIENCE_MS = 1_000;

type Texts = Omit<Question, "number">;

/** Compares what was asked last, in a worker that is ended and made anew where it is not wanted any more. */
export class Comparing {
  private readonly listener: Listener;
  private worker: Worker;
  private number = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** When the worker has begun; null: it has nothing to do. */
  private busySince: number | null = null;
  private waiting: Texts | null = null;

  constructor(listener: Listener) {
    this.listener = listener;
    this.worker = this.begin();
  }

  ask(texts: Texts): void {
    clearTimeout(this.timer);
    this.waiting = texts;
    this.listener.onBusy("waiting for you to pause");
    this.timer = setTimeout(() => this.next(), DEBOUNCE_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.waiting = null;
    this.renew();
  }

  private next(): void {
    if (this.waiting === null) return;
    if (this.busySince !== null) {
      const left = this.busySince + PATIENCE_MS - performance.now();
      if (left > 0) {
        this.timer = setTimeout(() => this.next(), left);
        return;
      }
      this.renew();
    }
    this.number += 1;
    this.busySince = performance.now();
    const question: Question = { number: this.number, ...this.waiting };
    this.waiting = null;
    this.worker.postMessage(question);
  }

  private renew(): void {
    this.worker.terminate();
    this.busySince = null;
    this.worker = this.begin();
  }

  private begin(): Worker {
    const made = new Worker("worker.js");
    made.onmessage = ({ data }: MessageEvent<Told>) => {
      if (this.worker !== made || data.number !== this.number) return;
      if (data.kind === "progress") {
        this.listener.onBusy(data.work);
        return;
      }
      this.busySince = null;
      /* What was typed meanwhile is asked at once. */
      if (this.waiting !== null) this.next();
      else this.listener.onDone(data.compared);
    };
    made.onerror = ({ message }) => {
      if (this.worker !== made) return;
      this.renew();
      this.listener.onFault(message);
    };
    return made;
  }
}
