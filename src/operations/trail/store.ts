import { sql } from "kysely";
import type { Database, Migration } from "../../platform/db/database.ts";
import { BEGINNING } from "./chain.ts";
import type { TrailEntry, TrailHead, TrailValue } from "./model.ts";

type TrailTables = {
  readonly trail_entry: {
    readonly number: number;
    readonly at_ms: number;
    readonly actor: string;
    readonly kind: string;
    readonly subject: string;
    /** Not `jsonb`, which would not keep what was written. */
    readonly details: string;
    readonly previous_hash: string;
    readonly hash: string;
  };
};

export const TRAIL_MIGRATIONS: readonly Migration[] = [
  {
    name: "trail-001-entries",
    up: async (database) => {
      await database.schema
        .createTable("trail_entry")
        .addColumn("number", "bigint", (column) => column.primaryKey())
        .addColumn("at_ms", "double precision", (column) => column.notNull())
        .addColumn("actor", "text", (column) => column.notNull())
        .addColumn("kind", "text", (column) => column.notNull())
        .addColumn("subject", "text", (column) => column.notNull())
        .addColumn("details", "json", (column) => column.notNull())
        .addColumn("previous_hash", "text", (column) => column.notNull())
        .addColumn("hash", "text", (column) => column.notNull())
        .execute();
      await database.schema
        .createIndex("trail_entry_subject")
        .on("trail_entry")
        .columns(["subject", "number"])
        .execute();
      await sql`
        create function refuse_to_change_the_trail() returns trigger language plpgsql as
        $$ begin raise exception 'the trail is append-only'; end $$`.execute(database);
      await sql`
        create trigger trail_entry_stays before update or delete or truncate on trail_entry
        for each statement execute function refuse_to_change_the_trail()`.execute(database);
    },
  },
];

/** Which entries are wanted, last to first. */
export interface TrailPage {
  /** Those with a smaller number; null: from the last on. */
  readonly before: number | null;
  readonly limit: number;
  /** Null: whatever they are about. */
  readonly subject: string | null;
}

export interface TrailStore {
  /** Keeps the trail to itself until the transaction ends: nobody else may append in between. */
  head(transaction: Database): Promise<TrailHead>;
  add(transaction: Database, entry: TrailEntry): Promise<void>;
  page(page: TrailPage): Promise<readonly TrailEntry[]>;
  /** Entries behind a number, first to last. */
  following(number: number, limit: number): Promise<readonly TrailEntry[]>;
}

/** Any number that no other lock of ours has. */
const LOCK = 7127;

export function trailStore(database: Database): TrailStore {
  const tables = database.withTables<TrailTables>();
  return {
    async head(transaction) {
      await sql`select pg_advisory_xact_lock(${LOCK})`.execute(transaction);
      const last = await transaction
        .withTables<TrailTables>()
        .selectFrom("trail_entry")
        .select(["number", "hash"])
        .orderBy("number", "desc")
        .limit(1)
        .executeTakeFirst();
      return last ?? BEGINNING;
    },
    async add(transaction, { atMs, previousHash, details, ...rest }) {
      await transaction
        .withTables<TrailTables>()
        .insertInto("trail_entry")
        .values({
          ...rest,
          at_ms: atMs,
          previous_hash: previousHash,
          details: JSON.stringify(details),
        })
        .execute();
    },
    async page({ before, limit, subject }) {
      let query = tables.selectFrom("trail_entry").selectAll().orderBy("number", "desc");
      if (before !== null) query = query.where("number", "<", before);
      if (subject !== null) query = query.where("subject", "=", subject);
      return (await query.limit(limit).execute()).map(toEntry);
    },
    async following(number, limit) {
      const rows = await tables
        .selectFrom("trail_entry")
        .selectAll()
        .where("number", ">", number)
        .orderBy("number")
        .limit(limit)
        .execute();
      return rows.map(toEntry);
    },
  };
}

/** `pg` reads `json` by itself; a row that somebody wrote by hand may hold anything. */
type Row = Omit<TrailTables["trail_entry"], "details"> & { readonly details: unknown };

function toEntry({ at_ms, previous_hash, details, ...rest }: Row): TrailEntry {
  return { ...rest, atMs: at_ms, previousHash: previous_hash, details: toDetails(details) };
}

function toDetails(value: unknown): Readonly<Record<string, TrailValue>> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, TrailValue>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
