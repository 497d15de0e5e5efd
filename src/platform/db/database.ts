import type { Kysely } from "kysely";

/**
 * The database, before anybody says which tables there are: each store names its own with
 * `database.withTables<OwnTables>()`, so that none of them sees the others'.
 */
export type Database = Kysely<Record<never, never>>;

/** A step from one form of the tables to the next; its name says the order, and is never used again. */
export interface Migration {
  /** `trail-001-entries`. */
  readonly name: string;
  readonly up: (database: Database) => Promise<void>;
}
