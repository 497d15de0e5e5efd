import type { Clock } from "../../platform/clock.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import type { PostfixMonitor } from "../inventory/monitors.ts";
import type { SymptomDesk } from "./desk.ts";
import { flowsOf, type LogHost } from "./log/tie.ts";
import {
  type Growth,
  growthOf,
  type QueueLook,
  queueCommand,
  readQueue,
  withLook,
} from "./queue.ts";

export interface QueueParts {
  readonly monitor: PostfixMonitor;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly desk: SymptomDesk;
  /** Null: what the host needs is not known yet. */
  readonly host: () => LogHost | null;
}

/** Milliseconds without a look after which nobody knows whether it still grows. */
const QUIET_MS = 90_000;
const TIMEOUT_MS = 20_000;
/** Characters of a reason that are repeated. */
const MAXIMUM_REASON = 200;
/** Share of the waiting mails that a reason has to have for its connections to be told. */
const LEAST_SHARE = 0.2;
const MS_IN_SECOND = 1_000;

/** Looks at the queue of one mail host, and says when more and more waits there. */
export class QueueWatch {
  /** Why the last look saw nothing; null: it did. */
  problem: string | null = null;
  private looks: readonly QueueLook[] = [];
  private readonly parts: QueueParts;

  constructor(parts: QueueParts) {
    this.parts = parts;
  }

  get last(): QueueLook | null {
    return this.looks.at(-1) ?? null;
  }

  async look(): Promise<void> {
    const { monitor, transport, clock, desk } = this.parts;
    const command = queueCommand(monitor.configuration);
    const ran = await transport.run(command, { timeoutMs: TIMEOUT_MS });
    const atMs = clock();
    const look = ran.kind === "fault" ? null : readQueue(ran.out, atMs);
    if (look === null) {
      const said = ran.kind === "fault" ? ran.message : ran.error.trim().split("\n")[0];
      this.problem = `the queue cannot be looked at: ${said}`;
      return;
    }
    this.problem = null;
    this.looks = withLook(this.looks, look);
    const growth = growthOf(this.looks);
    const host = this.parts.host();
    if (growth === null) desk.over(this.key);
    else if (host !== null) this.tell(look, growth, host);
  }

  private get key(): string {
    return `${this.parts.monitor.id}/queue`;
  }

  private tell(look: QueueLook, { more, sinceMs }: Growth, host: LogHost): void {
    const { monitor, desk } = this.parts;
    const all = look.reasons.reduce((sum, { count }) => sum + count, 0);
    const main = look.reasons.filter(({ count }) => count >= LEAST_SHARE * all);
    const seconds = Math.round((look.atMs - sinceMs) / MS_IN_SECOND);
    const why = main[0] === undefined ? "" : ` (${main[0].reason.slice(0, MAXIMUM_REASON)})`;
    desk.see({
      key: this.key,
      kind: "queue",
      monitor: monitor.id,
      device: monitor.on,
      atMs: look.atMs,
      text: `${monitor.on}: ${look.deferred} mails wait, ${more} more than ${seconds} s ago${why}`,
      ...(main.every(({ trouble }) => trouble.kind === "other") ? { weight: "vague" } : {}),
      flows: main.flatMap(({ trouble }) => flowsOf(trouble, host)),
      quietMs: QUIET_MS,
    });
  }
}
