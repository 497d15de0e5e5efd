import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import type { NotifyChannel } from "../../platform/notify/channel.ts";
import { type ChannelState, openPump, type Pump, type Turn } from "../../platform/notify/pump.ts";
import type { Trail } from "../trail/service.ts";
import { type Mirror, openMirror } from "./mirror.ts";
import type { News } from "./model.ts";
import { type OutboxOptions, openOutbox } from "./outbox.ts";
import { countWaiting } from "./outboxStore.ts";

/** Milliseconds within which more news of a group that people know of become one message. */
const COALESCE_MS = 50;
/** Milliseconds from one look at the channels to the next: there may be others, and some forget. */
const LOOK_MS = 20_000;

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
  /** Groups that it is still to be told of. */
  readonly waiting: number;
}

/** Brings alerts to the channels; each has a pump of its own, so that none holds up another. */
export interface Delivery {
  /** Groups are other than before, with what there is to tell of them. */
  changed(groupIds: readonly string[], news: readonly News[]): void;
  views(): Promise<readonly ChannelView[]>;
  start(): void;
  flushed(): Promise<void>;
  close(): Promise<void>;
}

interface Line {
  readonly pump: Pump;
  readonly mirror: Mirror;
}

export function openDelivery(options: DeliveryOptions): Delivery {
  const { database, clock, channels } = options;
  const outbox = openOutbox({
    database,
    clock,
    onGivenUp: (...lost) => recordLoss(options, lost),
  });
  const lines = new Map<string, Line>();
  let looking: NodeJS.Timeout | null = null;

  const open = (name: string): Line => {
    const mirror = openMirror(database, clock);
    const turn = async (signal: AbortSignal): Promise<Turn> => {
      const channel = channels().find((one) => one.name === name);
      switch (channel?.kind) {
        case undefined:
          return { kind: "empty" };
        case "message":
          return outbox.turn(channel, signal);
        case "mirror":
          return mirror.turn(channel, signal);
      }
    };
    const line = { mirror, pump: openPump({ ...options, turn }) };
    lines.set(name, line);
    return line;
  };
  const look = (each: (line: Line, kind: NotifyChannel["kind"]) => void) => {
    if (looking === null) return;
    for (const { name, kind } of channels()) each(lines.get(name) ?? open(name), kind);
  };
  return {
    changed(groupIds, news) {
      const withinMs = news.some(({ kind }) => kind === "opened") ? 0 : COALESCE_MS;
      look(({ pump, mirror }, kind) => {
        if (kind === "mirror") mirror.changed(groupIds);
        if (kind === "mirror" || news.length > 0) pump.wake(withinMs);
      });
    },
    views: () =>
      Promise.all(
        channels().map(async ({ name, kind }) => {
          const line = lines.get(name);
          const waiting =
            kind === "message" ? await countWaiting(database, name) : (line?.mirror.waiting() ?? 0);
          return { name, state: line?.pump.state() ?? { kind: "unused" as const }, waiting };
        }),
      ),
    start() {
      looking ??= setInterval(() => look(({ pump }) => pump.wake(0)), LOOK_MS);
      look(({ pump }) => pump.wake(0));
    },
    flushed: async () => {
      await Promise.all([...lines.values()].map(({ pump }) => pump.idle()));
    },
    close: async () => {
      if (looking !== null) clearInterval(looking);
      looking = null;
      await Promise.all([...lines.values()].map(({ pump }) => pump.close()));
    },
  };
}

async function recordLoss(
  { trail, clock }: DeliveryOptions,
  [channel, { message }, reason]: Parameters<OutboxOptions["onGivenUp"]>,
): Promise<void> {
  await trail.append({
    atMs: clock(),
    actor: "premortem",
    kind: "alert.undelivered",
    subject: `channel/${channel}`,
    details: { message: message.id, reason },
  });
}
