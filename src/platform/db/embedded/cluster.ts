import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { DatabaseFault } from "../fault.ts";
import { type Account, giveTo, identityOf, makerAccount } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { DATABASE_USER, PORT } from "./socket.ts";

/** What a database needs to be started. */
export interface ClusterOptions {
  /** PostgreSQL's own folder. */
  readonly folder: string;
  readonly binaries: Binaries;
  readonly account: Account;
  /** Settings beside ours: a test does without fsync. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told each line that PostgreSQL logs. */
  readonly onLine?: (line: string) => void;
}

/** A database that runs as a child of this process. */
export interface Cluster {
  readonly kind: "cluster";
  /** In words how it ended, whether it was stopped or not. */
  readonly ended: Promise<string>;
  /** Cleanly, whoever is connected. */
  stop(): Promise<void>;
}

const PRIVATE = 0o700;

/**
 * Makes an empty database where there is none. It comes to its place whole: an attempt that was killed
 * leaves nothing that would be taken for one.
 */
export async function makeCluster(options: ClusterOptions): Promise<DatabaseFault | null> {
  const { folder, binaries, account } = options;
  if (existsSync(join(folder, "PG_VERSION"))) return null;
  const unfinished = `${folder}.new-${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: PRIVATE });
  const maker = makerAccount(account);
  giveTo(maker, unfinished);
  const words = [
    "-D",
    ".",
    "-U",
    DATABASE_USER,
    "--encoding=UTF8",
    "--locale=C",
    "--no-instructions",
  ];
  const child = spawn(
    join(binaries.folder, "initdb"),
    [...words, "--auth-local=trust", "--auth-host=reject"],
    { cwd: unfinished, stdio: ["ignore", "pipe", "pipe"], ...identityOf(maker) },
  );
  const said = lastLines(child);
  const end = await ending(child);
  if (end !== "code 0") {
    rmSync(unfinished, { recursive: true, force: true });
    return failed("the database could not be made", end, said());
  }
  giveTo(account, unfinished);
  /* Who came first wins; the other one's is as good. */
  if (existsSync(folder)) rmSync(unfinished, { recursive: true, force: true });
  else renameSync(unfinished, folder);
  return null;
}

/** PostgreSQL says so once it takes connections (its messages are in English: `lc_messages`). */
const READY = "database system is ready to accept connections";

/** Starts a database, and waits until it takes connections. */
export async function startCluster(options: ClusterOptions): Promise<Cluster | DatabaseFault> {
  const { folder, binaries, account, onLine } = options;
  const child = spawn(
    join(binaries.folder, "postgres"),
    Object.entries({ ...SETTINGS, ...options.settings }).flatMap(([key, value]) => [
      "-c",
      `${key}=${value}`,
    ]),
    /* In a session of its own: Ctrl-C is for us, and we end it when we have done with it. */
    {
      cwd: folder,
      detached: true,
      env: { PGDATA: folder, LC_ALL: "C", TZ: "UTC" },
      stdio: ["ignore", "ignore", "pipe"],
      ...identityOf(account),
    },
  );
  const said = lastLines(child);
  const ended = ending(child);
  const ready = new Promise<"ready">((resolve) => {
    if (child.stderr === null) return;
    createInterface({ input: child.stderr }).on("line", (line) => {
      onLine?.(line);
      if (line.includes(READY)) resolve("ready");
    });
  });
  const first = await Promise.race([ready, ended]);
  if (first !== "ready") return failed("the database does not start", first, said());
  return { kind: "cluster", ended, stop: () => stop(child, ended) };
}

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: "",
  port: String(PORT),
  /* Relative to its own folder, so that no path is too long for the server (107 bytes, unix(7)). */
  unix_socket_directories: ".",
  unix_socket_permissions: "0700",
  fsync: "on",
  lc_messages: "C",
  logging_collector: "off",
  log_checkpoints: "off",
};

/** Milliseconds that a fast shutdown may take before it is an immediate one. */
const STOP_MS = 30_000;

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  /* SIGINT: sessions are ended, everything is written; SIGQUIT: recovered at the next start. */
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGQUIT"), STOP_MS);
  await ended;
  clearTimeout(timer);
}

async function ending(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = await once(child, "exit");
    return signal === null ? `code ${code}` : `signal ${signal}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Lines of a program that are kept for the case that it fails. */
const KEPT_LINES = 10;

function lastLines(child: ChildProcess): () => string {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    if (stream !== null)
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (lines.length > KEPT_LINES) lines.shift();
      });
  return () => lines.join("\n");
}

function failed(what: string, end: string, said: string): DatabaseFault {
  return {
    kind: "fault",
    message: `${what} (${end})${said === "" ? "" : `\n${said}`}`,
    help: "the lines above are PostgreSQL's own; DATABASE_URL names another one",
  };
}
