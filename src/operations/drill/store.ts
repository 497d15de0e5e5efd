import { type Generated, type JSONColumnType, sql } from "kysely";
import type { Database, Migration } from "../../platform/db/database.ts";
import type { Debrief, DrillEntry, DrillRun } from "./model.ts";

type Tables = {
  drill_run: {
    readonly id: Generated<number>;
    readonly login: string;
    readonly drill: string;
    readonly is_over: boolean;
    readonly run: JSONColumnType<Pick<DrillRun, "drill" | "pace" | "begunMs">>;
    readonly debrief: JSONColumnType<Debrief> | null;
    /** When it ended, on the wall; null: it goes on. */
    readonly ended_ms: number | null;
  };
  drill_entry: {
    readonly run: number;
    readonly number: number;
    readonly entry: JSONColumnType<DrillEntry>;
  };
};

export const DRILL_MIGRATIONS: readonly Migration[] = [
  {
    name: "drill-001-runs",
    up: async ({ schema }) => {
      await schema
        .createTable("drill_run")
        .addColumn("id", "integer", (column) => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn("login", "text", (column) => column.notNull())
        .addColumn("drill", "text", (column) => column.notNull())
        .addColumn("is_over", "boolean", (column) => column.notNull())
        .addColumn("run", "jsonb", (column) => column.notNull())
        .addColumn("debrief", "jsonb")
        .execute();
      await schema.createIndex("drill_run_login").on("drill_run").column("login").execute();
      await schema
        .createTable("drill_entry")
        .addColumn("run", "integer", (column) => column.notNull().references("drill_run.id"))
        .addColumn("number", "integer", (column) => column.notNull())
        .addColumn("entry", "jsonb", (column) => column.notNull())
        .addPrimaryKeyConstraint("drill_entry_number", ["run", "number"])
        .execute();
    },
  },
  {
    name: "drill-002-ended",
    up: async (database) => {
      await database.schema
        .alterTable("drill_run")
        .addColumn("ended_ms", "double precision")
        .execute();
      /* Until now nobody asked when: the beginning is near enough, since a run takes an hour. */
      await sql`update drill_run set ended_ms = (run->>'begunMs')::float8 where is_over`.execute(
        database,
      );
    },
  },
];

/** Runs of one person that are listed. */
const MAXIMUM_RUNS = 100;

export async function insertRun(database: Database, run: Omit<DrillRun, "id">): Promise<DrillRun> {
  const { login, drill, pace, begunMs } = run;
  const { id } = await database
    .withTables<Tables>()
    .insertInto("drill_run")
    .values({
      login,
      drill: drill.id,
      is_over: false,
      run: JSON.stringify({ drill, pace, begunMs }),
      debrief: null,
      ended_ms: null,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { ...run, id };
}

/** Written before anybody is told of it, so that a server that was killed has not forgotten it. */
export async function insertEntry(
  database: Database,
  run: number,
  entry: DrillEntry,
): Promise<void> {
  await database
    .withTables<Tables>()
    .insertInto("drill_entry")
    .values({ run, number: entry.number, entry: JSON.stringify(entry) })
    .execute();
}

export async function endRun(
  database: Database,
  id: number,
  debrief: Debrief,
  endedMs: number,
): Promise<void> {
  await database
    .withTables<Tables>()
    .updateTable("drill_run")
    .set({ is_over: true, debrief: JSON.stringify(debrief), ended_ms: endedMs })
    .where("id", "=", id)
    .execute();
}

/** Null: this person has no such run. */
export async function findRun(
  database: Database,
  id: number,
  login: string,
): Promise<DrillRun | null> {
  const row = await runs(database)
    .where("id", "=", id)
    .where("login", "=", login)
    .executeTakeFirst();
  if (row === undefined) return null;
  const entries = await database
    .withTables<Tables>()
    .selectFrom("drill_entry")
    .select("entry")
    .where("run", "=", id)
    .orderBy("number")
    .execute();
  return { ...runOf(row), entries: entries.map(({ entry }) => entry) };
}

/** Of one person, newest first, without what was done. */
export async function runsOf(database: Database, login: string): Promise<readonly DrillRun[]> {
  const rows = await runs(database)
    .where("login", "=", login)
    .orderBy("id", "desc")
    .limit(MAXIMUM_RUNS)
    .execute();
  return rows.map(runOf);
}

/** A run that is over, without its points. */
export interface EndedRun {
  readonly run: number;
  readonly login: string;
  readonly drill: string;
  readonly atMs: number;
}

/** Of everybody, the last run of each drill that was played to its end: who gave up has not practised it. */
export async function lastPlayed(database: Database): Promise<readonly EndedRun[]> {
  const rows = await played(database)
    .distinctOn(["login", "drill"])
    .orderBy("login")
    .orderBy("drill")
    .orderBy("ended_ms", "desc")
    .execute();
  return rows.map(endedOf);
}

/** Of everybody, those that were played to their end, newest first. */
export async function allPlayed(database: Database, limit: number): Promise<readonly EndedRun[]> {
  const rows = await played(database).orderBy("ended_ms", "desc").limit(limit).execute();
  return rows.map(endedOf);
}

function played(database: Database) {
  return database
    .withTables<Tables>()
    .selectFrom("drill_run")
    .select(["id", "login", "drill", "ended_ms"])
    .where("is_over", "=", true)
    .where(sql<string>`debrief->>'outcome'`, "<>", "givenUp");
}

function endedOf(row: {
  readonly id: number;
  readonly login: string;
  readonly drill: string;
  readonly ended_ms: number | null;
}): EndedRun {
  return { run: row.id, login: row.login, drill: row.drill, atMs: row.ended_ms ?? 0 };
}

/** Points of the last run of a drill that is over, given up or not, of each of these people who has one. */
export async function lastScores(
  database: Database,
  drill: string,
  logins: readonly string[],
): Promise<readonly { readonly login: string; readonly score: number }[]> {
  if (logins.length === 0) return [];
  const rows = await database
    .withTables<Tables>()
    .selectFrom("drill_run")
    .select(["login", "debrief"])
    .distinctOn("login")
    .where("is_over", "=", true)
    .where("drill", "=", drill)
    .where("login", "in", logins)
    .orderBy("login")
    .orderBy("ended_ms", "desc")
    .execute();
  return rows.flatMap(({ login, debrief }) =>
    debrief === null ? [] : [{ login, score: debrief.score.total }],
  );
}

function runs(database: Database) {
  return database
    .withTables<Tables>()
    .selectFrom("drill_run")
    .select(["id", "login", "run", "debrief"]);
}

function runOf(row: Awaited<ReturnType<ReturnType<typeof runs>["execute"]>>[number]): DrillRun {
  const { id, login, run, debrief } = row;
  return { id, login, ...run, entries: [], debrief };
}
