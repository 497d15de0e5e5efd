import { linkSync, readFileSync, readlinkSync, realpathSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client } from "pg";
import { codeOf, type DatabaseFault } from "../fault.ts";
import { connectionTo, type SocketFolder } from "./socket.ts";

/*
 * A data folder has one server at a time. PostgreSQL itself sees to it that a folder has one database process
 * (it makes `postmaster.pid` or fails); that process carries who started it as a setting. So whoever finds a
 * database there can tell another server from the orphan of one that was killed.
 */

/** A setting of ours, which PostgreSQL keeps for us. */
export const OWNER_SETTING = "premortem.owner";

/** This process: its number comes back after a while, together with its start it does not. */
export function ownName(): string {
  return `${process.pid}:${startOf(process.pid)}`;
}

/** What is found in a data folder. */
export type Found =
  | { readonly kind: "nothing" }
  /** Its server is gone. */
  | { readonly kind: "orphan" }
  | DatabaseFault;

/** Milliseconds between questions to a database that is starting or stopping: it tells nobody. */
const ASK_MS = 50;
/** Questions until it is given up: half a minute. */
const MAXIMUM_QUESTIONS = 600;

/** Asks the database that runs in a folder whose it is. */
export async function findOwner(folder: string, { path }: SocketFolder): Promise<Found> {
  for (let question = 0; question < MAXIMUM_QUESTIONS; question++) {
    const client = new Client(connectionTo(path, "postgres"));
    /* A database that is being stopped breaks the connection. */
    client.on("error", () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query("select current_setting($1, true) as owner", [
        OWNER_SETTING,
      ]);
      await client.end();
      return judge(String(rows[0]?.owner ?? ""));
    } catch (error) {
      const isNobody = NOBODY.has(codeOf(error) ?? "");
      /* A process without a socket is starting, or nearly gone. */
      if (isNobody && !isServed(folder)) return { kind: "nothing" };
      await pause(ASK_MS);
    }
  }
  return {
    kind: "fault",
    message: "the database in the data folder neither starts nor stops",
    help: "look at what its processes wait for, or end them",
  };
}

/** What the system says where nobody listens. */
const NOBODY: ReadonlySet<string> = new Set(["ENOENT", "ECONNREFUSED"]);

function judge(owner: string): Found {
  const [pid = "", start = ""] = owner.split(":");
  if (start === "")
    return {
      kind: "fault",
      message: "a database that premortem did not start runs in the data folder",
      help: "stop it, or name another folder with `--data`",
    };
  if (startOf(Number(pid)) !== start) return { kind: "orphan" };
  return {
    kind: "fault",
    message: `another server (process ${pid}) uses this data folder`,
    help: `stop it (\`kill ${pid}\`), or start this one with another \`--data\``,
  };
}

/** When a process started, in ticks since the machine did (field 22 of proc_pid_stat(5)); "": it is gone. */
function startOf(pid: number): string {
  try {
    const [state = "", ...fields] = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return state === "Z" ? "" : (fields[FIELDS_TO_START] ?? "");
  } catch {
    return "";
  }
}

/** Behind the state, which is field 3. */
const FIELDS_TO_START = 18;

/**
 * Stops the database of a server that is gone: it may be of an older version, and would not tell us how it
 * ends. Nothing is lost by it. One that answers though no process of it is to be seen has its server elsewhere:
 * a second database on its folder would spoil both.
 */
export async function stopOrphan(
  folder: string,
  socket: SocketFolder,
): Promise<DatabaseFault | null> {
  const { pid } = readMark(folder);
  if (pid === null || !serves(pid, folder)) {
    const again = await findOwner(folder, socket);
    return again.kind === "orphan" ? UNSEEN : again.kind === "fault" ? again : null;
  }
  process.kill(pid, "SIGINT");
  for (let question = 0; question < MAXIMUM_QUESTIONS; question++) {
    if (!serves(pid, folder)) return null;
    await pause(ASK_MS);
  }
  return {
    kind: "fault",
    message: "the database of a server that was killed still runs, and cannot be stopped",
    help: `find it (\`fuser ${folder}\`) and end it with SIGINT`,
  };
}

const UNSEEN: DatabaseFault = {
  kind: "fault",
  message: "a database runs in the data folder where this server cannot see its process",
  help: "stop the server in the other container, or name another folder with `--data`",
};

/**
 * Removes the mark of a database that is gone, where its number is another process's by now: PostgreSQL would
 * not start beside it.
 */
export function forgetDeadDatabase(folder: string): void {
  const { pid, text } = readMark(folder);
  if (pid === null || startOf(pid) === "" || serves(pid, folder)) return;
  const mark = join(folder, MARK);
  const taken = `${mark}.${process.pid}`;
  renameSync(mark, taken);
  /* Another server's database may have put its own there in between. */
  if (readFileSync(taken, "utf8") !== text) linkSync(taken, mark);
  rmSync(taken, { force: true });
}

const MARK = "postmaster.pid";

function readMark(folder: string): { readonly pid: number | null; readonly text: string } {
  try {
    const text = readFileSync(join(folder, MARK), "utf8");
    const pid = Number(text.split("\n")[0]);
    return { pid: Number.isInteger(pid) && pid > 1 ? pid : null, text };
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { pid: null, text: "" };
    throw error;
  }
}

function isServed(folder: string): boolean {
  const { pid } = readMark(folder);
  return pid !== null && serves(pid, folder);
}

/** PostgreSQL works in its folder. */
function serves(pid: number, folder: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(folder);
  } catch {
    return false;
  }
}
