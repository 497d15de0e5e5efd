import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { Client, type ClientConfig } from "pg";
import type { DatabaseFault } from "./fault.ts";

/*
 * A database has one server at a time: two would lead the same apply. A lock of the session, on a connection
 * of its own, is gone with the process that held it, and says so where the connection breaks.
 */

/** Nobody else has this database, as long as `lost` says nothing. */
export interface Alone {
  readonly kind: "alone";
  /** In words, once another server may have it. */
  readonly lost: Promise<string>;
  end(): Promise<void>;
}

/** Any number that no other lock of ours has. */
const LOCK = 7128;
/** Milliseconds between two questions whether the connection still stands, and for the answer. */
const BEAT_MS = 5_000;
const ANSWER_MS = 10_000;
/** Milliseconds that a server before, which has just been killed, may still be known to the database. */
const PATIENCE_MS = 3_000;
const ASK_MS = 100;

export async function beAlone(connection: ClientConfig): Promise<Alone | DatabaseFault> {
  const client = new Client({
    ...connection,
    application_name: `premortem on ${hostname()}, process ${process.pid}`,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
  });
  const broken = new Promise<string>((resolve) => {
    client.on("error", ({ message }) => resolve(message));
    client.on("end", () => resolve("the connection ended"));
  });
  await client.connect();
  if (!(await take(client))) {
    const holder = await holderOf(client);
    await client.end();
    return {
      kind: "fault",
      message: `another server uses this database: ${holder}`,
      help: "stop it, or name another database: two servers would lead the same apply",
    };
  }
  return hold(client, broken);
}

async function take(client: Client): Promise<boolean> {
  const untilMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await client.query("select pg_try_advisory_lock($1) as taken", [LOCK]);
    if (rows[0]?.taken === true) return true;
    if (performance.now() > untilMs) return false;
    await pause(ASK_MS);
  }
}

async function holderOf(client: Client): Promise<string> {
  const { rows } = await client.query(
    `select application_name as name from pg_stat_activity join pg_locks using (pid)
     where locktype = 'advisory' and objid = $1 and granted
     and pg_locks.database = (select oid from pg_database where datname = current_database())`,
    [LOCK],
  );
  const name: unknown = rows[0]?.name;
  return typeof name === "string" && name !== "" ? name : "it does not say which";
}

function hold(client: Client, broken: Promise<string>): Alone {
  let isEnding = false;
  const lost = new Promise<string>((resolve) => {
    const tell = (how: string) => {
      clearInterval(timer);
      if (!isEnding) resolve(`the lock on the database is lost: ${how}`);
    };
    /* A connection that is cut off in between breaks at its next use alone. */
    const timer = setInterval(() => {
      client.query("select 1").catch((error: unknown) => tell(String(error)));
    }, BEAT_MS);
    void broken.then(tell);
  });
  return {
    kind: "alone",
    lost,
    end: async () => {
      isEnding = true;
      await client.end();
    },
  };
}
