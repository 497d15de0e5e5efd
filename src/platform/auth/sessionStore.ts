import type { Generated, Selectable } from "kysely";
import type { Database, Migration } from "../db/database.ts";
import type { Role } from "./actor.ts";

/** How somebody came in: with a password, as the person of a demo, or with the account for emergencies. */
export type SessionWay = "password" | "demo" | "breakGlass";

/** Somebody who is logged in with a browser. */
export interface StoredSession {
  readonly id: number;
  readonly login: string;
  readonly way: SessionWay;
  /** What the person had when they logged in: one who loses a role logs in anew. */
  readonly roles: readonly Role[];
  readonly createdMs: number;
  /** When it was used last, to the minute. */
  readonly usedMs: number;
  /** When it is over, however much it is used. */
  readonly endMs: number;
  /** Where the login came from, and with what, as that program calls itself. */
  readonly address: string;
  readonly agent: string;
}

type Tables = { auth_session: SessionTable };

interface SessionTable {
  id: Generated<number>;
  hash: string;
  login: string;
  way: SessionWay;
  roles: string;
  created_ms: number;
  used_ms: number;
  end_ms: number;
  address: string;
  agent: string;
}

export const SESSION_MIGRATION: Migration = {
  name: "auth-002-sessions",
  up: async ({ schema }) => {
    await schema
      .createTable("auth_session")
      .addColumn("id", "serial", (column) => column.primaryKey())
      .addColumn("hash", "text", (column) => column.notNull().unique())
      .addColumn("login", "text", (column) => column.notNull())
      .addColumn("way", "text", (column) => column.notNull())
      .addColumn("roles", "text", (column) => column.notNull())
      .addColumn("created_ms", "bigint", (column) => column.notNull())
      .addColumn("used_ms", "bigint", (column) => column.notNull())
      .addColumn("end_ms", "bigint", (column) => column.notNull())
      .addColumn("address", "text", (column) => column.notNull())
      .addColumn("agent", "text", (column) => column.notNull())
      .execute();
    await schema
      .createIndex("auth_session_login")
      .on("auth_session")
      .columns(["login", "id"])
      .execute();
  },
};

export async function addSession(
  database: Database,
  hash: string,
  session: Omit<StoredSession, "id">,
): Promise<StoredSession> {
  const { login, way, roles, createdMs, usedMs, endMs, address, agent } = session;
  const row = await database
    .withTables<Tables>()
    .insertInto("auth_session")
    .values({
      hash,
      login,
      way,
      roles: JSON.stringify(roles),
      created_ms: createdMs,
      used_ms: usedMs,
      end_ms: endMs,
      address,
      agent,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  return toSession(row);
}

/** Null: there is none. */
export async function sessionByHash(
  database: Database,
  hash: string,
): Promise<StoredSession | null> {
  const row = await database
    .withTables<Tables>()
    .selectFrom("auth_session")
    .selectAll()
    .where("hash", "=", hash)
    .executeTakeFirst();
  return row === undefined ? null : toSession(row);
}

/** Newest first. */
export async function sessionsOf(
  database: Database,
  login: string,
): Promise<readonly StoredSession[]> {
  const rows = await database
    .withTables<Tables>()
    .selectFrom("auth_session")
    .selectAll()
    .where("login", "=", login)
    .orderBy("id", "desc")
    .execute();
  return rows.map(toSession);
}

export async function noteUse(database: Database, id: number, nowMs: number): Promise<void> {
  await database
    .withTables<Tables>()
    .updateTable("auth_session")
    .set({ used_ms: nowMs })
    .where("id", "=", id)
    .execute();
}

/** False: it was gone already. */
export async function removeSession(database: Database, id: number): Promise<boolean> {
  const gone = await database
    .withTables<Tables>()
    .deleteFrom("auth_session")
    .where("id", "=", id)
    .executeTakeFirst();
  return gone.numDeletedRows > 0n;
}

/** Takes away what is over: since its end, or since nobody used it. */
export async function removeOver(database: Database, nowMs: number, idleMs: number): Promise<void> {
  await database
    .withTables<Tables>()
    .deleteFrom("auth_session")
    .where((where) =>
      where.or([where("end_ms", "<=", nowMs), where("used_ms", "<=", nowMs - idleMs)]),
    )
    .execute();
}

function toSession(row: Selectable<SessionTable>): StoredSession {
  const { id, login, way, address, agent } = row;
  return {
    id,
    login,
    way,
    roles: JSON.parse(row.roles),
    createdMs: row.created_ms,
    usedMs: row.used_ms,
    endMs: row.end_ms,
    address,
    agent,
  };
}
