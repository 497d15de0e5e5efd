import { expect, test } from "vitest";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import { takeNumber } from "./numbers.ts";
import { APPLY_MIGRATIONS } from "./store.ts";

test("numbers of a device count up, also where the clock does not, and each device has its own", async () => {
  const { database } = await testDatabase(APPLY_MIGRATIONS);
  const taken: number[] = [];
  for (const nowMs of [100, 100, 50, 200]) taken.push(await takeNumber(database, "fw", nowMs));
  expect(taken).toEqual([100, 101, 102, 200]);
  expect(await takeNumber(database, "fw2", 60)).toBe(60);
});

test("two at a time get two numbers", async () => {
  const { database } = await testDatabase(APPLY_MIGRATIONS);
  const taken = await Promise.all([1, 1, 1, 1].map((nowMs) => takeNumber(database, "fw", nowMs)));
  expect([...taken].sort()).toEqual([1, 2, 3, 4]);
});
