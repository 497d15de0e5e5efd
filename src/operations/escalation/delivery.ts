import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import { openPump, type Pump, type Turn } from "../../platform/notify/pump.ts";
import type { Person } from "../inventory/model.ts";
import type { EscalationChannel } from "../inventory/onCall.ts";
import type { Telling } from "./model.ts";
import type { Pager } from "./pager.ts";
import { findEscalation, nextTelling, noteAttempt } from "./store.ts";

/** Times that the other side may refuse a call for what it is; then it is given up, so that others get through. */
export const MAXIMUM_REFUSALS = 3;

export interface CallOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly pagers: () => readonly Pager[];
  readonly people: () => readonly Person[];
  /** Writes down how it went, where that is the last word. */
  readonly record: (telling: Telling, transaction: Database) => Promise<void>;
  readonly onFault: (fault: unknown) => void;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/** Brings calls to people: each channel has a pump of its own, so that none holds up another. */
export interface Calls {
  /** There may be something new for them. */
  wake(): void;
  flushed(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A call is in the database before it goes out, and is marked when it has arrived: a server that is killed in
 * between sends the same message again, with the same id.
 */
export function openCalls(options: CallOptions): Calls {
  const pumps = new Map<EscalationChannel, Pump>();
  const open = (name: EscalationChannel): Pump => {
    const pump = openPump({ ...options, turn: (signal) => turn(options, name, signal) });
    pumps.set(name, pump);
    return pump;
  };
  return {
    wake() {
      for (const { name } of options.pagers()) (pumps.get(name) ?? open(name)).wake(0);
    },
    flushed: async () => {
      await Promise.all([...pumps.values()].map((pump) => pump.idle()));
    },
    close: async () => {
      await Promise.all([...pumps.values()].map((pump) => pump.close()));
    },
  };
}

async function turn(
  { database, clock, pagers, people, record }: CallOptions,
  name: EscalationChannel,
  signal: AbortSignal,
): Promise<Turn> {
  const pager = pagers().find((one) => one.name === name);
  if (pager === undefined) return { kind: "empty" };
  const telling = await nextTelling(database, name);
  if (telling === null) return { kind: "empty" };
  const note = async (result: "waiting" | "sent" | "failed", reason: string): Promise<void> => {
    const resultMs = clock();
    await database.transaction().execute(async (transaction) => {
      await noteAttempt(transaction, telling, result, reason, resultMs);
      if (result === "waiting") return;
      await record({ ...telling, result, reason, resultMs }, transaction);
    });
  };
  const escalation = await findEscalation(database, telling.escalation);
  const person = people().find(({ login }) => login === telling.login);
  if (escalation === null || person === undefined) {
    await note("failed", `\`${telling.login}\` is not in the network file any more`);
    return { kind: "sent" };
  }
  const sent = await pager.tell({ telling, escalation, person }, signal);
  if (sent.kind === "sent") await note("sent", "");
  else if (sent.isFinal && telling.attempts + 1 >= MAXIMUM_REFUSALS)
    await note("failed", sent.reason);
  /* One that is cut off as the server closes was no attempt. */ else if (!signal.aborted)
    await note("waiting", sent.reason);
  return sent;
}
