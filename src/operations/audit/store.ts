import { type Generated, type JSONColumnType, type Kysely, sql } from "kysely";
import type { Database, Migration } from "../../platform/db/database.ts";
import type { SeenDifference } from "./model.ts";

/** A type, not an interface: Kysely asks for one whose members are all known. */
type AuditTables = {
  readonly audit_difference: {
    readonly id: Generated<number>;
    readonly device: string;
    readonly at_ms: number;
    readonly difference: JSONColumnType<Omit<SeenDifference, "id">>;
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
];

export interface AuditStore {
  /** What it came to counts as seen with it: a server that ends between the two would tell of it again. */
  add(difference: Omit<SeenDifference, "id">): Promise<SeenDifference>;
  /** Those since a moment, first to last. */
  since(atMs: number): Promise<readonly SeenDifference[]>;
  find(id: number): Promise<SeenDifference | null>;
  /** The snapshot of a device that was seen last. */
  lastSeen(device: string): Promise<{ readonly atMs: number; readonly snapshot: string } | null>;
  noteSeen(device: string, atMs: number, snapshot: string): Promise<void>;
}

/** Differences that are read at once; older ones of a busy device are left out, and that is said. */
export const MAXIMUM_DIFFERENCES = 1_000;

export function auditStore(database: Database): AuditStore {
  const tables = database.withTables<AuditTables>();
  return {
    add: (difference) =>
      tables.transaction().execute(async (transaction) => {
        const { device, atMs, after } = difference;
        const row = await transaction
          .insertInto("audit_difference")
          .values({ device, at_ms: atMs, difference: JSON.stringify(difference) })
          .returning("id")
          .executeTakeFirstOrThrow();
        await saveSeen(transaction, device, atMs, after);
        return { id: row.id, ...difference };
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
