import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import type { NotifyChannel } from "../../platform/notify/channel.ts";
import { type ChannelState, openPump, type Pump } from "../../platform/notify/pump.ts";
import type { Trail } from "../trail/service.ts";
import type { Alert, News } from "./model.ts";
import { type OutboxOptions, sendNext } from "./outbox.ts";
import { countWaiting } from "./outboxStore.ts";

/** Milliseconds within which more news of a group that people know of become one message. */
export const COALESCE_MS = 100;

export interface DeliveryOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly trail: Pick<Trail, "append">;
  readonly channels: () => readonly NotifyChannel[];
  readonly onFault: (fault: unknown) => void;
  readonly random: () => number;
}

/** A channel as people see it. */
export interface ChannelView {
  readonly name: string;
  readonly state: ChannelState;
  /** News or alerts that it is still to be told. */
  readonly waiting: number;
}

/** Brings alerts to the channels; each has a pump of its own, so that none holds up another. */
export interface Delivery {
  /** An alert is another one than before, with what there is to tell of it. */
  changed(alert: Alert, news: readonly News[]): void;
  views(): Promise<readonly ChannelView[]>;
  start(): void;
  flushed(): Promise<void>;
  close(): Promise<void>;
}

export function openDelivery(options: DeliveryOptions): Delivery {
  const { database, clock, channels, trail } = options;
  const pumps = new Map<string, Pump>();
  let isRunning = false;
  const outbox: OutboxOptions = {
    database,
    clock,
    onGivenUp: async (channel, { message }, reason) => {
      const details = { message: message.id, reason };
      const event = { atMs: clock(), actor: "premortem", kind: "alert.undelivered" };
      await trail.append({ ...event, subject: `channel/${channel}`, details });
    },
  };
  const open = (name: string): Pump =>
    openPump({
      ...options,
      turn: async (failures, signal) => {
        const channel = channels().find((one) => one.name === name);
        if (channel?.kind !== "message") return { kind: "empty" };
        return sendNext(outbox, channel, failures, signal);
      },
    });
  const wake = (withinMs: number) => {
    if (!isRunning) return;
    for (const { name } of channels()) {
      const pump = pumps.get(name) ?? open(name);
      pumps.set(name, pump);
      pump.wake(withinMs);
    }
  };
  return {
    changed(_, news) {
      if (news.length === 0) return;
      wake(news.some(({ kind }) => kind === "opened") ? 0 : COALESCE_MS);
    },
    views: () =>
      Promise.all(
        channels().map(async ({ name }) => ({
          name,
          state: pumps.get(name)?.state() ?? { kind: "unused" as const },
          waiting: await countWaiting(database, name),
        })),
      ),
    start() {
      isRunning = true;
      wake(0);
    },
    flushed: async () => {
      await Promise.all([...pumps.values()].map((pump) => pump.idle()));
    },
    close: async () => {
      isRunning = false;
      await Promise.all([...pumps.values()].map((pump) => pump.close()));
    },
  };
}
