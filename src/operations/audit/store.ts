import { type Generated, type JSONColumnType, type Kysely, sql } from "kysely";
import type { Database, Migration } from "../../platform/db/database.ts";
import type { Trail } from "../trail/service.ts";
import { differenceEvent, driftEndEvent, type EndedDrift, type Gap } from "./entries.ts";
import { GAP_MIGRATION, noteBlind, noteSeeing } from "./gapStore.ts";
import type { SeenDifference } from "./model.ts";
import type { Who } from "./who.ts";

/** A type, not an interface: Kysely asks for one whose members are all known. */
type AuditTables = {
  readonly audit_difference: {
    readonly id: Generated<number>;
    readonly device: string;
    readonly at_ms: number;
    readonly difference: JSONColumnType<Omit<SeenDifference, "id">>;
    /** What was approved then; null: before ends were written down. */
    readonly baseline: string | null;
    /** It is on the trail, led away from the baseline, and nobody has seen it end. */
    readonly is_open: boolean;
  };
  /** Until when which snapshot was seen: what changes in a gap is noticed by it. */
  readonly audit_seen: {
    readonly device: string;
    readonly at_ms: number;
    readonly snapshot: string;
  };
};

export const AUDIT_MIGRATIONS: readonly Migration[] = [
  {
    name: "audit-001-differences",
    up: async ({ schema }) => {
      await schema
        .createTable("audit_difference")
        .addColumn("id", "integer", (column) => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn("device", "text", (column) => column.notNull())
        .addColumn("at_ms", "double precision", (column) => column.notNull())
        .addColumn("difference", "jsonb", (column) => column.notNull())
        .execute();
      await schema
        .createIndex("audit_difference_at")
        .on("audit_difference")
        .column("at_ms")
        .execute();
      await schema
        .createTable("audit_seen")
        .addColumn("device", "text", (column) => column.primaryKey())
        .addColumn("at_ms", "double precision", (column) => column.notNull())
        .addColumn("snapshot", "text", (column) => column.notNull())
        .execute();
    },
  },
  {
    /* Before devices were read by the clock, all was told by nft. */
    name: "audit-002-polled",
    up: async (database) => {
      await sql`
        update audit_difference
        set difference = difference || '{"isPolled": false, "parts": ["nft"]}'`.execute(database);
    },
  },
  {
    /* Of those before nothing is on the trail, and neither is their end. */
    name: "audit-003-open",
    up: async (database) => {
      await database.schema
        .alterTable("audit_difference")
        .addColumn("baseline", "text")
        .addColumn("is_open", "boolean", (column) => column.notNull().defaultTo(false))
        .execute();
      await sql`
        create index audit_difference_open on audit_difference (device, id) where is_open`.execute(
        database,
      );
    },
  },
  GAP_MIGRATION,
];

/** What a difference is beside what it says. */
export interface Mark {
  readonly baseline: string;
  /** It led away from the baseline. */
  readonly isDrift: boolean;
  /** It is on the trail. */
  readonly isEntered: boolean;
  readonly nowMs: number;
}

/** A difference that was drift, and has not been seen to end. */
export interface OpenDifference {
  readonly id: number;
  /** What it came to. */
  readonly after: string;
  /** What was approved then. */
  readonly baseline: string | null;
}

export interface AuditStore {
  /** What it came to counts as seen with it: a server that ends between the two would tell of it again. */
  add(difference: Omit<SeenDifference, "id">, mark: Mark): Promise<SeenDifference>;
  /** First to last. */
  openDifferences(device: string): Promise<readonly OpenDifference[]>;
  /** Whose the last difference of a device was; null: there was none. */
  lastBy(device: string): Promise<Who | null>;
  /** Those of them that are open end, and that goes on the trail. */
  end(ended: EndedDrift, nowMs: number): Promise<void>;
  /** From now on it is blind; nothing new where it was already. */
  noteBlind(device: string, gap: Gap, nowMs: number): Promise<void>;
  /** It sees; `gap` is what it had not seen where nothing was noted of it, null: there was none. */
  noteSeeing(device: string, gap: Gap | null, nowMs: number): Promise<void>;
  /** Those since a moment, first to last. */
  since(atMs: number): Promise<readonly SeenDifference[]>;
  find(id: number): Promise<SeenDifference | null>;
  /** The snapshot of a device that was seen last. */
  lastSeen(device: string): Promise<{ readonly atMs: number; readonly snapshot: string } | null>;
  noteSeen(device: string, atMs: number, snapshot: string): Promise<void>;
}

/** Differences that are read at once; older ones of a busy device are left out, and that is said. */
export const MAXIMUM_DIFFERENCES = 1_000;

export function auditStore(database: Database, trail: Pick<Trail, "append">): AuditStore {
  const tables = database.withTables<AuditTables>();
  return {
    add: (difference, mark) =>
      database.transaction().execute(async (transaction) => {
        const own = transaction.withTables<AuditTables>();
        const { device, atMs, after } = difference;
        const row = await own
          .insertInto("audit_difference")
          .values({
            device,
            at_ms: atMs,
            difference: JSON.stringify(difference),
            baseline: mark.baseline,
            is_open: mark.isDrift && mark.isEntered,
          })
          .returning("id")
          .executeTakeFirstOrThrow();
        await saveSeen(own, device, atMs, after);
        const added = { id: row.id, ...difference };
        if (mark.isEntered) await trail.append(differenceEvent(added, mark.nowMs), transaction);
        return added;
      }),
    async openDifferences(device) {
      const rows = await tables
        .selectFrom("audit_difference")
        .select(["id", "baseline", "difference"])
        .where("device", "=", device)
        .where("is_open", "=", true)
        .orderBy("id")
        .execute();
      return rows.map(({ id, baseline, difference: { after } }) => ({ id, after, baseline }));
    },
    async lastBy(device) {
      const row = await tables
        .selectFrom("audit_difference")
        .select("difference")
        .where("device", "=", device)
        .orderBy("id", "desc")
        .limit(1)
        .executeTakeFirst();
      return row?.difference.by ?? null;
    },
    end: (ended, nowMs) =>
      database.transaction().execute(async (transaction) => {
        const rows = await transaction
          .withTables<AuditTables>()
          .updateTable("audit_difference")
          .set({ is_open: false })
          .where("device", "=", ended.device)
          .where("is_open", "=", true)
          .where("id", "in", [...ended.differences])
          .returning("id")
          .execute();
        const differences = rows.map(({ id }) => id).sort((a, b) => a - b);
        if (differences.length > 0)
          await trail.append(driftEndEvent({ ...ended, differences }, nowMs), transaction);
      }),
    noteBlind: (device, gap, nowMs) =>
      database.transaction().execute(async (transaction) => {
        const event = await noteBlind(transaction, device, gap, nowMs);
        if (event !== null) await trail.append(event, transaction);
      }),
    noteSeeing: (device, gap, nowMs) =>
      database.transaction().execute(async (transaction) => {
        const event = await noteSeeing(transaction, device, gap, nowMs);
        if (event !== null) await trail.append(event, transaction);
      }),
    async since(atMs) {
      const rows = await tables
        .selectFrom("audit_difference")
        .select(["id", "difference"])
        .where("at_ms", ">=", atMs)
        .orderBy("at_ms", "desc")
        .orderBy("id", "desc")
        .limit(MAXIMUM_DIFFERENCES)
        .execute();
      return rows.map(({ id, difference }) => ({ id, ...difference })).reverse();
    },
    async find(id) {
      const row = await tables
        .selectFrom("audit_difference")
        .select(["id", "difference"])
        .where("id", "=", id)
        .executeTakeFirst();
      return row === undefined ? null : { id: row.id, ...row.difference };
    },
    async lastSeen(device) {
      const row = await tables
        .selectFrom("audit_seen")
        .selectAll()
        .where("device", "=", device)
        .executeTakeFirst();
      return row === undefined ? null : { atMs: row.at_ms, snapshot: row.snapshot };
    },
    noteSeen: (device, atMs, snapshot) => saveSeen(tables, device, atMs, snapshot),
  };
}

async function saveSeen(
  tables: Kysely<AuditTables>,
  device: string,
  atMs: number,
  snapshot: string,
): Promise<void> {
  await tables
    .insertInto("audit_seen")
    .values({ device, at_ms: atMs, snapshot })
    .onConflict((conflict) => conflict.column("device").doUpdateSet({ at_ms: atMs, snapshot }))
    .execute();
}
