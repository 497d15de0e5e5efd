import { randomUUID } from "node:crypto";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import type { MessageChannel } from "../../platform/notify/channel.ts";
import type { Turn } from "../../platform/notify/pump.ts";
import { compose, select } from "./compose.ts";
import {
  beginSending,
  endSending,
  newsBehind,
  readCursor,
  readGroups,
  type Sending,
} from "./outboxStore.ts";

/** News that are looked at for one message. */
const MAXIMUM_NEWS = 1_000;
/** Times that the other side may refuse a message for what it is; then it is given up, so that others get through. */
export const MAXIMUM_REFUSALS = 10;

export interface OutboxOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** A message that nobody will be told. */
  readonly onGivenUp: (channel: string, sending: Sending, reason: string) => Promise<void>;
}

/**
 * What channels are told, message after message. A message is in the database before it is sent, and leaves it
 * when it has arrived: a server that is killed in between sends the same again.
 */
export interface Outbox {
  /** Sends the next message to a channel. */
  turn(channel: MessageChannel, signal: AbortSignal): Promise<Turn>;
}

export function openOutbox(options: OutboxOptions): Outbox {
  const { database, onGivenUp } = options;
  /** How often the message of a channel was refused. */
  const refused = new Map<string, { readonly id: string; readonly times: number }>();
  const isGivenUp = (channel: string, { message: { id } }: Sending): boolean => {
    const before = refused.get(channel);
    const times = before?.id === id ? before.times + 1 : 1;
    refused.set(channel, { id, times });
    return times >= MAXIMUM_REFUSALS;
  };
  return {
    async turn(channel, signal) {
      const { name } = channel;
      const sending = await next(options, name);
      if (sending === null) return { kind: "empty" };
      const sent = await channel.send(sending.message, signal);
      if (sent.kind === "sent") await endSending(database, name, sending.to);
      else if (sent.isFinal && isGivenUp(name, sending)) {
        await onGivenUp(name, sending, sent.reason);
        await endSending(database, name, sending.to);
      }
      return sent;
    },
  };
}

async function next({ database, clock }: OutboxOptions, name: string): Promise<Sending | null> {
  const { toldTo, sending } = await readCursor(database, name, clock());
  if (sending !== null) return sending;
  const news = await newsBehind(database, toldTo, MAXIMUM_NEWS);
  if (news.length === 0) return null;
  const { groups, to } = select(news, toldTo);
  const contents = await readGroups(
    database,
    groups.map(({ groupId }) => groupId),
  );
  const id = randomUUID();
  const atMs = clock();
  const begun = { message: { id, atMs, body: compose(id, atMs, groups, contents) }, to };
  await beginSending(database, name, begun);
  return begun;
}
