import type { Database, Migration } from "../../platform/db/database.ts";

/** Somebody wants to adopt what keeps fewer promises than the baseline; the newest of each device holds. */
export interface AdoptionAsk {
  readonly device: string;
  /** Of the snapshot that is to be adopted. */
  readonly hash: string;
  readonly login: string;
  readonly atMs: number;
  /** Of the baseline that it was held against. */
  readonly baseline: string;
  /** Intents that the baseline holds, and this does not. */
  readonly lost: readonly string[];
}

type Tables = {
  adoption_ask: {
    readonly device: string;
    readonly at_ms: number;
    readonly document: string;
  };
};

export const ADOPTION_MIGRATION: Migration = {
  name: "change-003-adoptions",
  up: async ({ schema }) => {
    await schema
      .createTable("adoption_ask")
      .addColumn("device", "text", (column) => column.primaryKey())
      .addColumn("at_ms", "bigint", (column) => column.notNull())
      .addColumn("document", "text", (column) => column.notNull())
      .execute();
  },
};

export async function saveAsk(database: Database, ask: AdoptionAsk): Promise<void> {
  const row = { at_ms: ask.atMs, document: JSON.stringify(ask) };
  await database
    .withTables<Tables>()
    .insertInto("adoption_ask")
    .values({ device: ask.device, ...row })
    .onConflict((conflict) => conflict.column("device").doUpdateSet(row))
    .execute();
}

/** Null: nobody has asked since then. */
export async function findAsk(
  database: Database,
  device: string,
  sinceMs: number,
): Promise<AdoptionAsk | null> {
  const row = await database
    .withTables<Tables>()
    .selectFrom("adoption_ask")
    .select("document")
    .where("device", "=", device)
    .where("at_ms", ">=", sinceMs)
    .executeTakeFirst();
  return row === undefined ? null : JSON.parse(row.document);
}

export async function removeAsk(database: Database, device: string): Promise<void> {
  await database
    .withTables<Tables>()
    .deleteFrom("adoption_ask")
    .where("device", "=", device)
    .execute();
}
