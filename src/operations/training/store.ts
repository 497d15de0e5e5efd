import type { Generated } from "kysely";
import type { Database, Migration } from "../../platform/db/database.ts";
import type { AttendanceWishes, RecordEntry } from "./model.ts";
import type { Attended } from "./standing.ts";

type Tables = {
  readonly training_attendance: {
    readonly id: Generated<number>;
    readonly lesson: string;
    readonly at_ms: number;
    readonly by: string;
    readonly note: string;
    readonly corrects: number | null;
    readonly why: string;
  };
  readonly training_attendee: {
    readonly attendance: number;
    readonly login: string;
  };
};

export const TRAINING_MIGRATIONS: readonly Migration[] = [
  {
    name: "training-001-attendance",
    up: async ({ schema }) => {
      await schema
        .createTable("training_attendance")
        .addColumn("id", "integer", (column) => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn("lesson", "text", (column) => column.notNull())
        .addColumn("at_ms", "double precision", (column) => column.notNull())
        .addColumn("by", "text", (column) => column.notNull())
        .addColumn("note", "text", (column) => column.notNull())
        .execute();
      await schema
        .createTable("training_attendee")
        .addColumn("attendance", "integer", (column) =>
          column.notNull().references("training_attendance.id"),
        )
        .addColumn("login", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("training_attendee_key", ["attendance", "login"])
        .execute();
    },
  },
  {
    name: "training-002-correction",
    up: async ({ schema }) => {
      await schema
        .alterTable("training_attendance")
        /* Unique: of two who correct the same, one comes first. */
        .addColumn("corrects", "integer", (column) =>
          column.unique().references("training_attendance.id"),
        )
        .addColumn("why", "text", (column) => column.notNull().defaultTo(""))
        .execute();
    },
  },
];

/** What is written, and what it stands in the place of. */
export interface NewAttendance extends AttendanceWishes {
  readonly by: string;
  readonly corrects: number | null;
  readonly why: string;
}

/** Null: what it would correct was corrected meanwhile. */
export async function insertAttendance(
  database: Database,
  { lesson, logins, atMs, note, by, corrects, why }: NewAttendance,
): Promise<RecordEntry | null> {
  const tables = database.withTables<Tables>();
  const added = await tables
    .insertInto("training_attendance")
    .values({ lesson, at_ms: atMs, by, note, corrects, why })
    .onConflict((conflict) => conflict.column("corrects").doNothing())
    .returning("id")
    .executeTakeFirst();
  if (added === undefined) return null;
  const { id } = added;
  if (logins.length > 0)
    await tables
      .insertInto("training_attendee")
      .values(logins.map((login) => ({ attendance: id, login })))
      .execute();
  return {
    how: "said",
    number: id,
    lesson,
    logins,
    atMs,
    by,
    note,
    corrects,
    why,
    correctedBy: null,
  };
}

/** The last time of each person and lesson, as far as people wrote it down. */
export async function lastAttended(database: Database): Promise<readonly Attended[]> {
  const rows = await database
    .withTables<Tables>()
    .selectFrom("training_attendee")
    .innerJoin("training_attendance", "training_attendance.id", "training_attendee.attendance")
    .select(({ fn }) => [
      "training_attendee.login",
      "training_attendance.lesson",
      fn.max("training_attendance.at_ms").as("at_ms"),
    ])
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("training_attendance as correction")
            .select("correction.id")
            .whereRef("correction.corrects", "=", "training_attendance.id"),
        ),
      ),
    )
    .groupBy(["training_attendee.login", "training_attendance.lesson"])
    .execute();
  return rows.map(({ login, lesson, at_ms }) => ({ login, lesson, atMs: at_ms }));
}

/** What people wrote down, newest first. */
export async function listAttendance(
  database: Database,
  limit: number,
): Promise<readonly RecordEntry[]> {
  const rows = await attendances(database)
    .orderBy("training_attendance.at_ms", "desc")
    .orderBy("training_attendance.id", "desc")
    .limit(limit)
    .execute();
  return withLogins(database, rows);
}

/** Null: there is none of that number. */
export async function findAttendance(
  database: Database,
  number: number,
): Promise<RecordEntry | null> {
  const rows = await attendances(database).where("training_attendance.id", "=", number).execute();
  const [found] = await withLogins(database, rows);
  return found ?? null;
}

function attendances(database: Database) {
  return database
    .withTables<Tables>()
    .selectFrom("training_attendance")
    .leftJoin("training_attendance as correction", "correction.corrects", "training_attendance.id")
    .selectAll("training_attendance")
    .select("correction.id as corrected_by");
}

type AttendanceRow = Awaited<ReturnType<ReturnType<typeof attendances>["execute"]>>[number];

async function withLogins(
  database: Database,
  rows: readonly AttendanceRow[],
): Promise<readonly RecordEntry[]> {
  if (rows.length === 0) return [];
  const attendees = await database
    .withTables<Tables>()
    .selectFrom("training_attendee")
    .selectAll()
    .where(
      "attendance",
      "in",
      rows.map(({ id }) => id),
    )
    .orderBy("login")
    .execute();
  const logins = new Map(rows.map(({ id }): [number, string[]] => [id, []]));
  for (const { attendance, login } of attendees) logins.get(attendance)?.push(login);
  return rows.map(({ id, lesson, at_ms, by, note, corrects, why, corrected_by }) => ({
    how: "said",
    number: id,
    lesson,
    logins: logins.get(id) ?? [],
    atMs: at_ms,
    by,
    note,
    corrects,
    why,
    correctedBy: corrected_by,
  }));
}
