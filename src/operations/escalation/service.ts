import type { Actor } from "../../platform/auth/actor.ts";
import { type Channel, openChannel } from "../../platform/channel.ts";
import type { Database } from "../../platform/db/database.ts";
import { type Refusal, refuse, refuseUnknown } from "../../platform/refusal.ts";
import { openTurns } from "../../platform/turns.ts";
import type { Alerts } from "../alert/service.ts";
import type { Network } from "../inventory/model.ts";
import { ALARM_PREFIX, alarmsOf } from "./alarms.ts";
import { type Calls, openCalls } from "./delivery.ts";
import { type Keeper, keepMove, settle } from "./keep.ts";
import type { Escalation, EscalationNote, Move, Subject, Telling } from "./model.ts";
import type { Pager } from "./pager.ts";
import { openRoster, type Roster } from "./roster.ts";
import {
  findEscalation,
  listEscalations,
  openEscalations as readOpen,
  tellingsOf,
} from "./store.ts";
import { acknowledge, giveBack, handOver } from "./transition.ts";

export interface EscalationOptions extends Keeper {
  readonly database: Database;
  readonly network: () => Pick<Network, "people" | "teams" | "onCall" | "escalation">;
  /** What somebody has to come for now. */
  readonly subjects: () => Promise<readonly Subject[]>;
  readonly alerts: Pick<Alerts, "raise" | "end" | "unresolved">;
  readonly pagers: () => readonly Pager[];
  readonly onFault: (fault: unknown) => void;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** An escalation, with whom it has called. */
export interface EscalationView {
  readonly escalation: Escalation;
  readonly tellings: readonly Telling[];
}

export interface EscalationEvent {
  readonly escalation: Escalation;
  readonly note: EscalationNote;
}

/** Calls people, one after the other, until somebody has it in hand. */
export interface Escalations {
  readonly events: Pick<Channel<EscalationEvent>, "subscribe">;
  readonly roster: Roster;
  /** Looks at what is there: begins, goes on, ends. Never rejects. */
  look(): Promise<void>;
  /** Newest first. */
  list(limit: number, isOpen: boolean): Promise<readonly EscalationView[]>;
  acknowledge(id: number, actor: Actor): Promise<EscalationView | Refusal>;
  /** Whoever has it in hand has it no more. */
  giveBack(id: number, actor: Actor): Promise<EscalationView | Refusal>;
  handOver(id: number, actor: Actor, to: string): Promise<EscalationView | Refusal>;
  /** Those that have not ended, oldest first. */
  open(): Promise<readonly Escalation[]>;
  /** Begins to call: first whom a server before was to call. */
  start(): void;
  /** Resolves when nothing is under way, and nothing waits to go out. */
  flushed(): Promise<void>;
  close(): Promise<void>;
}

/** Milliseconds from one look to the next at most: the clock may be set, and an event be lost. */
const LOOK_MS = 10_000;

export function openEscalations(options: EscalationOptions): Escalations {
  const { database, network, onFault } = options;
  const events = openChannel<EscalationEvent>(onFault);
  const roster = openRoster(options);
  const calls = openCalls({
    ...options,
    people: () => network().people,
    record: (telling, transaction) => recordResult(options, telling, transaction),
  });
  const turns = openTurns();
  let isStarted = false;
  let timer: NodeJS.Timeout | null = null;

  const tell = ({ escalation, notes }: Move): void => {
    for (const note of notes) events.publish({ escalation, note });
  };
  const look = (): Promise<void> =>
    turns
      .take(async () => {
        const moves = await lookOnce(options, roster);
        moves.forEach(tell);
        await raiseAlarms(options);
      })
      .catch(onFault)
      .then(schedule);
  const schedule = async (): Promise<void> => {
    if (!isStarted) return;
    calls.wake();
    const dueMs = await untilNext(options).catch(() => LOOK_MS);
    if (timer !== null) clearTimeout(timer);
    timer = isStarted ? setTimeout(() => void look(), dueMs) : null;
    timer?.unref();
  };
  const decide = async (
    id: number,
    act: (escalation: Escalation, called: readonly string[]) => Move | Refusal,
  ): Promise<EscalationView | Refusal> => {
    const decided = await turns.take(() => decideOnce(options, id, act));
    if ("reason" in decided) return decided;
    tell(decided);
    /* Alerts and timer follow; whoever asked need not wait for them. */
    void look();
    return viewOf(database, decided.escalation);
  };
  return {
    events,
    roster,
    look,
    list: (limit, isOpen) => listViews(database, limit, isOpen),
    open: () => readOpen(database),
    acknowledge: (id, actor) =>
      decide(id, (one, called) => acknowledge(one, actor, called, options.clock())),
    giveBack: async (id, actor) => {
      const whoIs = await roster.whoIs();
      return decide(id, (one, called) => giveBack(one, actor, called, options.clock(), whoIs));
    },
    handOver: async (id, actor, to) => {
      if (!network().people.some(({ login }) => login === to))
        return refuse(`there is no person \`${to}\``, "people stand in the network file");
      return decide(id, (one, called) => handOver(one, actor, called, to, options.clock()));
    },
    start() {
      isStarted = true;
      void look();
    },
    flushed: () => flush(turns, calls),
    async close() {
      isStarted = false;
      if (timer !== null) clearTimeout(timer);
      await turns.settled();
      await calls.close();
    },
  };
}

async function flush(turns: ReturnType<typeof openTurns>, calls: Calls): Promise<void> {
  await turns.settled();
  await calls.flushed();
}

async function lookOnce(options: EscalationOptions, roster: Roster): Promise<readonly Move[]> {
  const subjects = await options.subjects();
  const whoIs = await roster.whoIs();
  const { escalation: policies } = options.network();
  return options.database
    .transaction()
    .execute((transaction) => settle(options, subjects, policies, whoIs, transaction));
}

async function decideOnce(
  options: EscalationOptions,
  id: number,
  act: (escalation: Escalation, called: readonly string[]) => Move | Refusal,
): Promise<Move | Refusal> {
  return options.database.transaction().execute(async (transaction) => {
    const escalation = await findEscalation(transaction, id);
    if (escalation === null)
      return refuseUnknown(`there is no escalation ${id}`, "list them: `premortem on-call`");
    const called = (await tellingsOf(transaction, [id])).map(({ login }) => login);
    const move = act(escalation, called);
    if (!("reason" in move)) await keepMove(options, move, transaction);
    return move;
  });
}

/** What is to be said loudly is found anew each time: a server that was killed loses none of it. */
async function raiseAlarms({ database, alerts }: EscalationOptions): Promise<void> {
  const wanted = alarmsOf(await readOpen(database));
  for (const raised of wanted) await alerts.raise(raised);
  const firing = (await alerts.unresolved()).map(({ key }) => key);
  for (const key of firing)
    if (key.startsWith(ALARM_PREFIX) && !wanted.some((one) => one.key === key))
      await alerts.end(key);
}

/** Milliseconds until the next step of any of them. */
async function untilNext({ database, clock }: EscalationOptions): Promise<number> {
  const nowMs = clock();
  const due = (await readOpen(database)).flatMap(({ state }) =>
    state.kind === "running" ? [state.nextMs - nowMs] : [],
  );
  return Math.max(0, Math.min(LOOK_MS, ...due));
}

async function recordResult(
  { trail, clock }: Keeper,
  { login, channel, result, reason, escalation, key }: Telling,
  transaction: Database,
): Promise<void> {
  const kind = result === "sent" ? "escalation.delivered" : "escalation.undelivered";
  const subject = `escalation/${escalation}`;
  const details = { login, channel, reason, key };
  await trail.append({ atMs: clock(), actor: "premortem", kind, subject, details }, transaction);
}

async function viewOf(database: Database, escalation: Escalation): Promise<EscalationView> {
  return { escalation, tellings: await tellingsOf(database, [escalation.id]) };
}

async function listViews(
  database: Database,
  limit: number,
  isOpen: boolean,
): Promise<readonly EscalationView[]> {
  const escalations = isOpen
    ? [...(await readOpen(database))].reverse().slice(0, limit)
    : await listEscalations(database, limit);
  const tellings = await tellingsOf(
    database,
    escalations.map(({ id }) => id),
  );
  return escalations.map((escalation) => ({
    escalation,
    tellings: tellings.filter((one) => one.escalation === escalation.id),
  }));
}
