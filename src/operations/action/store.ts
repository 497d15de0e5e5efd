import type { Generated, JSONColumnType } from "kysely";
import type { Database, Migration } from "../../platform/db/database.ts";
import type { Action, ActionStatus } from "./model.ts";

type Tables = {
  readonly action: {
    readonly id: Generated<number>;
    readonly incident: number | null;
    readonly key: string | null;
    readonly status: ActionStatus;
    readonly action: JSONColumnType<Omit<Action, "id">>;
  };
};

export const ACTION_MIGRATIONS: readonly Migration[] = [
  {
    name: "action-001-actions",
    up: async ({ schema }) => {
      await schema
        .createTable("action")
        .addColumn("id", "integer", (column) => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn("incident", "integer")
        .addColumn("key", "text")
        .addColumn("status", "text", (column) => column.notNull())
        .addColumn("action", "jsonb", (column) => column.notNull())
        .addUniqueConstraint("action_proposed_once", ["incident", "key"])
        .execute();
      await schema.createIndex("action_status").on("action").column("status").execute();
    },
  },
];

/** Stores a new one, and gives it its number. Null: the same is proposed of its incident already. */
export async function insertAction(database: Database, action: Action): Promise<Action | null> {
  const { incident, key, status } = action;
  const row = await database
    .withTables<Tables>()
    .insertInto("action")
    .values({ incident, key, status, action: text(action) })
    .onConflict((conflict) => conflict.doNothing())
    .returning("id")
    .executeTakeFirst();
  return row === undefined ? null : { ...action, id: row.id };
}

export async function updateAction(database: Database, action: Action): Promise<void> {
  await database
    .withTables<Tables>()
    .updateTable("action")
    .set({ status: action.status, action: text(action) })
    .where("id", "=", action.id)
    .execute();
}

/** Null: there is none of this number. Nobody else changes it before the transaction ends. */
export async function lockAction(transaction: Database, id: number): Promise<Action | null> {
  const row = await actions(transaction).where("id", "=", id).forUpdate().executeTakeFirst();
  return row === undefined ? null : { ...row.action, id: row.id };
}

export async function findAction(database: Database, id: number): Promise<Action | null> {
  const row = await actions(database).where("id", "=", id).executeTakeFirst();
  return row === undefined ? null : { ...row.action, id: row.id };
}

export interface ActionPage {
  readonly limit: number;
  /** The number below which to go on; null: from the newest. */
  readonly before: number | null;
  readonly incident: number | null;
  /** Empty: any. */
  readonly statuses: readonly ActionStatus[];
}

/** Newest first. */
export async function listActions(
  database: Database,
  { limit, before, incident, statuses }: ActionPage,
): Promise<readonly Action[]> {
  let query = actions(database);
  if (before !== null) query = query.where("id", "<", before);
  if (incident !== null) query = query.where("incident", "=", incident);
  if (statuses.length > 0) query = query.where("status", "in", statuses);
  const rows = await query.orderBy("id", "desc").limit(limit).execute();
  return rows.map((row) => ({ ...row.action, id: row.id }));
}

/** Keys that are proposed of an incident, whatever became of them. */
export async function proposedKeys(
  database: Database,
  incident: number,
): Promise<ReadonlySet<string>> {
  const rows = await database
    .withTables<Tables>()
    .selectFrom("action")
    .select("key")
    .where("incident", "=", incident)
    .execute();
  return new Set(rows.flatMap(({ key }) => key ?? []));
}

function actions(database: Database) {
  return database.withTables<Tables>().selectFrom("action").select(["id", "action"]);
}

function text({ id: _id, ...rest }: Action): string {
  return JSON.stringify(rest);
}
