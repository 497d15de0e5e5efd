import type { SimulatedTime } from "../model.ts";

/** A mail of the queue. */
export interface QueuedMail {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  readonly subject: string;
  readonly arrivedMs: number;
}

/** What became of one try to deliver. */
export type Delivered =
  | { readonly kind: "sent"; readonly relay: string; readonly answer: string }
  | {
      readonly kind: "deferred";
      /** `none` where nobody was reached. */
      readonly relay: string;
      readonly dsn: string;
      readonly reason: string;
      /** Whether further mails to there wait as well, without being tried. */
      readonly isOfDestination: boolean;
    };

export interface QueueParts {
  readonly time: SimulatedTime;
  deliver(mail: QueuedMail, done: (result: Delivered) => void): void;
  onResult(mail: QueuedMail, result: Delivered): void;
}

interface Entry {
  readonly mail: QueuedMail;
  state: "active" | "deferred";
  nextMs: number;
  reason: string;
}

/* As in the laboratory of real programs: Debian waits 300 s, and a demonstration is shorter than that. */
/** Postfix's `queue_run_delay` and `minimal_backoff_time`. */
export const QUEUE_RUN_MS = 30_000;
export const BACKOFF_MS = 30_000;
/** Postfix's `maximal_backoff_time`, by default. */
const LONGEST_BACKOFF_MS = 4_000_000;
/** Mails of one host; beyond them it takes none. */
export const MAXIMUM_QUEUED = 5_000;
/** Milliseconds between two mails that are tried again. */
const PACE_MS = 20;

/** The queue of one Postfix: what it cannot deliver now, it tries again after growing pauses. */
export class MailQueue {
  private readonly parts: QueueParts;
  private readonly entries = new Map<string, Entry>();
  /** Destinations that are not tried before a moment, and why. */
  private readonly suspended = new Map<
    string,
    { readonly untilMs: number; readonly reason: string }
  >();

  constructor(parts: QueueParts) {
    this.parts = parts;
    this.runLater();
  }

  get length(): number {
    return this.entries.size;
  }

  get isFull(): boolean {
    return this.entries.size >= MAXIMUM_QUEUED;
  }

  has(id: string): boolean {
    return this.entries.has(id);
  }

  add(mail: QueuedMail): void {
    const entry: Entry = { mail, state: "active", nextMs: 0, reason: "" };
    this.entries.set(mail.id, entry);
    this.parts.time.after(PACE_MS, () => this.attempt(entry));
  }

  /** `postqueue -f`: everything is tried now, whatever was tried before. */
  flush(): void {
    this.suspended.clear();
    this.begin(() => true);
  }

  clear(): void {
    this.entries.clear();
    this.suspended.clear();
  }

  /** `postqueue -j`. */
  printed(): string {
    return [...this.entries.values()].map((entry) => `${printedMail(entry)}\n`).join("");
  }

  private runLater(): void {
    this.parts.time.after(QUEUE_RUN_MS, () => {
      const nowMs = this.parts.time.nowMs();
      this.begin(({ nextMs }) => nextMs <= nowMs);
      this.runLater();
    });
  }

  private begin(isDue: (entry: Entry) => boolean): void {
    let delayMs = 0;
    for (const entry of this.entries.values()) {
      if (entry.state !== "deferred" || !isDue(entry)) continue;
      entry.state = "active";
      this.parts.time.after(delayMs, () => this.attempt(entry));
      delayMs += PACE_MS;
    }
  }

  private attempt(entry: Entry): void {
    if (this.entries.get(entry.mail.id) !== entry) return;
    const destination = domainOf(entry.mail.to);
    const block = this.suspended.get(destination);
    if (block !== undefined && block.untilMs > this.parts.time.nowMs()) {
      const reason = `delivery temporarily suspended: ${block.reason}`;
      this.defer(entry, {
        kind: "deferred",
        relay: "none",
        dsn: "4.4.3",
        reason,
        isOfDestination: false,
      });
      return;
    }
    this.parts.deliver(entry.mail, (result) => {
      if (this.entries.get(entry.mail.id) !== entry) return;
      if (result.kind === "deferred") {
        if (result.isOfDestination)
          this.suspended.set(destination, {
            untilMs: this.parts.time.nowMs() + BACKOFF_MS,
            reason: result.reason,
          });
        this.defer(entry, result);
        return;
      }
      this.suspended.delete(destination);
      this.entries.delete(entry.mail.id);
      this.parts.onResult(entry.mail, result);
    });
  }

  private defer(entry: Entry, result: Extract<Delivered, { kind: "deferred" }>): void {
    const nowMs = this.parts.time.nowMs();
    const ageMs = nowMs - entry.mail.arrivedMs;
    entry.state = "deferred";
    entry.reason = result.reason;
    entry.nextMs = nowMs + Math.min(LONGEST_BACKOFF_MS, Math.max(BACKOFF_MS, ageMs));
    this.parts.onResult(entry.mail, result);
  }
}

export function domainOf(recipient: string): string {
  return recipient.slice(recipient.indexOf("@") + 1);
}

const MS_IN_SECOND = 1_000;

/** As postqueue(1) writes it: what reads it looks for `{"queue_name": "deferred"` at the beginning of a line. */
function printedMail({ mail, state, reason }: Entry): string {
  const text = (value: string) => JSON.stringify(value);
  const why = state === "deferred" ? `, "delay_reason": ${text(reason)}` : "";
  return `{"queue_name": "${state}", "queue_id": "${mail.id}", "arrival_time": ${Math.floor(mail.arrivedMs / MS_IN_SECOND)}, "message_size": ${mail.bytes}, "forced_expire": false, "sender": ${text(mail.from)}, "recipients": [{"address": ${text(mail.to)}${why}}]}`;
}
