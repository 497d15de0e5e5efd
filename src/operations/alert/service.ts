import { randomUUID } from "node:crypto";
import type { Actor } from "../../platform/auth/actor.ts";
import { type Channel, openChannel } from "../../platform/channel.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import type { NotifyChannel } from "../../platform/notify/channel.ts";
import { type Refusal, refuseUnknown } from "../../platform/refusal.ts";
import { openTurns } from "../../platform/turns.ts";
import type { Trail } from "../trail/service.ts";
import { clean, toLine } from "./clean.ts";
import { type ChannelView, openDelivery } from "./delivery.ts";
import type { Alert, AlertEvent, Raised } from "./model.ts";
import {
  type AlertPage,
  addNews,
  findAlert,
  listAlerts,
  lockAlerts,
  readBook,
  saveAlert,
  saveGroup,
  unresolvedAlerts,
} from "./store.ts";
import { acknowledge, end, raise, type Step } from "./transition.ts";

export interface AlertOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly trail: Pick<Trail, "append">;
  /** Whom alerts go to, as the network file has it now. */
  readonly channels: () => readonly NotifyChannel[];
  readonly onFault: (fault: unknown) => void;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** States that somebody must know of, and who was told. */
export interface Alerts {
  readonly events: Pick<Channel<AlertEvent>, "subscribe">;
  /** Raises an alert, or says more of the one with its key. It does not wait until anybody is told. */
  raise(raised: Raised): Promise<Alert>;
  /** The state is over; nothing happens where it is not known. */
  end(key: string): Promise<void>;
  acknowledge(id: number, actor: Actor): Promise<Alert | Refusal>;
  /** Newest first. */
  list(page: AlertPage): Promise<readonly Alert[]>;
  /** All that are not over, newest first. */
  unresolved(): Promise<readonly Alert[]>;
  find(id: number): Promise<Alert | null>;
  /** How it goes with each channel. */
  channels(): Promise<readonly ChannelView[]>;
  /** Begins to tell: first what a server that ended before has not told. */
  start(): void;
  /** Resolves when nothing waits to be told. */
  flushed(): Promise<void>;
  /** What is not told yet waits for the next server. */
  close(): Promise<void>;
}

/** Alerts that one page of a list has at most. */
export const MAXIMUM_PAGE = 200;

export function openAlerts(options: AlertOptions): Alerts {
  const { database, clock, trail } = options;
  const events = openChannel<AlertEvent>(options.onFault);
  const delivery = openDelivery(options);
  const turns = openTurns();

  /** One after the other, so that each sees what the one before has done. */
  const inTurn = <Result>(work: (transaction: Database) => Promise<Result>): Promise<Result> =>
    turns.take(() =>
      database.transaction().execute(async (transaction) => {
        await lockAlerts(transaction);
        return work(transaction);
      }),
    );
  const keep = async (transaction: Database, step: Step): Promise<Alert> => {
    for (const group of step.groups) await saveGroup(transaction, group);
    const alert = await saveAlert(transaction, step.alert);
    const nowMs = clock();
    for (const one of step.news) await addNews(transaction, one, nowMs);
    if (step.event !== "changed" || step.news.length > 0)
      await trail.append(entryOf(step.event, alert, "premortem", nowMs), transaction);
    return alert;
  };
  const tell = (kind: AlertEvent["kind"], alert: Alert, step: Step | null) => {
    delivery.changed(step?.groupIds ?? [alert.groupId], step?.news ?? []);
    events.publish({ kind, alert });
  };
  return {
    events,
    async raise(text) {
      const raised = clean(text);
      const { alert, step } = await inTurn(async (transaction) => {
        const book = await readBook(transaction, raised.key, raised.group);
        const step = raise(book, raised, clock(), randomUUID());
        if (step !== null) return { alert: await keep(transaction, step), step };
        const known = book.alerts.find(({ key }) => key === raised.key);
        if (known === undefined) throw new Error(`alert \`${raised.key}\` is in no state`);
        return { alert: known, step };
      });
      if (step !== null) tell(step.event, alert, step);
      return alert;
    },
    async end(text) {
      const key = toLine(text);
      const step = await inTurn(async (transaction) => {
        const step = end(await readBook(transaction, key, null), key, clock());
        if (step !== null) await keep(transaction, step);
        return step;
      });
      if (step !== null) tell(step.event, step.alert, step);
    },
    async acknowledge(id, actor) {
      const { before, after } = await inTurn(async (transaction) => {
        const before = await findAlert(transaction, id);
        if (before === null) return { before, after: unknown(id) };
        const after = acknowledge(before, actor, clock());
        if ("reason" in after || after === before) return { before, after };
        await saveAlert(transaction, after);
        await trail.append(entryOf("acknowledged", after, actor.login, clock()), transaction);
        return { before, after };
      });
      if (!("reason" in after) && after !== before) tell("acknowledged", after, null);
      return after;
    },
    list: (page) => listAlerts(database, { ...page, limit: Math.min(page.limit, MAXIMUM_PAGE) }),
    unresolved: () => unresolvedAlerts(database),
    find: (id) => findAlert(database, id),
    channels: () => delivery.views(),
    start: () => delivery.start(),
    flushed: async () => {
      await turns.settled();
      await delivery.flushed();
    },
    close: async () => {
      await turns.settled();
      await delivery.close();
    },
  };
}

function entryOf(kind: AlertEvent["kind"], alert: Alert, actor: string, atMs: number) {
  const { key, group, severity, title } = alert;
  return {
    atMs,
    actor,
    kind: `alert.${kind}`,
    subject: `alert/${alert.id}`,
    details: { key, group, severity, title },
  };
}

function unknown(id: number): Refusal {
  return refuseUnknown(`there is no alert ${id}`, "list them: `premortem alerts`");
}
