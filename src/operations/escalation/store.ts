import type { Selectable } from "kysely";
import type { Database } from "../../platform/db/database.ts";
import type { EscalationChannel } from "../inventory/onCall.ts";
import type { Call, Escalation, Telling } from "./model.ts";
import type { EscalationTables } from "./tables.ts";

/** Escalations that a list gives at most. */
export const MAXIMUM_ESCALATIONS = 200;

/** Stores one that has its number. */
export async function saveEscalation(database: Database, escalation: Escalation): Promise<void> {
  const { id, ...rest } = escalation;
  const values = {
    subject: escalation.subject,
    state: escalation.state.kind,
    escalation: JSON.stringify(rest),
  };
  const tables = database.withTables<EscalationTables>();
  await tables.updateTable("escalation").set(values).where("id", "=", id).execute();
}

/** A number for an escalation that begins: keys of its calls hold it. */
export async function reserve(database: Database, draft: Escalation): Promise<number> {
  const { id: _id, ...rest } = draft;
  const { id } = await database
    .withTables<EscalationTables>()
    .insertInto("escalation")
    .values({
      subject: draft.subject,
      state: draft.state.kind,
      escalation: JSON.stringify(rest),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** Those that have not ended, oldest first. */
export async function openEscalations(database: Database): Promise<readonly Escalation[]> {
  const rows = await all(database).where("state", "!=", "ended").orderBy("id").execute();
  return rows.map(toEscalation);
}

/** Newest first. */
export async function listEscalations(
  database: Database,
  limit: number,
): Promise<readonly Escalation[]> {
  const rows = await all(database)
    .orderBy("id", "desc")
    .limit(Math.min(limit, MAXIMUM_ESCALATIONS))
    .execute();
  return rows.map(toEscalation);
}

export async function findEscalation(database: Database, id: number): Promise<Escalation | null> {
  const row = await all(database).where("id", "=", id).executeTakeFirst();
  return row === undefined ? null : toEscalation(row);
}

function all(database: Database) {
  return database
    .withTables<EscalationTables>()
    .selectFrom("escalation")
    .select(["id", "escalation"]);
}

function toEscalation({
  id,
  escalation,
}: Pick<Selectable<EscalationTables["escalation"]>, "id" | "escalation">): Escalation {
  return { ...escalation, id };
}

/** Whoever is to be told waits from now on; a call that is there already is the same one. */
export async function addCalls(
  database: Database,
  escalation: number,
  calls: readonly Call[],
  message: (call: Call) => string,
  atMs: number,
): Promise<void> {
  if (calls.length === 0) return;
  await database
    .withTables<EscalationTables>()
    .insertInto("escalation_telling")
    .values(
      calls.map((call) => ({
        ...call,
        escalation_id: escalation,
        message_id: message(call),
        at_ms: atMs,
        result: "waiting" as const,
        reason: "",
        attempts: 0,
        result_ms: null,
      })),
    )
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
}

/** What of an escalation has not gone out does not any more. */
export async function dropWaiting(
  database: Database,
  escalation: number,
  reason: string,
  atMs: number,
): Promise<void> {
  await database
    .withTables<EscalationTables>()
    .updateTable("escalation_telling")
    .set({ result: "dropped", reason, result_ms: atMs })
    .where("escalation_id", "=", escalation)
    .where("result", "=", "waiting")
    .execute();
}

/** What comes next on a channel; null: nothing waits. */
export async function nextTelling(
  database: Database,
  channel: EscalationChannel,
): Promise<Telling | null> {
  const row = await database
    .withTables<EscalationTables>()
    .selectFrom("escalation_telling")
    .selectAll()
    .where("channel", "=", channel)
    .where("result", "=", "waiting")
    .orderBy("number")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : toTelling(row);
}

/** Notes how an attempt went; what was dropped meanwhile stays so, unless it has arrived. */
export async function noteAttempt(
  database: Database,
  { number, attempts }: Telling,
  result: "waiting" | "sent" | "failed",
  reason: string,
  atMs: number,
): Promise<void> {
  let query = database
    .withTables<EscalationTables>()
    .updateTable("escalation_telling")
    .set({
      result,
      reason,
      attempts: attempts + 1,
      result_ms: result === "waiting" ? null : atMs,
    })
    .where("number", "=", number);
  if (result !== "sent") query = query.where("result", "=", "waiting");
  await query.execute();
}

/** In the order in which they were to go out. */
export async function tellingsOf(
  database: Database,
  escalations: readonly number[],
): Promise<readonly Telling[]> {
  if (escalations.length === 0) return [];
  const rows = await database
    .withTables<EscalationTables>()
    .selectFrom("escalation_telling")
    .selectAll()
    .where("escalation_id", "in", escalations)
    .orderBy("number")
    .execute();
  return rows.map(toTelling);
}

function toTelling(row: Selectable<EscalationTables["escalation_telling"]>): Telling {
  const { escalation_id, message_id, at_ms, result_ms, ...rest } = row;
  return {
    ...rest,
    escalation: escalation_id,
    message: message_id,
    atMs: at_ms,
    resultMs: result_ms,
  };
}
