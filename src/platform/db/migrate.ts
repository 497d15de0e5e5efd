import { sql } from "kysely";
import type { Database, Migration } from "./database.ts";
import { codeOf, type DatabaseFault } from "./fault.ts";

/** Any number that no other lock of ours has. */
const LOCK = 7126;

/**
 * Brings the tables to their newest form: those of one owner in the order of their names, owners in the order
 * given. Each step is one transaction with its mark, and one server takes it; what is done is not done again.
 *
 * @returns names of the steps that were taken, or why the database's user may not take them
 */
export async function migrate(
  database: Database,
  owners: readonly (readonly Migration[])[],
): Promise<readonly string[] | DatabaseFault> {
  try {
    return await takeAll(database, owners);
  } catch (error) {
    if (codeOf(error) !== NOT_ALLOWED) throw error;
    return {
      kind: "fault",
      message: `the database's user may not make its tables: ${error instanceof Error ? error.message : String(error)}`,
      help: "give it a database or a schema of its own: `create database premortem owner USER`",
    };
  }
}

/** `insufficient_privilege` (PostgreSQL, appendix A). */
const NOT_ALLOWED = "42501";

async function takeAll(
  database: Database,
  owners: readonly (readonly Migration[])[],
): Promise<readonly string[]> {
  const steps = owners.flatMap((migrations) =>
    [...migrations].sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
  const names = new Set(steps.map(({ name }) => name));
  if (names.size < steps.length) throw new Error("two migrations have the same name");
  await prepare(database);
  const taken: string[] = [];
  for (const step of steps) if (await take(database, step)) taken.push(step.name);
  return taken;
}

type Tables = { migration: { name: string; at: Date } };

async function prepare(database: Database): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    await lock(transaction);
    await transaction.schema
      .createTable("migration")
      .ifNotExists()
      .addColumn("name", "text", (column) => column.primaryKey())
      .addColumn("at", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
      .execute();
  });
}

async function take(database: Database, { name, up }: Migration): Promise<boolean> {
  return database.transaction().execute(async (transaction) => {
    await lock(transaction);
    const marks = transaction.withTables<Tables>();
    const done = await marks.selectFrom("migration").where("name", "=", name).executeTakeFirst();
    if (done !== undefined) return false;
    await up(transaction);
    await marks.insertInto("migration").values({ name, at: new Date() }).execute();
    return true;
  });
}

/** Until the end of the transaction. */
function lock(transaction: Database): Promise<unknown> {
  return sql`select pg_advisory_xact_lock(${LOCK})`.execute(transaction);
}
