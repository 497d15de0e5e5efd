import type { Generated, JSONColumnType } from "kysely";
import type { Database, Migration } from "../../platform/db/database.ts";
import type { PlaybookRun } from "./run.ts";

/** That somebody has read a version of a playbook. */
export interface ReadReceipt {
  readonly playbook: string;
  readonly version: string;
  readonly login: string;
  readonly atMs: number;
}

type Tables = {
  playbook_run: {
    readonly id: Generated<number>;
    readonly incident: number;
    readonly is_over: boolean;
    /** Whether the timeline of its incident has all of its log. */
    readonly is_told: boolean;
    readonly run: JSONColumnType<Omit<PlaybookRun, "id">>;
  };
  playbook_read: {
    readonly playbook: string;
    readonly version: string;
    readonly login: string;
    readonly at_ms: number;
  };
};

export const PLAYBOOK_MIGRATIONS: readonly Migration[] = [
  {
    name: "playbook-001-runs",
    up: async ({ schema }) => {
      await schema
        .createTable("playbook_run")
        .addColumn("id", "integer", (column) => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn("incident", "integer", (column) => column.notNull())
        .addColumn("is_over", "boolean", (column) => column.notNull())
        .addColumn("is_told", "boolean", (column) => column.notNull())
        .addColumn("run", "jsonb", (column) => column.notNull())
        .execute();
      await schema
        .createIndex("playbook_run_incident")
        .on("playbook_run")
        .column("incident")
        .execute();
      await schema
        .createTable("playbook_read")
        .addColumn("playbook", "text", (column) => column.notNull())
        .addColumn("version", "text", (column) => column.notNull())
        .addColumn("login", "text", (column) => column.notNull())
        .addColumn("at_ms", "bigint", (column) => column.notNull())
        .addPrimaryKeyConstraint("playbook_read_once", ["playbook", "version", "login"])
        .execute();
    },
  },
];

/** Stores a new one, and gives it its number. */
export async function insertRun(database: Database, run: PlaybookRun): Promise<PlaybookRun> {
  const { id } = await database
    .withTables<Tables>()
    .insertInto("playbook_run")
    .values({ incident: run.incident, ...columnsOf(run) })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { ...run, id };
}

export async function updateRun(database: Database, run: PlaybookRun): Promise<void> {
  await database
    .withTables<Tables>()
    .updateTable("playbook_run")
    .set(columnsOf(run))
    .where("id", "=", run.id)
    .execute();
}

function columnsOf({ id: _id, ...run }: PlaybookRun) {
  return {
    is_over: run.status === "over",
    is_told: run.told >= run.log.length,
    run: JSON.stringify(run),
  };
}

/** Null: there is none of this number. `isLocked`: nobody else changes it before the transaction ends. */
export async function findRun(
  database: Database,
  id: number,
  isLocked = false,
): Promise<PlaybookRun | null> {
  const query = runs(database).where("id", "=", id);
  const row = await (isLocked ? query.forUpdate() : query).executeTakeFirst();
  return row === undefined ? null : { ...row.run, id: row.id };
}

/** Newest first. */
export async function runsOf(
  database: Database,
  incident: number,
): Promise<readonly PlaybookRun[]> {
  const rows = await runs(database)
    .where("incident", "=", incident)
    .orderBy("id", "desc")
    .limit(MAXIMUM_RUNS)
    .execute();
  return rows.map((row) => ({ ...row.run, id: row.id }));
}

/** Runs of one incident that are listed. */
const MAXIMUM_RUNS = 100;

/** Those that are not over, and those of which the timeline does not have all, oldest first. */
export async function unfinishedRuns(database: Database): Promise<readonly PlaybookRun[]> {
  const rows = await runs(database)
    .where((where) => where.or([where("is_over", "=", false), where("is_told", "=", false)]))
    .orderBy("id")
    .execute();
  return rows.map((row) => ({ ...row.run, id: row.id }));
}

function runs(database: Database) {
  return database.withTables<Tables>().selectFrom("playbook_run").select(["id", "run"]);
}

/** False: they had read it before, and the first time counts. */
export async function addReceipt(database: Database, receipt: ReadReceipt): Promise<boolean> {
  const { playbook, version, login, atMs } = receipt;
  const added = await database
    .withTables<Tables>()
    .insertInto("playbook_read")
    .values({ playbook, version, login, at_ms: atMs })
    .onConflict((conflict) => conflict.doNothing())
    .returning("login")
    .executeTakeFirst();
  return added !== undefined;
}

/** Of these versions, first come first. */
export async function receiptsOf(
  database: Database,
  versions: readonly string[],
): Promise<readonly ReadReceipt[]> {
  if (versions.length === 0) return [];
  const rows = await database
    .withTables<Tables>()
    .selectFrom("playbook_read")
    .selectAll()
    .where("version", "in", versions)
    .orderBy("at_ms")
    .execute();
  return rows.map(({ playbook, version, login, at_ms }) => ({
    playbook,
    version,
    login,
    atMs: at_ms,
  }));
}
