import type { Database, Migration } from "../db/database.ts";

type Tables = { auth_account: AccountTable; auth_link: LinkTable };

interface AccountTable {
  login: string;
  password_hash: string;
  changed_ms: number;
}

interface LinkTable {
  hash: string;
  login: string;
  made_by: string;
  expires_ms: number;
}

/** A link with which a person chooses a password, once. */
export interface StoredLink {
  readonly login: string;
  readonly madeBy: string;
  readonly expiresMs: number;
}

export const ACCOUNT_MIGRATION: Migration = {
  name: "auth-003-accounts",
  up: async ({ schema }) => {
    await schema
      .createTable("auth_account")
      .addColumn("login", "text", (column) => column.primaryKey())
      .addColumn("password_hash", "text", (column) => column.notNull())
      .addColumn("changed_ms", "bigint", (column) => column.notNull())
      .execute();
    await schema
      .createTable("auth_link")
      .addColumn("hash", "text", (column) => column.primaryKey())
      /* One for each person: another one takes its place. */
      .addColumn("login", "text", (column) => column.notNull().unique())
      .addColumn("made_by", "text", (column) => column.notNull())
      .addColumn("expires_ms", "bigint", (column) => column.notNull())
      .execute();
  },
};

/** Null: the person has none. */
export async function passwordHashOf(database: Database, login: string): Promise<string | null> {
  const row = await database
    .withTables<Tables>()
    .selectFrom("auth_account")
    .select("password_hash")
    .where("login", "=", login)
    .executeTakeFirst();
  return row?.password_hash ?? null;
}

export async function savePassword(
  database: Database,
  login: string,
  hash: string,
  nowMs: number,
): Promise<void> {
  const values = { password_hash: hash, changed_ms: nowMs };
  await database
    .withTables<Tables>()
    .insertInto("auth_account")
    .values({ login, ...values })
    .onConflict((conflict) => conflict.column("login").doUpdateSet(values))
    .execute();
}

/** False: there was none. */
export async function removePassword(database: Database, login: string): Promise<boolean> {
  const gone = await database
    .withTables<Tables>()
    .deleteFrom("auth_account")
    .where("login", "=", login)
    .executeTakeFirst();
  return gone.numDeletedRows > 0n;
}

/** When each person has changed their password, by login. */
export async function passwordTimes(database: Database): Promise<ReadonlyMap<string, number>> {
  const rows = await database
    .withTables<Tables>()
    .selectFrom("auth_account")
    .select(["login", "changed_ms"])
    .execute();
  return new Map(rows.map(({ login, changed_ms }) => [login, changed_ms]));
}

/** Takes the place of another one of the same person. */
export async function saveLink(
  database: Database,
  hash: string,
  { login, madeBy, expiresMs }: StoredLink,
): Promise<void> {
  const values = { hash, made_by: madeBy, expires_ms: expiresMs };
  await database
    .withTables<Tables>()
    .insertInto("auth_link")
    .values({ login, ...values })
    .onConflict((conflict) => conflict.column("login").doUpdateSet(values))
    .execute();
}

/** Null: there is none. */
export async function linkByHash(database: Database, hash: string): Promise<StoredLink | null> {
  const row = await database
    .withTables<Tables>()
    .selectFrom("auth_link")
    .selectAll()
    .where("hash", "=", hash)
    .executeTakeFirst();
  return row === undefined ? null : toLink(row);
}

/** Takes it away, so that it is used once; null: it is gone already. */
export async function takeLink(database: Database, hash: string): Promise<StoredLink | null> {
  const row = await database
    .withTables<Tables>()
    .deleteFrom("auth_link")
    .where("hash", "=", hash)
    .returningAll()
    .executeTakeFirst();
  return row === undefined ? null : toLink(row);
}

export async function removeLinkOf(database: Database, login: string): Promise<void> {
  await database.withTables<Tables>().deleteFrom("auth_link").where("login", "=", login).execute();
}

export async function listLinks(database: Database): Promise<readonly StoredLink[]> {
  const rows = await database.withTables<Tables>().selectFrom("auth_link").selectAll().execute();
  return rows.map(toLink);
}

function toLink({ login, made_by, expires_ms }: LinkTable): StoredLink {
  return { login, madeBy: made_by, expiresMs: expires_ms };
}
