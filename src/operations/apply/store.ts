import { type Generated, sql, type Updateable } from "kysely";
import type { Database, Migration } from "../../platform/db/database.ts";
import type { LoadPromise } from "./checkLoaded.ts";
import type { Evidence } from "./checks.ts";
import type { ApplyEnd, ApplyState } from "./model.ts";
import { NUMBERS_MIGRATION } from "./numbers.ts";
import type { OpenConnections } from "./openConnections.ts";
import type { ApplyPlan } from "./run.ts";
import { isOver } from "./transition.ts";

/** What is known before anything is loaded, and needed by whoever takes over. */
export interface ApplyOrder extends LoadPromise {
  readonly changeId: number;
  readonly contentHash: string;
  readonly by: string;
  /** Its change was approved by who wrote it: not four eyes. Absent: somebody else approved it. */
  readonly isAlone?: boolean;
  /** Whether what ran before was what was approved: only then is what runs now. */
  readonly wasBaseline: boolean;
  /** Of `foreignHashOf`: what ran beside the own tables. */
  readonly foreignHash: string;
  /** Source files as they shall be at boot, and as they were read; null: not there. */
  readonly files: readonly (readonly [path: string, text: string])[];
  readonly filesBefore: readonly (readonly [path: string, text: string | null])[];
}

/** What was done behind the end. */
export interface Aftermath {
  /** Null: the source files are on the device, or nothing had to be written. */
  readonly bootProblem: string | null;
  /** Null: what is confirmed is the new baseline, or there was nothing to do. */
  readonly baselineProblem: string | null;
  /** Connections that began under what was before and would not begin now; null: not looked at. */
  readonly openConnections: OpenConnections | null;
  /** What each command of recovery said. */
  readonly flushed: readonly { readonly device: string; readonly problem: string | null }[];
  /** Probes that do not pass yet, each with its words. */
  readonly waitsFor: readonly { readonly probe: string; readonly text: string }[];
}

/** What a list tells of an apply: plan and files of one are megabytes, and a page would hold up the server. */
export interface ListedApply {
  readonly id: number;
  readonly order: Pick<ApplyOrder, "changeId" | "device" | "by" | "startedMs"> & {
    readonly plan: Pick<ApplyPlan, "losses">;
  };
  readonly state: ApplyState;
  /** When it came to its state. */
  readonly stateMs: number;
  /** What was checked last; empty: nothing yet. */
  readonly evidence: readonly Evidence[];
  /** Null: it is not over, or not all is done behind it. */
  readonly aftermath: Aftermath | null;
}

/** One apply, as far as it has come. */
export interface StoredApply extends ListedApply {
  readonly order: ApplyOrder;
}

export type ApplyTables = {
  apply: ApplyTable;
  apply_state: StateTable;
};

interface ApplyTable {
  id: Generated<number>;
  /** Of `plan.id`: what the device knows it by. */
  number: number;
  device: string;
  content_hash: string;
  order: string;
  /** Of the order what a list tells. */
  listed: string;
  state: string;
  state_kind: ApplyState["kind"];
  /** Why it was rolled back; null: it was not. */
  rollback_reason: string | null;
  state_ms: number;
  evidence: string | null;
  aftermath: string | null;
}

interface StateTable {
  apply_id: number;
  number: number;
  at_ms: number;
  state: string;
}

export const APPLY_MIGRATIONS: readonly Migration[] = [
  {
    name: "apply-001-applies",
    up: async ({ schema }) => {
      await schema
        .createTable("apply")
        .addColumn("id", "serial", (column) => column.primaryKey())
        .addColumn("number", "bigint", (column) => column.notNull())
        .addColumn("device", "text", (column) => column.notNull())
        .addColumn("content_hash", "text", (column) => column.notNull())
        .addColumn("order", "text", (column) => column.notNull())
        .addColumn("state", "text", (column) => column.notNull())
        .addColumn("state_kind", "text", (column) => column.notNull())
        .addColumn("rollback_reason", "text")
        .addColumn("state_ms", "bigint", (column) => column.notNull())
        .addColumn("evidence", "text")
        .addColumn("aftermath", "text")
        .execute();
      await schema
        .createIndex("apply_one_at_a_time")
        .on("apply")
        .column("device")
        .unique()
        .where(sql<boolean>`aftermath is null`)
        .execute();
      await schema
        .createTable("apply_state")
        .addColumn("apply_id", "integer", (column) => column.notNull().references("apply.id"))
        .addColumn("number", "integer", (column) => column.notNull())
        .addColumn("at_ms", "bigint", (column) => column.notNull())
        .addColumn("state", "text", (column) => column.notNull())
        .addPrimaryKeyConstraint("apply_state_key", ["apply_id", "number"])
        .execute();
    },
  },
  {
    name: "apply-002-listed",
    up: async (database) => {
      await database.schema
        .alterTable("apply")
        .addColumn("listed", "text", (column) => column.notNull().defaultTo(""))
        .execute();
      const tables = database.withTables<ApplyTables>();
      for (const { id, order } of await tables
        .selectFrom("apply")
        .select(["id", "order"])
        .execute())
        await update(database, id, { listed: listedOf(JSON.parse(order)) });
    },
  },
  NUMBERS_MIGRATION,
];

function listedOf({ changeId, device, by, startedMs, plan }: ListedApply["order"]): string {
  return JSON.stringify({ changeId, device, by, startedMs, plan: { losses: plan.losses } });
}

const PLANNED: ApplyState = { kind: "planned" };

/** Puts a planned apply in. A second one for the same device violates `apply_one_at_a_time`. */
export async function insertApply(database: Database, order: ApplyOrder): Promise<StoredApply> {
  const { device, contentHash, plan, startedMs } = order;
  const { id } = await database
    .withTables<ApplyTables>()
    .insertInto("apply")
    .values({
      number: plan.id,
      device,
      content_hash: contentHash,
      order: JSON.stringify(order),
      listed: listedOf(order),
      state: JSON.stringify(PLANNED),
      state_kind: PLANNED.kind,
      rollback_reason: null,
      state_ms: startedMs,
      evidence: null,
      aftermath: null,
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await writeRow(database, id, PLANNED, startedMs);
  return { id, order, state: PLANNED, stateMs: startedMs, evidence: [], aftermath: null };
}

/** Journals a state: a row that stays, and where the apply stands. */
export async function writeState(
  database: Database,
  id: number,
  state: ApplyState,
  nowMs: number,
): Promise<void> {
  await writeRow(database, id, state, nowMs);
  await update(database, id, {
    state: JSON.stringify(state),
    state_kind: state.kind,
    rollback_reason: state.kind === "rolledBack" ? state.reason : null,
    state_ms: nowMs,
  });
}

async function writeRow(database: Database, id: number, state: ApplyState, nowMs: number) {
  await database
    .withTables<ApplyTables>()
    .insertInto("apply_state")
    .values(({ selectFrom, eb }) => ({
      apply_id: id,
      number: selectFrom("apply_state")
        .select(({ fn }) => eb(fn.coalesce(fn.max("number"), eb.lit(0)), "+", 1).as("next"))
        .where("apply_id", "=", id),
      at_ms: nowMs,
      state: JSON.stringify(state),
    }))
    .execute();
}

export function writeEvidence(
  database: Database,
  id: number,
  evidence: readonly Evidence[],
): Promise<void> {
  return update(database, id, { evidence: JSON.stringify(evidence) });
}

export function writeAftermath(
  database: Database,
  id: number,
  aftermath: Aftermath,
): Promise<void> {
  return update(database, id, { aftermath: JSON.stringify(aftermath) });
}

async function update(database: Database, id: number, values: Updateable<ApplyTable>) {
  await database
    .withTables<ApplyTables>()
    .updateTable("apply")
    .set(values)
    .where("id", "=", id)
    .execute();
}

export async function findApply(database: Database, id: number): Promise<StoredApply | null> {
  const row = await rows(database).where("id", "=", id).executeTakeFirst();
  return row === undefined ? null : toStored(row);
}

/** Those that have not come to their end. */
export async function openApplyList(database: Database): Promise<readonly StoredApply[]> {
  const found = await rows(database).where("aftermath", "is", null).orderBy("id").execute();
  return found.map(toStored);
}

/** The one of a device that has not come to its end; null: there is none. */
export async function openApplyOf(database: Database, device: string): Promise<number | null> {
  const row = await database
    .withTables<ApplyTables>()
    .selectFrom("apply")
    .select("id")
    .where("device", "=", device)
    .where("aftermath", "is", null)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Newest first; `beforeId`: those older than it. */
export async function listApplies(
  database: Database,
  { limit, beforeId }: { readonly limit: number; readonly beforeId: number | null },
): Promise<readonly ListedApply[]> {
  const query = database
    .withTables<ApplyTables>()
    .selectFrom("apply")
    .select(["id", "listed", "state", "state_ms", "evidence", "aftermath"])
    .orderBy("id", "desc")
    .limit(limit);
  const found = await (beforeId === null ? query : query.where("id", "<", beforeId)).execute();
  return found.map((row) => ({ ...toFound(row), order: JSON.parse(row.listed) }));
}

/** Those of a device that were stuck before a moment. */
export async function stuckApplies(
  database: Database,
  device: string,
  beforeMs: number,
): Promise<readonly ListedApply[]> {
  const found = await database
    .withTables<ApplyTables>()
    .selectFrom("apply")
    .select(["id", "listed", "state", "state_ms", "evidence", "aftermath"])
    .where("device", "=", device)
    .where("state_kind", "=", "stuck")
    .where("state_ms", "<", beforeMs)
    .orderBy("id")
    .execute();
  return found.map((row) => ({ ...toFound(row), order: JSON.parse(row.listed) }));
}

/** All states of an apply, in the order in which they came. */
export async function statesOf(
  database: Database,
  id: number,
): Promise<readonly { readonly state: ApplyState; readonly atMs: number }[]> {
  const found = await database
    .withTables<ApplyTables>()
    .selectFrom("apply_state")
    .select(["state", "at_ms"])
    .where("apply_id", "=", id)
    .orderBy("number")
    .execute();
  return found.map(({ state, at_ms }) => ({ state: JSON.parse(state), atMs: at_ms }));
}

function rows(database: Database) {
  return database.withTables<ApplyTables>().selectFrom("apply").selectAll();
}

interface FoundRow {
  readonly id: number;
  readonly state: string;
  readonly state_ms: number;
  readonly evidence: string | null;
  readonly aftermath: string | null;
}

function toStored(row: FoundRow & { readonly order: string }): StoredApply {
  return { ...toFound(row), order: JSON.parse(row.order) };
}

function toFound(row: FoundRow): Omit<ListedApply, "order"> {
  return {
    id: row.id,
    state: JSON.parse(row.state),
    stateMs: row.state_ms,
    evidence: row.evidence === null ? [] : JSON.parse(row.evidence),
    aftermath: row.aftermath === null ? null : JSON.parse(row.aftermath),
  };
}

/** How it ended; null: it has not. */
export function endOf({ state }: StoredApply): ApplyEnd | null {
  return isOver(state) ? state : null;
}
