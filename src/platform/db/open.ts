import { Kysely, PostgresDialect } from "kysely";
import { Pool, type PoolConfig, types } from "pg";
import { type Alone, beAlone } from "./alone.ts";
import type { Database } from "./database.ts";
import { openEmbedded } from "./embedded/open.ts";
import type { DatabaseFault } from "./fault.ts";

/** Which database is meant. */
export type Where =
  /** A PostgreSQL that somebody else looks after, 15 or newer: `DATABASE_URL`. */
  | { readonly kind: "url"; readonly url: string }
  /** One of our own, in a data folder. */
  | {
      readonly kind: "folder";
      readonly folder: string;
      /** A folder of PostgreSQL's programs; null: those that came with premortem. */
      readonly binaries?: string | null;
      readonly onLine?: (line: string) => void;
    };

export interface OpenedDatabase {
  readonly kind: "opened";
  readonly database: Database;
  /** Keeps other servers away from it, until its end. */
  beAlone(): Promise<Alone | DatabaseFault>;
  /** Tells in words that our own database process is gone. One by URL comes back by itself. */
  readonly lost: Promise<string>;
  /** Ends connections, and the process where it is ours. */
  close(): Promise<void>;
}

/** PostgreSQL 15, the oldest that is tested. */
const OLDEST_VERSION = 150_000;

/** Opens a database. */
export async function openDatabase(where: Where): Promise<OpenedDatabase | DatabaseFault> {
  if (where.kind === "url") return openUrl(where.url);
  const embedded = await openEmbedded(where);
  if (embedded.kind === "fault") return embedded;
  const { database, end } = connected(embedded.connection);
  return {
    kind: "opened",
    database,
    beAlone: () => beAlone(embedded.connection),
    lost: embedded.lost,
    close: async () => {
      await end();
      await embedded.close();
    },
  };
}

async function openUrl(url: string): Promise<OpenedDatabase | DatabaseFault> {
  const { database, pool, end } = connected({ connectionString: url });
  try {
    const { rows } = await pool.query("show server_version_num");
    if (Number(rows[0]?.server_version_num) < OLDEST_VERSION) {
      await end();
      return {
        kind: "fault",
        message: "the PostgreSQL of DATABASE_URL is older than 15",
        help: "name a newer one, or none: premortem brings its own",
      };
    }
  } catch (error) {
    await end();
    const said = error instanceof Error && error.message !== "" ? error.message : String(error);
    return {
      kind: "fault",
      message: `the database of DATABASE_URL does not answer: ${said}`,
      help: "look at host, user, password and database in DATABASE_URL",
    };
  }
  return {
    kind: "opened",
    database,
    beAlone: () => beAlone({ connectionString: url }),
    lost: new Promise(() => undefined),
    close: end,
  };
}

/** Connections at a time. */
const MAXIMUM_CONNECTIONS = 10;
/** Milliseconds to wait for a connection, and for a statement. */
const CONNECT_MS = 10_000;
const STATEMENT_MS = 60_000;

function connected(config: PoolConfig) {
  const pool = new Pool({
    ...config,
    max: MAXIMUM_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: STATEMENT_MS,
    types: { getTypeParser: parserOf },
  });
  /* An idle connection that breaks is replaced at its next use, and the use tells. */
  pool.on("error", () => undefined);
  /* One that breaks in the middle of a transaction tells so twice: by the next query, and by an event that nobody
   * listens to, which would end the process. */
  pool.on("connect", (client) => client.on("error", () => undefined));
  const database: Database = new Kysely({ dialect: new PostgresDialect({ pool }) });
  return { database, pool, end: () => database.destroy() };
}

/** PostgreSQL's number of the type `bigint`. */
const BIGINT = 20;

/** As `pg` has it, but 64-bit numbers as numbers: ours are counts and milliseconds. */
const parserOf: typeof types.getTypeParser = (type: number, format?: "text" | "binary") =>
  type === BIGINT && format !== "binary" ? toSafeNumber : types.getTypeParser(type, format);

function toSafeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is not exact as a number`);
  return value;
}
