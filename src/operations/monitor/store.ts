import type { Generated } from "kysely";
import type { Database, Migration } from "../../platform/db/database.ts";
import type { Complaint } from "./complaints/message.ts";
import { HOURS_IN_WEEK, type HourCount, MAXIMUM_WEEKS } from "./drop/season.ts";

/** Types, not interfaces: Kysely asks for ones whose members are all known. */
type MonitorTables = {
  readonly monitor_complaint: {
    readonly monitor: string;
    readonly id: string;
    readonly at_ms: number;
    readonly said_ms: number | null;
    readonly text: string;
    readonly user: string | null;
    /** JSON. */
    readonly tags: string;
    /** Whoever spoke with callers said that many call. */
    readonly is_surge: Generated<boolean>;
  };
  /** What a mail host accepted in one hour of which something was seen. */
  readonly monitor_hour: {
    readonly monitor: string;
    readonly hour: number;
    readonly intervals: number;
    readonly mails: number;
    /** Sum of the squared counts of the intervals. */
    readonly squares: number;
  };
};

export const MONITOR_MIGRATIONS: readonly Migration[] = [
  {
    name: "monitor-001-complaints",
    up: async ({ schema }) => {
      await schema
        .createTable("monitor_complaint")
        .addColumn("monitor", "text", (column) => column.notNull())
        .addColumn("id", "text", (column) => column.notNull())
        .addColumn("at_ms", "double precision", (column) => column.notNull())
        .addColumn("said_ms", "double precision")
        .addColumn("text", "text", (column) => column.notNull())
        .addColumn("user", "text")
        .addColumn("tags", "json", (column) => column.notNull())
        .addPrimaryKeyConstraint("monitor_complaint_key", ["monitor", "id"])
        .execute();
      await schema
        .createIndex("monitor_complaint_at")
        .on("monitor_complaint")
        .columns(["monitor", "at_ms"])
        .execute();
    },
  },
  {
    name: "monitor-002-hours",
    up: async ({ schema }) => {
      await schema
        .createTable("monitor_hour")
        .addColumn("monitor", "text", (column) => column.notNull())
        .addColumn("hour", "integer", (column) => column.notNull())
        .addColumn("intervals", "integer", (column) => column.notNull())
        .addColumn("mails", "double precision", (column) => column.notNull())
        .addColumn("squares", "double precision", (column) => column.notNull())
        .addPrimaryKeyConstraint("monitor_hour_key", ["monitor", "hour"])
        .execute();
    },
  },
  {
    name: "monitor-003-said-surges",
    up: async ({ schema }) => {
      await schema
        .alterTable("monitor_complaint")
        .addColumn("is_surge", "boolean", (column) => column.notNull().defaultTo(false))
        .execute();
    },
  },
];

/** Milliseconds that a complaint is kept: its text may name people. */
const COMPLAINT_KEPT_MS = 30 * 86_400_000;
/** Complaints that are read at once. */
const MAXIMUM_COMPLAINTS = 1_000;

export interface MonitorStore {
  /** False: one of that id is there already. */
  addComplaint(
    monitor: string,
    complaint: Complaint,
    atMs: number,
    isSurge?: boolean,
  ): Promise<boolean>;
  /** What was said last of many who call, since a moment; null: nothing. */
  lastSurge(
    monitor: string,
    sinceMs: number,
  ): Promise<{ readonly text: string; readonly atMs: number } | null>;
  /** When complaints came since a moment, first to last. */
  complaintTimes(monitor: string, sinceMs: number): Promise<readonly number[]>;
  /** How many came since a moment, of all help desks. */
  countComplaints(sinceMs: number): Promise<number>;
  /** Hours of a mail host since one of them. */
  hours(monitor: string, since: number): Promise<readonly HourCount[]>;
  /** Adds to what is known of an hour. */
  addHour(monitor: string, hour: HourCount): Promise<void>;
}

export function monitorStore(database: Database): MonitorStore {
  const tables = database.withTables<MonitorTables>();
  return {
    async addComplaint(monitor, { saidMs, tags, ...rest }, atMs, isSurge = false) {
      const said = { said_ms: saidMs, tags: JSON.stringify(tags), is_surge: isSurge, ...rest };
      const { numInsertedOrUpdatedRows } = await tables
        .insertInto("monitor_complaint")
        .values({ monitor, at_ms: atMs, ...said })
        .onConflict((conflict) => conflict.columns(["monitor", "id"]).doNothing())
        .executeTakeFirstOrThrow();
      await tables
        .deleteFrom("monitor_complaint")
        .where("monitor", "=", monitor)
        .where("at_ms", "<", atMs - COMPLAINT_KEPT_MS)
        .execute();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    async lastSurge(monitor, sinceMs) {
      const row = await tables
        .selectFrom("monitor_complaint")
        .select(["text", "at_ms"])
        .where("monitor", "=", monitor)
        .where("is_surge", "=", true)
        .where("at_ms", ">=", sinceMs)
        .orderBy("at_ms", "desc")
        .limit(1)
        .executeTakeFirst();
      return row === undefined ? null : { text: row.text, atMs: row.at_ms };
    },
    async complaintTimes(monitor, sinceMs) {
      const rows = await tables
        .selectFrom("monitor_complaint")
        .select("at_ms")
        .where("monitor", "=", monitor)
        .where("at_ms", ">=", sinceMs)
        .orderBy("at_ms", "desc")
        .limit(MAXIMUM_COMPLAINTS)
        .execute();
      return rows.map(({ at_ms }) => at_ms).reverse();
    },
    async countComplaints(sinceMs) {
      const { count } = await tables
        .selectFrom("monitor_complaint")
        .select(({ fn }) => fn.countAll().as("count"))
        .where("at_ms", ">=", sinceMs)
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    async hours(monitor, since) {
      const rows = await tables
        .selectFrom("monitor_hour")
        .select(["hour", "intervals", "mails", "squares"])
        .where("monitor", "=", monitor)
        .where("hour", ">=", since)
        .orderBy("hour")
        .execute();
      return rows.map(({ mails, ...rest }) => ({ ...rest, count: mails }));
    },
    async addHour(monitor, { hour, intervals, count, squares }) {
      await tables
        .insertInto("monitor_hour")
        .values({ monitor, hour, intervals, mails: count, squares })
        .onConflict((conflict) =>
          conflict.columns(["monitor", "hour"]).doUpdateSet((row) => ({
            intervals: row("monitor_hour.intervals", "+", intervals),
            mails: row("monitor_hour.mails", "+", count),
            squares: row("monitor_hour.squares", "+", squares),
          })),
        )
        .execute();
      await tables
        .deleteFrom("monitor_hour")
        .where("monitor", "=", monitor)
        .where("hour", "<", hour - MAXIMUM_WEEKS * HOURS_IN_WEEK)
        .execute();
    },
  };
}
