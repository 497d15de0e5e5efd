import type { Database, Migration } from "../../platform/db/database.ts";
import type { Outcome } from "../probe/model.ts";

type HistoryTables = {
  /** What a probe found in one minute, by outcome. */
  readonly history_probe: {
    readonly monitor: string;
    readonly minute: number;
    readonly outcome: string;
    readonly asked: number;
    readonly slowest_ms: number;
    readonly reason: string | null;
  };
  /** What a monitor counted in one minute. */
  readonly history_count: {
    readonly monitor: string;
    readonly name: string;
    readonly minute: number;
    readonly count: number;
  };
};

export const HISTORY_MIGRATIONS: readonly Migration[] = [
  {
    name: "history-001-minutes",
    up: async ({ schema }) => {
      await schema
        .createTable("history_probe")
        .addColumn("monitor", "text", (column) => column.notNull())
        .addColumn("minute", "integer", (column) => column.notNull())
        .addColumn("outcome", "text", (column) => column.notNull())
        .addColumn("asked", "integer", (column) => column.notNull())
        .addColumn("slowest_ms", "double precision", (column) => column.notNull())
        .addColumn("reason", "text")
        .addPrimaryKeyConstraint("history_probe_key", ["monitor", "minute", "outcome"])
        .execute();
      await schema
        .createTable("history_count")
        .addColumn("monitor", "text", (column) => column.notNull())
        .addColumn("name", "text", (column) => column.notNull())
        .addColumn("minute", "integer", (column) => column.notNull())
        .addColumn("count", "double precision", (column) => column.notNull())
        .addPrimaryKeyConstraint("history_count_key", ["monitor", "name", "minute"])
        .execute();
    },
  },
];

/** Minutes that are kept: five weeks, so that the same hour of four weeks ago can be looked at. */
export const KEPT_MINUTES = 35 * 24 * 60;

export interface ProbeMinute {
  readonly monitor: string;
  /** Minutes since 1970. */
  readonly minute: number;
  readonly outcome: Outcome;
  readonly asked: number;
  readonly slowestMs: number;
  readonly reason: string | null;
}

export interface CountMinute {
  readonly monitor: string;
  readonly name: string;
  readonly minute: number;
  readonly count: number;
}

export interface HistoryStore {
  addProbe(minute: ProbeMinute): Promise<void>;
  addCounts(counts: readonly CountMinute[]): Promise<void>;
  /** From `from` to before `to`. */
  probes(from: number, to: number): Promise<readonly ProbeMinute[]>;
  counts(from: number, to: number): Promise<readonly CountMinute[]>;
  /** Takes away what is older. */
  forgetBefore(minute: number): Promise<void>;
}

export function historyStore(database: Database): HistoryStore {
  const tables = database.withTables<HistoryTables>();
  return {
    async addProbe({ monitor, minute, outcome, asked, slowestMs, reason }) {
      await tables
        .insertInto("history_probe")
        .values({ monitor, minute, outcome, asked, slowest_ms: slowestMs, reason })
        .onConflict((conflict) =>
          conflict.columns(["monitor", "minute", "outcome"]).doUpdateSet((row) => ({
            asked: row("history_probe.asked", "+", asked),
            slowest_ms: row.fn("greatest", ["history_probe.slowest_ms", row.val(slowestMs)]),
            reason,
          })),
        )
        .execute();
    },
    async addCounts(counts) {
      if (counts.length === 0) return;
      await tables
        .insertInto("history_count")
        .values([...counts])
        .onConflict((conflict) =>
          conflict.columns(["monitor", "name", "minute"]).doUpdateSet((row) => ({
            count: row("history_count.count", "+", row.ref("excluded.count")),
          })),
        )
        .execute();
    },
    async probes(from, to) {
      const rows = await tables
        .selectFrom("history_probe")
        .selectAll()
        .where("minute", ">=", from)
        .where("minute", "<", to)
        .orderBy("minute")
        .execute();
      return rows.map(({ slowest_ms, outcome, ...rest }) => ({
        ...rest,
        /* Only what the probe service calls so is written. */
        outcome: outcome as Outcome,
        slowestMs: slowest_ms,
      }));
    },
    counts: (from, to) =>
      tables
        .selectFrom("history_count")
        .selectAll()
        .where("minute", ">=", from)
        .where("minute", "<", to)
        .orderBy("minute")
        .execute(),
    async forgetBefore(minute) {
      await tables.deleteFrom("history_probe").where("minute", "<", minute).execute();
      await tables.deleteFrom("history_count").where("minute", "<", minute).execute();
    },
  };
}
