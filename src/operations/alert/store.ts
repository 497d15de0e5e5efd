import { type Selectable, sql } from "kysely";
import type { Database } from "../../platform/db/database.ts";
import type { Alert, AlertGroup, News } from "./model.ts";
import type { AlertTables } from "./tables.ts";
import type { Book } from "./transition.ts";

export { ALERT_MIGRATIONS } from "./tables.ts";

export interface AlertPage {
  readonly limit: number;
  /** Those with a smaller id; null: from the newest on. */
  readonly beforeId: number | null;
  /** True: those alone that are not over. */
  readonly isOpen?: boolean;
}

/** Any number that no other lock of ours has. */
const LOCK = 7129;

/** Keeps alerts to itself until the transaction ends: nobody else may raise or end in between. */
export async function lockAlerts(transaction: Database): Promise<void> {
  await sql`select pg_advisory_xact_lock(${LOCK})`.execute(transaction);
}

/** What is open of the groups with these keys, and of the one that the alert `key` belongs to. */
export async function readBook(
  database: Database,
  key: string,
  groupKey: string | null,
): Promise<Book> {
  const tables = database.withTables<AlertTables>();
  const groups = await tables
    .selectFrom("alert_group")
    .selectAll()
    .where("ended_ms", "is", null)
    .where((where) =>
      where.or([
        ...(groupKey === null ? [] : [where("key", "=", groupKey)]),
        where(
          "id",
          "in",
          where
            .selectFrom("alert")
            .select("group_id")
            .where("alert.key", "=", key)
            .where("resolved_ms", "is", null),
        ),
      ]),
    )
    .execute();
  const ids = groups.map(({ id }) => id);
  const alerts =
    ids.length === 0
      ? []
      : await tables
          .selectFrom("alert")
          .selectAll()
          .where("group_id", "in", ids)
          .where("resolved_ms", "is", null)
          .execute();
  return { alerts: alerts.map(toAlert), groups: groups.map(toGroup) };
}

/** Stores an alert; one with the id 0 gets its number. */
export async function saveAlert(database: Database, alert: Alert): Promise<Alert> {
  const tables = database.withTables<AlertTables>();
  const values = {
    key: alert.key,
    group_id: alert.groupId,
    group_key: alert.group,
    status: alert.status,
    severity: alert.severity,
    title: alert.title,
    text: alert.text,
    labels: JSON.stringify(alert.labels),
    link: alert.link,
    raised_ms: alert.raisedMs,
    acknowledged_by: alert.acknowledged?.by ?? null,
    acknowledged_ms: alert.acknowledged?.atMs ?? null,
    resolved_ms: alert.resolvedMs,
  };
  if (alert.id !== 0) {
    await tables.updateTable("alert").set(values).where("id", "=", alert.id).execute();
    return alert;
  }
  const { id } = await tables
    .insertInto("alert")
    .values(values)
    .returning("id")
    .executeTakeFirstOrThrow();
  return { ...alert, id };
}

export async function saveGroup(database: Database, group: AlertGroup): Promise<void> {
  const { id, ...rest } = {
    id: group.id,
    key: group.key,
    opened_ms: group.openedMs,
    ended_ms: group.endedMs,
    moved_to: group.movedTo,
    leader: group.leader,
    title: group.title,
    severity: group.severity,
    labels: JSON.stringify(group.labels),
    link: group.link,
    revision: group.revision,
  };
  await database
    .withTables<AlertTables>()
    .insertInto("alert_group")
    .values({ id, ...rest })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(rest))
    .execute();
}

export async function addNews(
  database: Database,
  { kind, groupId }: News,
  atMs: number,
): Promise<void> {
  await database
    .withTables<AlertTables>()
    .insertInto("alert_news")
    .values({ kind, group_id: groupId, at_ms: atMs })
    .execute();
}

/** Newest first. */
export async function listAlerts(
  database: Database,
  { limit, beforeId, isOpen }: AlertPage,
): Promise<readonly Alert[]> {
  let query = database.withTables<AlertTables>().selectFrom("alert").selectAll();
  if (beforeId !== null) query = query.where("id", "<", beforeId);
  if (isOpen === true) query = query.where("resolved_ms", "is", null);
  return (await query.orderBy("id", "desc").limit(limit).execute()).map(toAlert);
}

/** Newest first. */
export async function unresolvedAlerts(database: Database): Promise<readonly Alert[]> {
  const rows = await database
    .withTables<AlertTables>()
    .selectFrom("alert")
    .selectAll()
    .where("resolved_ms", "is", null)
    .orderBy("id", "desc")
    .execute();
  return rows.map(toAlert);
}

/** Ids of groups that are open, and of those that have ended since a moment; oldest first. */
export async function groupsSince(database: Database, endedMs: number): Promise<readonly string[]> {
  const rows = await database
    .withTables<AlertTables>()
    .selectFrom("alert_group")
    .select("id")
    .where((where) => where.or([where("ended_ms", "is", null), where("ended_ms", ">=", endedMs)]))
    .orderBy("opened_ms")
    .execute();
  return rows.map(({ id }) => id);
}

export async function findAlert(database: Database, id: number): Promise<Alert | null> {
  const row = await database
    .withTables<AlertTables>()
    .selectFrom("alert")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row === undefined ? null : toAlert(row);
}

export function toAlert(row: Selectable<AlertTables["alert"]>): Alert {
  const { acknowledged_by: by, acknowledged_ms: atMs } = row;
  return {
    id: row.id,
    key: row.key,
    group: row.group_key,
    groupId: row.group_id,
    status: row.status,
    severity: row.severity,
    title: row.title,
    text: row.text,
    labels: toLabels(row.labels),
    link: row.link,
    raisedMs: row.raised_ms,
    acknowledged: by === null || atMs === null ? null : { by, atMs },
    resolvedMs: row.resolved_ms,
  };
}

/** `pg` reads `jsonb` by itself; a row that somebody wrote by hand may hold anything. */
function toLabels(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== "object" || value === null) return {};
  const labels = Object.entries(value).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return Object.fromEntries(labels);
}

export function toGroup(row: Selectable<AlertTables["alert_group"]>): AlertGroup {
  return {
    id: row.id,
    key: row.key,
    openedMs: row.opened_ms,
    endedMs: row.ended_ms,
    movedTo: row.moved_to,
    revision: row.revision,
    leader: row.leader,
    title: row.title,
    severity: row.severity,
    labels: toLabels(row.labels),
    link: row.link,
  };
}
