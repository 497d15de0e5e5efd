import { sql } from "kysely";
import type { Database, Migration } from "../../platform/db/database.ts";

type Tables = { load_number: { device: string; last: number } };

/** Numbers were those of applies alone; a revert took one too, and left it nowhere. */
export const NUMBERS_MIGRATION: Migration = {
  name: "apply-003-numbers",
  up: async (database) => {
    await database.schema
      .createTable("load_number")
      .addColumn("device", "text", (column) => column.primaryKey())
      .addColumn("last", "bigint", (column) => column.notNull())
      .execute();
    await sql`
      insert into load_number (device, last)
      select device, max(number) from apply group by device`.execute(database);
  },
};

/**
 * The number that a device knows the next load by: greater than that of each one before, whatever the clock does. An
 * older load can do nothing any more.
 */
export async function takeNumber(
  database: Database,
  device: string,
  nowMs: number,
): Promise<number> {
  const { last } = await database
    .withTables<Tables>()
    .insertInto("load_number")
    .values({ device, last: nowMs })
    .onConflict((conflict) =>
      conflict.column("device").doUpdateSet({
        last: sql`greatest(load_number.last + 1, excluded.last)`,
      }),
    )
    .returning("last")
    .executeTakeFirstOrThrow();
  return Number(last);
}
