import { sql } from "kysely";
import type { Database } from "../../platform/db/database.ts";
import type { Message } from "../../platform/notify/channel.ts";
import type { Alert, AlertGroup, News } from "./model.ts";
import { toAlert, toGroup } from "./store.ts";
import type { AlertTables } from "./tables.ts";

export interface NumberedNews extends News {
  readonly number: number;
}

/** A message that is on its way: with it, its channel will have been told all news up to a number. */
export interface Sending {
  readonly message: Message;
  readonly to: number;
}

export interface Cursor {
  readonly toldTo: number;
  readonly sending: Sending | null;
}

/** Milliseconds that a group may have been over for a channel that is new to be told of it. */
const RECENT_MS = 60_000;

/** How far a channel is; one that is new is told of what is open. */
export async function readCursor(database: Database, name: string, nowMs: number): Promise<Cursor> {
  const tables = database.withTables<AlertTables>();
  const row = await tables
    .selectFrom("alert_channel")
    .selectAll()
    .where("name", "=", name)
    .executeTakeFirst();
  if (row === undefined) {
    const toldTo = await beginning(database, nowMs);
    await tables.insertInto("alert_channel").values({ name, told_to: toldTo }).execute();
    return { toldTo, sending: null };
  }
  const { sending_id: id, sending_to: to, sending_ms: atMs, sending_body: body } = row;
  const isSending = id !== null && to !== null && atMs !== null && body !== null;
  return { toldTo: row.told_to, sending: isSending ? { message: { id, atMs, body }, to } : null };
}

/** In one statement, which sees one moment: what comes between two would count as told. */
async function beginning(database: Database, nowMs: number): Promise<number> {
  const { first, last } = await database
    .withTables<AlertTables>()
    .selectFrom("alert_news")
    .innerJoin("alert_group", "alert_group.id", "alert_news.group_id")
    .select(({ fn }) => [
      fn
        .min("number")
        .filterWhere((where) =>
          where.or([where("ended_ms", "is", null), where("ended_ms", ">=", nowMs - RECENT_MS)]),
        )
        .as("first"),
      fn.max("number").as("last"),
    ])
    .executeTakeFirstOrThrow();
  return first === null ? Number(last ?? 0) : Number(first) - 1;
}

/** Writes down what is being sent before it is: after a crash the same goes out again. */
export async function beginSending(
  database: Database,
  name: string,
  { message, to }: Sending,
): Promise<void> {
  const { id, atMs, body } = message;
  await database
    .withTables<AlertTables>()
    .updateTable("alert_channel")
    .set({ sending_id: id, sending_to: to, sending_ms: atMs, sending_body: body })
    .where("name", "=", name)
    .execute();
}

export async function endSending(database: Database, name: string, toldTo: number): Promise<void> {
  await database
    .withTables<AlertTables>()
    .updateTable("alert_channel")
    .set({
      told_to: toldTo,
      sending_id: null,
      sending_to: null,
      sending_ms: null,
      sending_body: null,
    })
    .where("name", "=", name)
    .execute();
}

/** News behind a number, first to last. */
export async function newsBehind(
  database: Database,
  number: number,
  limit: number,
): Promise<readonly NumberedNews[]> {
  const rows = await database
    .withTables<AlertTables>()
    .selectFrom("alert_news")
    .select(["number", "kind", "group_id"])
    .where("number", ">", number)
    .orderBy("number")
    .limit(limit)
    .execute();
  return rows.map(({ number, kind, group_id }) => ({ number, kind, groupId: group_id }));
}

/** Alerts of one group that are read; the others are counted. */
export const MAXIMUM_ALERTS = 100;

export interface GroupContent {
  readonly group: AlertGroup;
  /** Those that are still there first, then in the order in which they came. */
  readonly alerts: readonly Alert[];
  /** With those that were not read. */
  readonly alertCount: number;
}

/** Groups with their alerts, in the order of the ids. */
export async function readGroups(
  database: Database,
  ids: readonly string[],
): Promise<readonly GroupContent[]> {
  if (ids.length === 0) return [];
  const groups = await database
    .withTables<AlertTables>()
    .selectFrom("alert_group")
    .selectAll()
    .where("id", "in", ids)
    .execute();
  const rows = await readAlerts(database, ids);
  const byId = new Map(groups.map((row) => [row.id, toGroup(row)]));
  return ids.flatMap((id) => {
    const group = byId.get(id);
    if (group === undefined) return [];
    const own = rows.filter(({ group_id }) => group_id === id);
    return [{ group, alerts: own.map(toAlert), alertCount: Number(own[0]?.total ?? 0) }];
  });
}

async function readAlerts(database: Database, ids: readonly string[]) {
  const ranked = database
    .withTables<AlertTables>()
    .selectFrom("alert")
    .selectAll()
    .where("group_id", "in", ids)
    .select([
      sql<number>`row_number() over (partition by group_id order by resolved_ms is not null, id)`.as(
        "rank",
      ),
      sql<number>`count(*) over (partition by group_id)`.as("total"),
    ]);
  return database
    .withTables<AlertTables>()
    .selectFrom(ranked.as("ranked"))
    .selectAll()
    .where("rank", "<=", MAXIMUM_ALERTS)
    .orderBy("rank")
    .execute();
}

/** Groups that a channel is still to be told of. */
export async function countWaiting(database: Database, name: string): Promise<number> {
  const tables = database.withTables<AlertTables>();
  const { waiting } = await tables
    .selectFrom("alert_news")
    .where("number", ">", (where) =>
      where.selectFrom("alert_channel").select("told_to").where("name", "=", name),
    )
    .select((where) => where.fn.count("group_id").distinct().as("waiting"))
    .executeTakeFirstOrThrow();
  return Number(waiting);
}
