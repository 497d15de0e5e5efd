import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Database, Migration } from "./database.ts";
import { migrate } from "./migrate.ts";
import { openDatabase } from "./open.ts";
import { testDatabase } from "./testing/testDatabase.ts";

function step(name: string, statement: string): Migration {
  return {
    name,
    up: (database) =>
      sql
        .raw(statement)
        .execute(database)
        .then(() => undefined),
  };
}

const A1 = step("a-001-table", "create table a (one int)");
const A2 = step("a-002-column", "alter table a add column two int");
const B1 = step("b-001-table", "create table b (a int)");

async function columnsOf(database: Database): Promise<readonly string[]> {
  const tables = await database.introspection.getTables();
  return tables
    .filter(({ name }) => name !== "migration")
    .map(({ name, columns }) => `${name}: ${columns.map((column) => column.name).join(", ")}`);
}

test("steps of an owner are taken by name, and each of them once", async () => {
  const { database } = await testDatabase();
  expect(await migrate(database, [[B1], [A2, A1]])).toEqual([B1.name, A1.name, A2.name]);
  expect(await migrate(database, [[B1], [A1, A2]])).toEqual([]);
  expect(await columnsOf(database)).toEqual(["a: one, two", "b: a"]);
});

test("a step that fails leaves nothing, and those before it stay", async () => {
  const { database } = await testDatabase();
  const bad = step("a-002-bad", "create table half (one int); select 1/0");
  await expect(migrate(database, [[A1, bad]])).rejects.toThrow("division by zero");
  expect(await columnsOf(database)).toEqual(["a: one"]);
  expect(await migrate(database, [[A1, A2]])).toEqual([A2.name]);
});

test("two servers that start at once take each step once", async () => {
  const { database, url } = await testDatabase();
  const other = await openDatabase({ kind: "url", url });
  if (other.kind === "fault") throw new Error(other.message);
  const taken = await Promise.all(
    [database, other.database].map((one) => migrate(one, [[A1, A2], [B1]])),
  );
  await other.close();
  expect(taken.flat().sort()).toEqual([A1.name, A2.name, B1.name]);
});

test("two steps of one name are a mistake of ours", async () => {
  const { database } = await testDatabase();
  await expect(migrate(database, [[A1], [A1]])).rejects.toThrow("same name");
});

test("a user who may make no tables is told what it needs", async () => {
  const { url } = await testDatabase();
  const plain = `${url}&options=-c%20role%3Dpg_monitor`;
  const opened = await openDatabase({ kind: "url", url: plain });
  if (opened.kind === "fault") throw new Error(opened.message);
  const fault = await migrate(opened.database, [[A1]]);
  await opened.close();
  expect(fault).toMatchObject({
    kind: "fault",
    message: expect.stringMatching(/may not make its tables: permission denied for schema public/),
  });
});
