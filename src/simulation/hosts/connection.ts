import { Duplex } from "node:stream";
import type { SimulatedTime } from "../model.ts";
import type { Flows, OpenFlow } from "../world/flows.ts";
import { connectPatiently, resend } from "../world/retry.ts";
import type { Line, Talk } from "./servers/talk.ts";

/** Who answers at an address and port; null: nobody listens there. */
export type Listeners = (server: string, port: number) => ((line: Line) => Talk) | null;

/** Milliseconds until Linux gives up a connection that nobody answers (tcp_syn_retries of 6). */
const CONNECT_MS = 127_000;

/** A TCP connection between two hosts of the simulation: what the firewall drops arrives when it is let through. */
export function simulatedConnection(
  time: SimulatedTime,
  flows: Flows,
  listeners: Listeners,
  { from, to, port }: { readonly from: string; readonly to: string; readonly port: number },
): Duplex {
  const wire = new Wire(time);
  const giveUp = connectPatiently(
    time,
    flows,
    { from, to, port, patienceMs: CONNECT_MS },
    (flow) => {
      if (flow.kind === "dropped") return wire.fail(`connect ETIMEDOUT ${to}:${port}`);
      const open = flow.kind === "open" ? listeners(flow.server, flow.port) : null;
      if (flow.kind !== "open" || open === null) {
        const words = flow.kind === "refused" ? flow.words : "Connection refused";
        return wire.fail(`connect to ${to}:${port}: ${words}`);
      }
      wire.open(flow, open);
    },
  );
  wire.once("close", giveUp);
  return wire;
}

type Step = () => void;

/** What one side of the connection holds in hand. */
class Wire extends Duplex {
  private readonly time: SimulatedTime;
  private flow: OpenFlow | null = null;
  private talk: Talk | null = null;
  /** What waits until packets get through, in order. */
  private waiting: Step[] = [];
  private giveUp: (() => void) | null = null;

  constructor(time: SimulatedTime) {
    super({ allowHalfOpen: true });
    this.time = time;
  }

  open(flow: OpenFlow, begin: (line: Line) => Talk): void {
    this.flow = flow;
    const line: Line = {
      say: (bytes) => this.through(() => this.push(Buffer.from(bytes))),
      end: () => this.through(() => this.push(null)),
    };
    this.talk = begin(line);
    this.proceed();
  }

  fail(message: string): void {
    this.destroy(new Error(message));
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.through(() => this.talk?.hear(chunk));
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.giveUp?.();
    this.waiting = [];
    done(error);
  }

  /** Now, or once packets get through. */
  private through(step: Step): void {
    this.waiting.push(step);
    this.proceed();
  }

  private proceed(): void {
    const { flow } = this;
    if (flow === null || this.giveUp !== null || this.destroyed) return;
    while (this.waiting.length > 0) {
      if (!flow.passes()) {
        this.giveUp = resend(this.time, flow.passes, () => {
          this.giveUp = null;
          this.proceed();
        });
        return;
      }
      this.waiting.shift()?.();
    }
  }
}
