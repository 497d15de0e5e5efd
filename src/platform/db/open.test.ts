import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { describeWith } from "../../../test/requirements.ts";
import { embeddedBinaries } from "./embedded/binaries.ts";
import type { DatabaseFault } from "./fault.ts";
import { type OpenedDatabase, openDatabase } from "./open.ts";

const BINARIES = process.env["PREMORTEM_TEST_POSTGRES"] ?? null;
/* Making a database writes 40 MB, and waits for the disk. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let root = "";
let data = "";
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "premortem-open-"));
  chmodSync(root, 0o755);
  data = join(root, "data");
  await build({
    entryPoints: [join(import.meta.dirname, "testing/openMain.ts")],
    outfile: join(root, "open.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["pg-native"],
    banner: {
      js: 'import { createRequire as make } from "node:module"; const require = make(import.meta.url);',
    },
  });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function open(folder = data): Promise<OpenedDatabase> {
  const opened = await openDatabase({ kind: "folder", folder, binaries: BINARIES });
  if (opened.kind === "fault") throw new Error(opened.message);
  return opened;
}

async function refusal(folder: string): Promise<DatabaseFault> {
  const opened = await openDatabase({ kind: "folder", folder, binaries: BINARIES });
  if (opened.kind === "fault") return opened;
  await opened.close();
  throw new Error("it was opened");
}

async function ask({ database }: OpenedDatabase, query: string): Promise<unknown> {
  const { rows } = await sql.raw<{ answer: unknown }>(query).execute(database);
  return rows[0]?.answer;
}

/** Another process that has the data folder open, by the user `uid`. */
async function otherServer(
  folder: string,
  {
    uid,
    binaries = BINARIES ?? "",
    within = [],
  }: {
    readonly uid?: number;
    readonly binaries?: string;
    /** Words that it is started by. */
    readonly within?: readonly string[];
  } = {},
): Promise<{ readonly child: ChildProcess; readonly said: string }> {
  const node = uid === undefined ? process.execPath : nodeForAll();
  const words = [...within, node, join(root, "open.mjs"), folder, binaries || own()];
  const [program = "", ...rest] = words;
  const child = spawn(program, rest, {
    stdio: ["pipe", "pipe", "inherit"],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [said] = await once(createInterface({ input: child.stdout }), "line");
  return { child, said: String(said) };
}

/** This Node where any user may run it: what `npm exec` fetched for root lies below `/root`. */
function nodeForAll(): string {
  const copy = join(root, "node");
  if (!existsSync(copy)) {
    copyFileSync(process.execPath, copy);
    chmodSync(copy, 0o755);
  }
  return copy;
}

/** The bundle of the other server lies where it finds no packages. */
function own(): string {
  const found = embeddedBinaries();
  if (found.kind === "fault") throw new Error(found.message);
  return found.folder;
}

function databaseProcess(folder = data): number {
  return Number(readFileSync(join(folder, "database/postmaster.pid"), "utf8").split("\n")[0]);
}

function runs(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

test("what was written is there when the folder is opened again", async () => {
  const first = await open();
  await sql`create table kept (answer int)`.execute(first.database);
  await sql`insert into kept values (42)`.execute(first.database);
  await first.close();
  const second = await open();
  expect(await ask(second, "select answer from kept")).toBe(42);
  await second.close();
});

test("nobody reaches it over TCP, and what is written is on the disk", async () => {
  const opened = await open();
  expect(await ask(opened, "select current_setting('listen_addresses') as answer")).toBe("");
  expect(await ask(opened, "select current_setting('fsync') as answer")).toBe("on");
  expect(await ask(opened, "select inet_server_addr() as answer")).toBeNull();
  await opened.close();
});

test("no other user may read its files, and none of its processes is root's", async () => {
  const opened = await open();
  const { mode } = statSync(join(data, "database"));
  expect(mode & 0o077).toBe(0);
  expect(statSync(`/proc/${databaseProcess()}`).uid).not.toBe(0);
  await opened.close();
});

test("64-bit numbers are numbers, and one that is not exact is refused", async () => {
  const opened = await open();
  expect(await ask(opened, "select 9007199254740991::bigint as answer")).toBe(2 ** 53 - 1);
  await expect(ask(opened, "select 9007199254740993::bigint as answer")).rejects.toThrow("exact");
  await opened.close();
});

test("a connection that the database ends in the middle of a transaction fails that one alone", async () => {
  const opened = await open();
  const outside: unknown[] = [];
  const hear = (fault: unknown) => outside.push(fault);
  process.on("uncaughtException", hear);
  onTestFinished(() => void process.off("uncaughtException", hear));
  const broken = opened.database.transaction().execute(async (within) => {
    const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(within);
    await ask(opened, `SELECT pg_terminate_backend(${rows[0]?.pid}) AS answer`);
    await vi.waitFor(() => sql`SELECT 1`.execute(within).then(Promise.reject, () => undefined));
    return sql`SELECT 1`.execute(within);
  });
  await expect(broken).rejects.toThrow();
  expect(await ask(opened, "SELECT 7 AS answer")).toBe(7);
  expect(outside).toEqual([]);
  await opened.close();
});

test("closing ends the database's process", async () => {
  const opened = await open();
  const pid = databaseProcess();
  expect(runs(pid)).toBe(true);
  await opened.close();
  expect(runs(pid)).toBe(false);
});

test("a second server in the same folder is refused, and told which process has it", async () => {
  const { child, said } = await otherServer(data);
  expect(said).toBe("opened");
  const fault = await refusal(data);
  expect(fault.message).toBe(`another server (process ${child.pid}) uses this data folder`);
  expect(fault.help).toContain(`kill ${child.pid}`);
  expect(runs(databaseProcess())).toBe(true);
  child.stdin?.end();
  await once(child, "exit");
  await (await open()).close();
});

describeWith(["root"], "in another container", () => {
  const within = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];

  test("a server that cannot see the process of the first is refused all the same", async () => {
    const { child } = await otherServer(data);
    const pid = databaseProcess();
    const { said } = await otherServer(data, { within });
    expect(said).toBe(
      "a database runs in the data folder where this server cannot see its process",
    );
    expect(databaseProcess()).toBe(pid);
    child.stdin?.end();
    await once(child, "exit");
  });
});

test("of two that start at once, one is refused", async () => {
  const both = await Promise.all([otherServer(data), otherServer(data)]);
  const said = both.map((one) => one.said).sort();
  expect(said[0]).toMatch(/^another server \(process \d+\)/);
  expect(said[1]).toBe("opened");
  for (const { child } of both) child.stdin?.end();
  await Promise.all(
    both.map(({ child }) => (child.exitCode === null ? once(child, "exit") : child)),
  );
});

test("the database of a killed server is stopped at the next start, and nothing is lost", async () => {
  const { child } = await otherServer(data);
  const orphan = databaseProcess();
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(runs(orphan)).toBe(true);
  const opened = await open();
  expect(runs(orphan)).toBe(false);
  expect(databaseProcess()).not.toBe(orphan);
  expect(await ask(opened, "select answer from kept")).toBe(42);
  await opened.close();
});

test("a mark that another process's number stands in is no database", async () => {
  writeFileSync(join(data, "database/postmaster.pid"), `${process.pid}\n${data}/database\n`);
  const opened = await open();
  expect(await ask(opened, "select answer from kept")).toBe(42);
  await opened.close();
});

test("the end of the database's process is noticed", async () => {
  const opened = await open();
  process.kill(databaseProcess(), "SIGKILL");
  expect(await opened.lost).toMatch(/^the database process ended/);
  await opened.close();
});

test("neither a path that is too long for a socket nor a killed attempt is an obstacle", async () => {
  const long = join(root, "l".repeat(100), "m".repeat(100), "data");
  mkdirSync(join(long, "database.new-1"), { recursive: true });
  writeFileSync(join(long, "database.new-1/PG_VERSION"), "18\n");
  const opened = await open(long);
  expect(await ask(opened, "select 1 as answer")).toBe(1);
  await opened.close();
});

test("a file in the place of the folder is told", async () => {
  writeFileSync(join(root, "file"), "");
  const fault = await refusal(join(root, "file"));
  expect(fault.message).toContain("cannot be used");
  expect(fault.help).toContain("--data");
});

describeWith(["root"], "as root", () => {
  test("a folder that the database's user may not go through is told", async () => {
    const closed = join(root, "closed");
    mkdirSync(closed, { mode: 0o700 });
    const { message, help } = await refusal(join(closed, "data"));
    expect(message).toContain(`may not go through \`${closed}\``);
    expect(help).toContain("--data");
  });

  test("programs that only root may reach are copied, and an ordinary user can run them", async () => {
    const closed = join(root, "programs");
    mkdirSync(closed, { mode: 0o700 });
    cpSync(dirname(own()), join(closed, "native"), COPY);
    const folder = join(root, "copied");
    const binaries = join(closed, "native/bin");
    const opened = await openDatabase({ kind: "folder", folder, binaries });
    if (opened.kind === "fault") throw new Error(opened.message);
    await opened.close();

    const home = join(root, "home");
    mkdirSync(home);
    chmodSync(home, 0o777);
    const copied = join(folder, "postgresql-other/bin");
    const { child, said } = await otherServer(join(home, "data"), {
      uid: NOBODY,
      binaries: copied,
    });
    expect(said).toBe("opened");
    expect(statSync(`/proc/${databaseProcess(join(home, "data"))}`).uid).toBe(NOBODY);
    child.stdin?.end();
    await once(child, "exit");
  });
});

const COPY = { recursive: true, verbatimSymlinks: true };
const NOBODY = 65_534;

describe("a database by URL", () => {
  const CASES = [
    ["nobody answers", "postgres:///x?host=/nowhere", "does not answer"],
    ["the URL makes no sense", "postgres://[", "does not answer"],
  ] as const;
  test.each(CASES)("%s", async (_, url, saying) => {
    const opened = await openDatabase({ kind: "url", url });
    expect(opened).toMatchObject({ kind: "fault", message: expect.stringContaining(saying) });
  });
});
