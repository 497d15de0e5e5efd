import { type Generated, sql } from "kysely";
import type { Database, Migration } from "../../platform/db/database.ts";
import type { LoadPromise } from "../apply/checkLoaded.ts";
import type { Evidence } from "../apply/checks.ts";
import type { ApplyState } from "../apply/model.ts";
import { isOver } from "../apply/transition.ts";

/** What is known before anything is loaded, and needed by whoever takes over. */
export interface RevertOrder extends LoadPromise {
  readonly by: string;
  /** Hashes of the snapshot that a person has looked at, and of the baseline. */
  readonly from: string;
  readonly baseline: string;
  /** Rules that go, and rules that come back. */
  readonly removed: readonly string[];
  readonly restored: readonly string[];
  /** Intents that hold again behind it. */
  readonly repairs: readonly string[];
  /** Tables of others that differ from the baseline, and stay as they are. */
  readonly leftAlone: readonly string[];
}

/** How far a revert has come, without what is loaded. */
export interface ToldRevert {
  readonly device: string;
  readonly login: string;
  readonly startedMs: number;
  readonly state: ApplyState;
  /** When it came to its state. */
  readonly stateMs: number;
  /** What was checked last; empty: nothing yet. */
  readonly evidence: readonly Evidence[];
}

export interface StoredRevert {
  readonly id: number;
  readonly order: RevertOrder;
}

type Tables = { revert: RevertTable };

interface RevertTable {
  id: Generated<number>;
  device: string;
  login: string;
  started_ms: number;
  order: string;
  state: string;
  state_ms: number;
  evidence: string | null;
  is_over: boolean;
}

export const REVERT_MIGRATION: Migration = {
  name: "incident-004-reverts",
  up: async ({ schema }) => {
    await schema
      .createTable("revert")
      .addColumn("id", "serial", (column) => column.primaryKey())
      .addColumn("device", "text", (column) => column.notNull())
      .addColumn("login", "text", (column) => column.notNull())
      .addColumn("started_ms", "bigint", (column) => column.notNull())
      .addColumn("order", "text", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull())
      .addColumn("state_ms", "bigint", (column) => column.notNull())
      .addColumn("evidence", "text")
      .addColumn("is_over", "boolean", (column) => column.notNull())
      .execute();
    await schema
      .createIndex("revert_one_at_a_time")
      .on("revert")
      .column("device")
      .unique()
      .where(sql<boolean>`not is_over`)
      .execute();
  },
};

/** Puts a planned revert in. A second one for the same device violates `revert_one_at_a_time`. */
export async function insertRevert(database: Database, order: RevertOrder): Promise<StoredRevert> {
  const { device, by, startedMs } = order;
  const { id } = await database
    .withTables<Tables>()
    .insertInto("revert")
    .values({
      device,
      login: by,
      started_ms: startedMs,
      order: JSON.stringify(order),
      ...stateColumns({ kind: "planned" }, startedMs),
      evidence: null,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return { id, order };
}

export async function writeRevertState(
  database: Database,
  id: number,
  state: ApplyState,
  nowMs: number,
): Promise<void> {
  await database
    .withTables<Tables>()
    .updateTable("revert")
    .set(stateColumns(state, nowMs))
    .where("id", "=", id)
    .execute();
}

function stateColumns(state: ApplyState, nowMs: number) {
  return { state: JSON.stringify(state), state_ms: nowMs, is_over: isOver(state) };
}

export async function writeRevertEvidence(
  database: Database,
  id: number,
  evidence: readonly Evidence[],
): Promise<void> {
  await database
    .withTables<Tables>()
    .updateTable("revert")
    .set({ evidence: JSON.stringify(evidence) })
    .where("id", "=", id)
    .execute();
}

/** Those that have not come to their end, oldest first. */
export async function openRevertList(database: Database): Promise<readonly StoredRevert[]> {
  const rows = await database
    .withTables<Tables>()
    .selectFrom("revert")
    .select(["id", "order"])
    .where("is_over", "=", false)
    .orderBy("id")
    .execute();
  return rows.map(({ id, order }) => ({ id, order: JSON.parse(order) }));
}

/** How far it is; null: there is none of this number. */
export async function tellRevert(database: Database, id: number): Promise<ToldRevert | null> {
  const row = await told(database).where("id", "=", id).executeTakeFirst();
  return row === undefined ? null : toTold(row);
}

/** The last one of a device, whether it is over or not; null: there was none. */
export async function lastRevert(database: Database, device: string): Promise<ToldRevert | null> {
  const newest = told(database).where("device", "=", device).orderBy("id", "desc").limit(1);
  const row = await newest.executeTakeFirst();
  return row === undefined ? null : toTold(row);
}

function told(database: Database) {
  return database
    .withTables<Tables>()
    .selectFrom("revert")
    .select(["device", "login", "started_ms", "state", "state_ms", "evidence"]);
}

function toTold(
  row: Pick<RevertTable, "device" | "login" | "started_ms" | "state" | "state_ms" | "evidence">,
): ToldRevert {
  return {
    device: row.device,
    login: row.login,
    startedMs: row.started_ms,
    state: JSON.parse(row.state),
    stateMs: row.state_ms,
    evidence: row.evidence === null ? [] : JSON.parse(row.evidence),
  };
}
