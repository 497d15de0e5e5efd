import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { databaseAccount } from "../src/platform/db/embedded/account.ts";
import { binariesFor, embeddedBinaries } from "../src/platform/db/embedded/binaries.ts";
import { type Cluster, makeCluster, startCluster } from "../src/platform/db/embedded/cluster.ts";
import { connectionTo } from "../src/platform/db/embedded/socket.ts";

/**
 * One PostgreSQL for all tests of a run, started by the first test that asks for it. PREMORTEM_TEST_POSTGRES
 * names a folder with the programs of another one, such as Debian's: /usr/lib/postgresql/15/bin.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "premortem-databases-"));
  chmodSync(folder, 0o711);
  let started: Promise<Cluster> | null = null;
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    started ??= start(folder);
    started.then(
      () => socket.end(urlOf(join(folder, "database"))),
      (error: unknown) => socket.end(String(error)),
    );
  });
  const path = join(folder, "ask");
  server.listen(path);
  await once(server, "listening");
  process.env["PREMORTEM_TEST_DATABASES"] = path;
  return async () => {
    server.close();
    await started?.then((cluster) => cluster.stop());
    rmSync(folder, { recursive: true, force: true });
  };
}

async function start(data: string): Promise<Cluster> {
  const own = process.env["PREMORTEM_TEST_POSTGRES"];
  const found =
    own === undefined ? embeddedBinaries() : ({ kind: "binaries", folder: own } as const);
  if (found.kind === "fault") throw new Error(found.message);
  const account = databaseAccount();
  const options = {
    folder: join(data, "database"),
    binaries: binariesFor(account, found, data),
    account,
    /* What a power failure would lose is of no use to anybody. */
    settings: { fsync: "off", full_page_writes: "off", max_connections: "200" },
  };
  const fault = await makeCluster(options);
  if (fault !== null) throw new Error(fault.message);
  const cluster = await startCluster(options);
  if (cluster.kind === "fault") throw new Error(cluster.message);
  return cluster;
}

function urlOf(folder: string): string {
  const { host, port, user } = connectionTo(folder, "postgres");
  return `postgres:///postgres?${new URLSearchParams({ host, port: String(port), user })}`;
}
