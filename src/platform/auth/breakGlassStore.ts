import type { Database, Migration } from "../db/database.ts";

type Tables = { auth_break_glass: { id: number; hash: string; made_ms: number } };

export const BREAK_GLASS_MIGRATION: Migration = {
  name: "auth-004-break-glass",
  up: async ({ schema }) => {
    await schema
      .createTable("auth_break_glass")
      .addColumn("id", "integer", (column) => column.primaryKey())
      .addColumn("hash", "text", (column) => column.notNull())
      .addColumn("made_ms", "bigint", (column) => column.notNull())
      .execute();
  },
};

/** There is one such account. */
const ONLY = 1;

export async function saveBreakGlass(
  database: Database,
  hash: string,
  nowMs: number,
): Promise<void> {
  const values = { hash, made_ms: nowMs };
  await database
    .withTables<Tables>()
    .insertInto("auth_break_glass")
    .values({ id: ONLY, ...values })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(values))
    .execute();
}

/** Null: nobody has made one. */
export async function breakGlassHash(database: Database): Promise<string | null> {
  const row = await database
    .withTables<Tables>()
    .selectFrom("auth_break_glass")
    .select("hash")
    .executeTakeFirst();
  return row?.hash ?? null;
}
