import type { SimulatedTime } from "../model.ts";
import type { Flows, NoFlow, OpenFlow } from "./flows.ts";
import { ADDRESSES, PORTS } from "./plan.ts";
import { connectPatiently, resend } from "./retry.ts";

/** How a program keeps its connections to the database of users. */
export interface DatabaseHabits {
  readonly connectTimeoutMs: number;
  /** Until a question without an answer is given up, and its connection with it. */
  readonly queryTimeoutMs: number;
  /** Until it tries to connect again, after so many failures in a row. */
  pauseMs(failures: number): number;
  onConnectFailed(why: NoFlow): void;
}

interface Link {
  readonly flow: OpenFlow;
  /** Its question has no answer yet. */
  isBusy: boolean;
}

type Done = (isAnswered: boolean) => void;

/** Connections that one program keeps at most (Dovecot's pool of SQL connections). */
const MAXIMUM_LINKS = 5;
/** Milliseconds for an answer where nothing is in the way. */
const ANSWER_MS = 3;

/**
 * A program's connections to the database. One whose packets are lost stays open, and is of no use: TCP sends again
 * after growing pauses, so that it may come back long after the rule is gone.
 */
export class DatabaseClient {
  private readonly time: SimulatedTime;
  private readonly flows: Flows;
  private readonly address: string;
  private readonly habits: DatabaseHabits;
  private links: Link[] = [];
  private waiting: Done[] = [];
  private isConnecting = false;
  private failures = 0;
  private notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(time: SimulatedTime, flows: Flows, address: string, habits: DatabaseHabits) {
    this.time = time;
    this.flows = flows;
    this.address = address;
    this.habits = habits;
  }

  /** Looks a user up. */
  lookup(done: Done): void {
    const idle = this.links.find(({ isBusy }) => !isBusy);
    if (idle !== undefined) this.ask(idle, done);
    else if (this.isConnecting) this.waiting.push(done);
    else if (this.links.length < MAXIMUM_LINKS && this.time.nowMs() >= this.notBeforeMs) {
      this.waiting.push(done);
      this.connect();
    } else this.time.after(0, () => done(false));
  }

  private ask(link: Link, done: Done): void {
    if (link.flow.passes()) {
      this.time.after(ANSWER_MS, () => done(true));
      return;
    }
    link.isBusy = true;
    const answered = () => {
      stop();
      link.isBusy = false;
      done(true);
    };
    const giveUp = resend(this.time, link.flow.passes, answered);
    const stop = this.time.after(this.habits.queryTimeoutMs, () => {
      giveUp();
      this.links = this.links.filter((one) => one !== link);
      done(false);
    });
  }

  private connect(): void {
    this.isConnecting = true;
    const wanted = {
      from: this.address,
      to: ADDRESSES.db1,
      port: PORTS.postgresql,
      patienceMs: this.habits.connectTimeoutMs,
    };
    connectPatiently(this.time, this.flows, wanted, (result) => {
      this.isConnecting = false;
      const { waiting } = this;
      this.waiting = [];
      if (result.kind === "open") {
        this.failures = 0;
        const link = { flow: result, isBusy: false };
        this.links.push(link);
        for (const done of waiting) this.ask(link, done);
        return;
      }
      this.notBeforeMs = this.time.nowMs() + this.habits.pauseMs(this.failures);
      this.failures++;
      this.habits.onConnectFailed(result);
      for (const done of waiting) done(false);
    });
  }
}
