import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { Client } from "pg";
import { onTestFinished } from "vitest";
import type { Database, Migration } from "../database.ts";
import { migrate } from "../migrate.ts";
import { openDatabase } from "../open.ts";

export interface TestDatabase {
  readonly database: Database;
  /** What opens it once more, as `DATABASE_URL`. */
  readonly url: string;
}

/** An empty database for one test, with the tables of these owners; it goes with the test. */
export async function testDatabase(
  ...owners: readonly (readonly Migration[])[]
): Promise<TestDatabase> {
  const server = await serverUrl();
  const name = `test_${randomBytes(8).toString("hex")}`;
  await runOn(server, `create database ${name}`);
  const url = server.replace("/postgres?", `/${name}?`);
  const opened = await openDatabase({ kind: "url", url });
  if (opened.kind === "fault") throw new Error(opened.message);
  onTestFinished(async () => {
    await opened.close();
    await runOn(server, `drop database ${name} with (force)`);
  });
  await migrate(opened.database, owners);
  return { database: opened.database, url };
}

async function runOn(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

/** Of the one PostgreSQL that all files of this run share (`test/databases.ts`); asked, it starts. */
async function serverUrl(): Promise<string> {
  const path = process.env["PREMORTEM_TEST_DATABASES"];
  if (path === undefined) throw new Error("test/databases.ts is not in vitest's globalSetup");
  const socket = connect(path);
  await once(socket, "connect");
  const answer = await text(socket);
  if (!answer.startsWith("postgres")) throw new Error(answer);
  return answer;
}
