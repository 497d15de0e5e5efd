import type { Selectable } from "kysely";
import type { Database } from "../../platform/db/database.ts";
import type { OnCallOverride } from "./onCall.ts";
import type { EscalationTables } from "./tables.ts";

export async function addOverride(
  database: Database,
  { calendar, login, fromMs, toMs, by }: Omit<OnCallOverride, "id">,
  atMs: number,
): Promise<OnCallOverride> {
  const row = await database
    .withTables<EscalationTables>()
    .insertInto("on_call_override")
    .values({
      calendar,
      login,
      from_ms: fromMs,
      to_ms: toMs,
      made_by: by,
      made_ms: atMs,
      withdrawn_ms: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toOverride(row);
}

/** Those that are not over yet, in the order in which they were made. */
export async function overridesFrom(
  database: Database,
  nowMs: number,
): Promise<readonly OnCallOverride[]> {
  const rows = await database
    .withTables<EscalationTables>()
    .selectFrom("on_call_override")
    .selectAll()
    .where("to_ms", ">", nowMs)
    .where("withdrawn_ms", "is", null)
    .orderBy("id")
    .execute();
  return rows.map(toOverride);
}

/** Null: there is none of this number that is not over. */
export async function withdrawOverride(
  database: Database,
  calendar: string,
  id: number,
  nowMs: number,
): Promise<OnCallOverride | null> {
  const row = await database
    .withTables<EscalationTables>()
    .updateTable("on_call_override")
    .set({ withdrawn_ms: nowMs })
    .where("id", "=", id)
    .where("calendar", "=", calendar)
    .where("to_ms", ">", nowMs)
    .where("withdrawn_ms", "is", null)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : toOverride(row);
}

function toOverride(row: Selectable<EscalationTables["on_call_override"]>): OnCallOverride {
  const { id, calendar, login, from_ms, to_ms, made_by } = row;
  return { id, calendar, login, fromMs: from_ms, toMs: to_ms, by: made_by };
}
