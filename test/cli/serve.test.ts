import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Client } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { databaseAccount } from "../../src/platform/db/embedded/account.ts";
import { testDatabase } from "../../src/platform/db/testing/testDatabase.ts";
import { describeWith } from "../requirements.ts";

/* `premortem serve` as it is shipped: how it starts, why it does not, and how it ends. */

/* A database of its own is made, which waits for the disk. */
vi.setConfig({ testTimeout: 90_000 });

/** Milliseconds within which a server that is asked to end has to be gone. */
const END_MS = 8_000;
const NETWORK = "devices: {}\nzones: {}\npeople:\n  vera: { name: Vera, roles: [viewer] }\n";

let folder = "";
let network = "";
const data = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "premortem-serve-"));
  chmodSync(folder, 0o755);
  network = join(folder, "premortem.yaml");
  writeFileSync(network, NETWORK);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Server {
  readonly child: ChildProcess;
  /** Null: it has none, and ends. */
  readonly url: string | null;
  readonly ended: Promise<{ readonly code: number | null; readonly error: string }>;
}

interface Wishes {
  readonly data: string;
  readonly network?: string;
  readonly port?: number;
  readonly url?: string;
  readonly uid?: number;
}

/** Until it serves, or ends. */
async function serve(wishes: Wishes): Promise<Server> {
  const words = ["serve", "--data", wishes.data, "--network", wishes.network ?? network];
  const more = ["--port", String(wishes.port ?? 0)];
  const [command, ...first] = wishes.uid === undefined ? ["bin/premortem"] : programForAll();
  const { DATABASE_URL: _, ...env } = process.env;
  const child = spawn(command ?? "", [...first, ...words, ...more], {
    stdio: ["ignore", "pipe", "pipe"],
    env: wishes.url === undefined ? env : { ...env, DATABASE_URL: wishes.url },
    ...(wishes.uid === undefined ? {} : { uid: wishes.uid, gid: wishes.uid }),
  });
  const gone = once(child, "close");
  const said = text(child.stderr);
  const ended = Promise.all([gone, said]).then(([[code], error]) => ({ code, error }));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await gone;
  });
  let out = "";
  /* The stream stays open: a server whose reader is gone ends. */
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    out += chunk;
    const url = /^premortem serves at (\S+)$/m.exec(out)?.[1];
    if (url === undefined || !out.endsWith("\n")) continue;
    child.stdout.resume();
    return { child, url, ended };
  }
  return { child, url: null, ended };
}

/** Node and the bundle where any user may run them. */
function programForAll(): readonly string[] {
  const files = [
    [process.execPath, "node"],
    ["dist/premortem.cjs", "premortem.cjs"],
    ["dist/server.mjs", "server.mjs"],
  ] as const;
  for (const [from, to] of files) {
    if (existsSync(join(folder, to))) continue;
    copyFileSync(from, join(folder, to));
    chmodSync(join(folder, to), 0o755);
  }
  return [join(folder, "node"), join(folder, "premortem.cjs")];
}

async function refusal(wishes: Wishes): Promise<string> {
  const { ended, url } = await serve(wishes);
  expect(url).toBeNull();
  const { code, error } = await ended;
  expect(error).toMatch(/error: /);
  expect(error).toMatch(/= help: /);
  expect(code).toBe(2);
  return error;
}

async function end({ child, ended }: Server): Promise<void> {
  const begun = performance.now();
  child.kill("SIGTERM");
  const { code, error } = await ended;
  expect(code, error).toBe(0);
  expect(performance.now() - begun).toBeLessThan(END_MS);
}

const healthOf = async ({ url }: Server) => (await fetch(`${url}/health`)).json();
const OK = { status: "ok", reason: null };

test("it serves with a database of its own, keeps others away, and ends when it is asked", async () => {
  const first = await serve({ data: data("own") });
  expect(await healthOf(first)).toEqual(OK);
  const file = join(data("own"), "admin-token");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const token = readFileSync(file, "utf8").trim();
  const headers = { authorization: `Bearer ${token}` };
  const issued = await fetch(`${first.url}/v1/tokens`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ login: "vera" }),
  });
  expect(issued.status).toBe(200);
  expect(await refusal({ data: data("own") })).toMatch(/another server \(process \d+\) uses this/);
  /* An open stream of news does not hold it up. */
  const { secret } = (await issued.json()) as { readonly secret: string };
  const stream = await fetch(`${first.url}/v1/events`, {
    headers: { authorization: `Bearer ${secret}` },
  });
  expect(stream.status).toBe(200);
  await end(first);
  expect((await first.ended).error).not.toMatch(/pm_/);
});

test("a server that was killed leaves its database running, and the next one takes it over", async () => {
  const first = await serve({ data: data("killed") });
  const { pid } = first.child;
  first.child.kill("SIGKILL");
  await first.ended;
  const mark = readFileSync(join(data("killed"), "database", "postmaster.pid"), "utf8");
  const database = Number(mark.split("\n")[0]);
  expect(() => process.kill(database, 0)).not.toThrow();
  const second = await serve({ data: data("killed") });
  expect(second.child.pid).not.toBe(pid);
  expect(await healthOf(second)).toEqual(OK);
  await end(second);
});

test("a port that is taken is told", async () => {
  const { url } = await testDatabase();
  const other = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void other.close());
  await once(other, "listening");
  const address = other.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const wishes = { data: data("port"), url, port: address.port };
  expect(await refusal(wishes)).toMatch(/port \d+ of 127\.0\.0\.1 is taken/);
});

test("a network file that is missing, or has mistakes, is told at its line", async () => {
  const { url } = await testDatabase();
  const missing = { data: data("file"), url, network: data("nowhere.yaml") };
  expect(await refusal(missing)).toMatch(/nowhere\.yaml/);
  const bad = data("bad.yaml");
  writeFileSync(
    bad,
    "devices: {}\nzones:\n  lan: { device: nowhere, interfaces: x, addresses: 1 }\n",
  );
  expect(await refusal({ ...missing, network: bad })).toMatch(/bad\.yaml:3:/);
});

test("a database that does not answer is told, without its password", async () => {
  const url = "postgres://premortem:geheim@127.0.0.1:1/premortem";
  const error = await refusal({ data: data("url"), url });
  expect(error).toMatch(/database of DATABASE_URL does not answer/);
  expect(error).not.toContain("geheim");
  expect(await refusal({ data: data("url"), url: "nonsense" })).toMatch(/DATABASE_URL/);
});

test("a data folder that is none is told", async () => {
  writeFileSync(data("a-file"), "");
  expect(await refusal({ data: data("a-file") })).toMatch(/data folder .* cannot be used/);
});

test("a database has one server, and loses it when its lock is lost", async () => {
  const { url } = await testDatabase();
  const first = await serve({ data: data("one"), url });
  const wishes = { data: data("two"), url };
  expect(await refusal(wishes)).toMatch(
    new RegExp(`another server uses this database: premortem on .*process ${first.child.pid}`),
  );
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(
    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and objid = 7128",
  );
  await client.end();
  const { code, error } = await first.ended;
  expect(code).toBe(1);
  expect(error).toMatch(/the lock on the database is lost/);
  const second = await serve(wishes);
  expect(await healthOf(second)).toEqual(OK);
  await end(second);
});

describeWith(["root"], "an ordinary user", () => {
  test("may not take a port below 1024, and is told so", async () => {
    const { url } = await testDatabase();
    const account = databaseAccount();
    if (account.kind === "own") throw new Error("needs root");
    const mine = mkdtempSync(join(tmpdir(), "premortem-user-"));
    onTestFinished(() => rmSync(mine, { recursive: true, force: true }));
    chownSync(mine, account.uid, account.gid);
    /* The user who may use the socket of the tests' database. */
    const error = await refusal({ data: mine, url, port: 443, uid: account.uid });
    expect(error).toMatch(/may not listen on port 443/);
  });
});
