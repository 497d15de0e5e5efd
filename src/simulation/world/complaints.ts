import type { SimulatedTime } from "../model.ts";
import type { SeededRandom } from "./random.ts";

/** What a customer says to the help desk. */
export interface WorldComplaint {
  readonly id: string;
  readonly user: string;
  readonly text: string;
}

/** What does not work for somebody. */
export type Grievance = "cannotSend" | "cannotRead" | "notArrived" | "nothingComesIn";

const TEXTS: Readonly<Record<Grievance, readonly [string, ...string[]]>> = {
  cannotSend: [
    "I cannot send any mail since a few minutes, it asks me for my password again and again.",
    "My mail stays in the outbox. Is the server down?",
    "Sending fails with “authentication failed”, but I have not changed my password.",
    "We have to send an offer before noon and nothing goes out!",
  ],
  cannotRead: [
    "My phone says that it cannot log in to the mail server.",
    "Outlook wants my password all the time and does not take it.",
    "No new mail since this morning, and the program shows a login error.",
    "Is something wrong with the mail? Nobody in our office gets in.",
  ],
  notArrived: [
    "A customer says that my mail has not arrived, and I sent it a while ago.",
    "My mails do not get to people outside. Inside it works.",
    "I got no error, but three people have not received what I sent.",
  ],
  nothingComesIn: [
    "A supplier gets an error when she writes to us: try again later.",
    "I am waiting for a mail from outside and it does not come.",
  ],
};

/** Milliseconds that people wait before they call: least, and on top in the mean. */
const LEAST_PATIENCE_MS = 4_000;
const MEAN_PATIENCE_MS = 9_000;
/** One of so many calls. */
const ONE_OF = 3;
/** Milliseconds for which the line is busy: who calls meanwhile gives up. */
const LINE_MS = 2_000;
/** Calls of one outage; then the announcement says that it is known. */
const MAXIMUM_CALLS = 60;
/** Milliseconds without a grievance after which another outage begins. */
const OVER_MS = 120_000;

/** Who calls the help desk about what, and when. */
export class Callers {
  private readonly time: SimulatedTime;
  private readonly random: SeededRandom;
  private readonly listeners = new Set<(complaint: WorldComplaint) => void>();
  private calls = 0;
  private lineFreeMs = 0;
  private lastMs = Number.NEGATIVE_INFINITY;
  private count = 0;

  constructor(time: SimulatedTime, random: SeededRandom) {
    this.time = time;
    this.random = random;
  }

  onComplaint(listener: (complaint: WorldComplaint) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Something does not work for somebody: they may call, after a while. */
  suffer(user: string, grievance: Grievance): void {
    const nowMs = this.time.nowMs();
    if (nowMs - this.lastMs > OVER_MS) this.calls = 0;
    this.lastMs = nowMs;
    if (this.calls >= MAXIMUM_CALLS || this.random.below(ONE_OF) > 0) return;
    const patienceMs = LEAST_PATIENCE_MS + this.random.untilNextMs(MEAN_PATIENCE_MS);
    const text = this.random.pick(TEXTS[grievance]);
    this.time.after(Math.round(patienceMs), () => {
      if (this.time.nowMs() < this.lineFreeMs) return;
      this.lineFreeMs = this.time.nowMs() + LINE_MS;
      this.calls++;
      const id = `${this.time.nowMs()}-${++this.count}`;
      for (const listener of this.listeners) listener({ id, user, text });
    });
  }
}
