import type { Generated, Selectable } from "kysely";
import type { Database, Migration } from "../db/database.ts";
import { ACCOUNT_MIGRATION } from "./accountStore.ts";
import type { Role } from "./actor.ts";
import { BREAK_GLASS_MIGRATION } from "./breakGlassStore.ts";
import { SESSION_MIGRATION } from "./sessionStore.ts";

export interface StoredToken {
  readonly id: number;
  readonly login: string;
  readonly roles: readonly Role[];
  readonly purpose: string;
  readonly createdMs: number;
  readonly expiresMs: number;
  /** Null: it was not taken back. */
  readonly revokedMs: number | null;
}

type Tables = { auth_token: TokenTable };

interface TokenTable {
  id: Generated<number>;
  hash: string;
  login: string;
  roles: string;
  purpose: string;
  created_ms: number;
  expires_ms: number;
  revoked_ms: number | null;
}

export const AUTH_MIGRATIONS: readonly Migration[] = [
  {
    name: "auth-001-tokens",
    up: async ({ schema }) => {
      await schema
        .createTable("auth_token")
        .addColumn("id", "serial", (column) => column.primaryKey())
        .addColumn("hash", "text", (column) => column.notNull().unique())
        .addColumn("login", "text", (column) => column.notNull())
        .addColumn("roles", "text", (column) => column.notNull())
        .addColumn("purpose", "text", (column) => column.notNull())
        .addColumn("created_ms", "bigint", (column) => column.notNull())
        .addColumn("expires_ms", "bigint", (column) => column.notNull())
        .addColumn("revoked_ms", "bigint")
        .execute();
    },
  },
  SESSION_MIGRATION,
  ACCOUNT_MIGRATION,
  BREAK_GLASS_MIGRATION,
];

export async function addToken(
  database: Database,
  hash: string,
  { login, roles, purpose, createdMs, expiresMs }: Omit<StoredToken, "id" | "revokedMs">,
): Promise<StoredToken> {
  const row = await database
    .withTables<Tables>()
    .insertInto("auth_token")
    .values({
      hash,
      login,
      roles: JSON.stringify(roles),
      purpose,
      created_ms: createdMs,
      expires_ms: expiresMs,
      revoked_ms: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toToken(row);
}

/** Null: there is none. */
export async function tokenByHash(database: Database, hash: string): Promise<StoredToken | null> {
  const row = await database
    .withTables<Tables>()
    .selectFrom("auth_token")
    .selectAll()
    .where("hash", "=", hash)
    .executeTakeFirst();
  return row === undefined ? null : toToken(row);
}

/** Newest first. */
export async function listTokens(database: Database): Promise<readonly StoredToken[]> {
  const rows = await database
    .withTables<Tables>()
    .selectFrom("auth_token")
    .selectAll()
    .orderBy("id", "desc")
    .execute();
  return rows.map(toToken);
}

export interface RevokedToken {
  /** Null: there is none of this number. */
  readonly token: StoredToken | null;
  /** False: it was taken back before, and keeps that moment. */
  readonly isNew: boolean;
}

export async function revokeToken(
  database: Database,
  id: number,
  nowMs: number,
): Promise<RevokedToken> {
  const tables = database.withTables<Tables>();
  const revoked = await tables
    .updateTable("auth_token")
    .set({ revoked_ms: nowMs })
    .where("id", "=", id)
    .where("revoked_ms", "is", null)
    .returningAll()
    .executeTakeFirst();
  if (revoked !== undefined) return { token: toToken(revoked), isNew: true };
  const found = await tables
    .selectFrom("auth_token")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return { token: found === undefined ? null : toToken(found), isNew: false };
}

function toToken(row: Selectable<TokenTable>): StoredToken {
  return {
    id: row.id,
    login: row.login,
    roles: JSON.parse(row.roles),
    purpose: row.purpose,
    createdMs: row.created_ms,
    expiresMs: row.expires_ms,
    revokedMs: row.revoked_ms,
  };
}
