import { createHash } from "node:crypto";
import { type Generated, type JSONColumnType, type Kysely, sql } from "kysely";
import type { Database, Migration } from "../../platform/db/database.ts";
import { makeSnapshot, type Snapshot } from "./snapshot.ts";

interface StoredPart {
  readonly name: string;
  /** Null: it is not there. */
  readonly hash: string | null;
}

type InventoryTables = {
  /** What was read, once for each content: most of a device stays as it is from snapshot to snapshot. */
  readonly inventory_part: { readonly hash: string; readonly content: Buffer };
  readonly inventory_snapshot: {
    readonly hash: string;
    readonly device: string;
    readonly parts: JSONColumnType<readonly StoredPart[]>;
    /** When the device was last read to be so; null: not since that is noted. */
    readonly read_ms: number | null;
  };
  /** Every baseline that there ever was; the last one of a device holds. */
  readonly inventory_baseline: {
    readonly id: Generated<number>;
    readonly device: string;
    readonly hash: string;
    readonly login: string;
    readonly at_ms: number;
    readonly read_ms: number | null;
  };
  /** The last reading of each device. */
  readonly inventory_pull: {
    readonly device: string;
    readonly hash: string;
    readonly at_ms: number;
    readonly not_seen: JSONColumnType<readonly string[]>;
  };
};

export const INVENTORY_MIGRATIONS: readonly Migration[] = [
  {
    name: "inventory-001-snapshots",
    up: async ({ schema }) => {
      await schema
        .createTable("inventory_part")
        .addColumn("hash", "text", (column) => column.primaryKey())
        .addColumn("content", "bytea", (column) => column.notNull())
        .execute();
      await schema
        .createTable("inventory_snapshot")
        .addColumn("hash", "text", (column) => column.notNull())
        .addColumn("device", "text", (column) => column.notNull())
        .addColumn("parts", "json", (column) => column.notNull())
        .addPrimaryKeyConstraint("inventory_snapshot_key", ["hash", "device"])
        .execute();
      await schema
        .createTable("inventory_baseline")
        .addColumn("id", "integer", (column) => column.primaryKey().generatedAlwaysAsIdentity())
        .addColumn("device", "text", (column) => column.notNull())
        .addColumn("hash", "text", (column) => column.notNull())
        .addColumn("login", "text", (column) => column.notNull())
        .addColumn("at_ms", "double precision", (column) => column.notNull())
        .addForeignKeyConstraint(
          "inventory_baseline_snapshot",
          ["hash", "device"],
          "inventory_snapshot",
          ["hash", "device"],
        )
        .execute();
      await schema
        .createTable("inventory_pull")
        .addColumn("device", "text", (column) => column.primaryKey())
        .addColumn("hash", "text", (column) => column.notNull())
        .addColumn("at_ms", "double precision", (column) => column.notNull())
        .addColumn("not_seen", "json", (column) => column.notNull())
        .execute();
    },
  },
  {
    name: "inventory-002-read",
    up: async (database) => {
      for (const table of ["inventory_snapshot", "inventory_baseline"])
        await database.schema.alterTable(table).addColumn("read_ms", "double precision").execute();
      /* Until now what was adopted counted as looked at then. */
      await sql`update inventory_baseline set read_ms = at_ms`.execute(database);
    },
  },
];

/** What a person approved of a device. */
export interface Baseline {
  readonly device: string;
  readonly hash: string;
  readonly login: string;
  readonly atMs: number;
  /** When the device was last read to be so, before it was adopted; null: that is not known. */
  readonly readMs: number | null;
}

/** When a device was read last, and what could not be seen. */
export interface LastPull {
  readonly hash: string;
  readonly atMs: number;
  readonly notSeen: readonly string[];
}

export interface InventoryStore {
  keep(snapshot: Snapshot): Promise<void>;
  /** Null for the device: whichever it is of. */
  snapshot(hash: string, device: string | null): Promise<Snapshot | null>;
  notePull(device: string, pull: LastPull): Promise<void>;
  lastPull(device: string): Promise<LastPull | null>;
  baseline(device: string): Promise<Baseline | null>;
  /** When a device was last read to be so; null: that is not known. */
  readMs(device: string, hash: string): Promise<number | null>;
  addBaseline(transaction: Database, baseline: Baseline): Promise<void>;
}

export function inventoryStore(database: Database): InventoryStore {
  const tables = database.withTables<InventoryTables>();
  return {
    keep: (snapshot) => tables.transaction().execute((transaction) => keep(transaction, snapshot)),
    snapshot: (hash, device) => readSnapshot(tables, hash, device),
    async notePull(device, { hash, atMs, notSeen }) {
      const row = { hash, at_ms: atMs, not_seen: JSON.stringify(notSeen) };
      await tables
        .insertInto("inventory_pull")
        .values({ device, ...row })
        .onConflict((conflict) => conflict.column("device").doUpdateSet(row))
        .execute();
      await tables
        .updateTable("inventory_snapshot")
        .set({ read_ms: atMs })
        .where("device", "=", device)
        .where("hash", "=", hash)
        .execute();
    },
    async lastPull(device) {
      const row = await tables
        .selectFrom("inventory_pull")
        .selectAll()
        .where("device", "=", device)
        .executeTakeFirst();
      if (row === undefined) return null;
      return { hash: row.hash, atMs: row.at_ms, notSeen: row.not_seen };
    },
    async baseline(device) {
      const row = await tables
        .selectFrom("inventory_baseline")
        .selectAll()
        .where("device", "=", device)
        .orderBy("id", "desc")
        .limit(1)
        .executeTakeFirst();
      if (row === undefined) return null;
      const { hash, login, at_ms: atMs, read_ms: readMs } = row;
      return { device, hash, login, atMs, readMs };
    },
    async readMs(device, hash) {
      const row = await tables
        .selectFrom("inventory_snapshot")
        .select("read_ms")
        .where("device", "=", device)
        .where("hash", "=", hash)
        .executeTakeFirst();
      return row?.read_ms ?? null;
    },
    async addBaseline(transaction, { atMs, readMs, ...baseline }) {
      await transaction
        .withTables<InventoryTables>()
        .insertInto("inventory_baseline")
        .values({ ...baseline, at_ms: atMs, read_ms: readMs })
        .execute();
    },
  };
}

async function keep(tables: Kysely<InventoryTables>, snapshot: Snapshot): Promise<void> {
  const { hash, device } = snapshot;
  const parts: StoredPart[] = [];
  for (const { name, text } of snapshot.parts) {
    if (text === null) parts.push({ name, hash: null });
    else parts.push({ name, hash: await keepPart(tables, text) });
  }
  await tables
    .insertInto("inventory_snapshot")
    .values({ hash, device, parts: JSON.stringify(parts), read_ms: null })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function keepPart(tables: Kysely<InventoryTables>, text: string): Promise<string> {
  const content = Buffer.from(text, "utf8");
  const hash = createHash("sha256").update(content).digest("hex");
  await tables
    .insertInto("inventory_part")
    .values({ hash, content })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  return hash;
}

async function readSnapshot(
  tables: Kysely<InventoryTables>,
  hash: string,
  device: string | null,
): Promise<Snapshot | null> {
  let query = tables.selectFrom("inventory_snapshot").selectAll().where("hash", "=", hash);
  if (device !== null) query = query.where("device", "=", device);
  const row = await query.limit(1).executeTakeFirst();
  if (row === undefined) return null;
  const wanted = row.parts.flatMap((part) => (part.hash === null ? [] : [part.hash]));
  const found =
    wanted.length === 0
      ? []
      : await tables.selectFrom("inventory_part").selectAll().where("hash", "in", wanted).execute();
  const texts = new Map(found.map((part) => [part.hash, part.content.toString("utf8")]));
  const parts = row.parts.map((part) => ({
    name: part.name,
    text: part.hash === null ? null : (texts.get(part.hash) ?? null),
  }));
  const snapshot = makeSnapshot(row.device, parts);
  /* Whoever asks by a hash has to get what bears it: an outage would be judged by something else. */
  if (snapshot.hash !== hash)
    throw new Error(`the stored snapshot ${hash} of ${row.device} is damaged: its content differs`);
  return snapshot;
}
