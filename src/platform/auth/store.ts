import type { Generated, Selectable } from "kysely";
import type { Database, Migration } from "../db/database.ts";
import type { Role } from "./actor.ts";

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
];

export interface TokenStore {
  add(hash: string, token: Omit<StoredToken, "id" | "revokedMs">): Promise<StoredToken>;
  byHash(hash: string): Promise<StoredToken | null>;
  /** Newest first. */
  list(): Promise<readonly StoredToken[]>;
  /** Null: there is none of this number. */
  revoke(id: number, nowMs: number): Promise<StoredToken | null>;
}

export function tokenStore(database: Database): TokenStore {
  const tables = database.withTables<Tables>();
  return {
    async add(hash, { login, roles, purpose, createdMs, expiresMs }) {
      const row = await tables
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
    },
    async byHash(hash) {
      const row = await tables
        .selectFrom("auth_token")
        .selectAll()
        .where("hash", "=", hash)
        .executeTakeFirst();
      return row === undefined ? null : toToken(row);
    },
    async list() {
      const rows = await tables
        .selectFrom("auth_token")
        .selectAll()
        .orderBy("id", "desc")
        .execute();
      return rows.map(toToken);
    },
    async revoke(id, nowMs) {
      const row = await tables
        .updateTable("auth_token")
        .set(({ fn, val }) => ({ revoked_ms: fn.coalesce("revoked_ms", val(nowMs)) }))
        .where("id", "=", id)
        .returningAll()
        .executeTakeFirst();
      return row === undefined ? null : toToken(row);
    },
  };
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
