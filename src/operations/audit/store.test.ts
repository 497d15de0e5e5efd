import { expect, test } from "vitest";
import { migrate } from "../../platform/db/migrate.ts";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import type { SeenDifference } from "./model.ts";
import { AUDIT_MIGRATIONS, auditStore } from "./store.ts";

const DIFFERENCE: Omit<SeenDifference, "id"> = {
  device: "edge",
  atMs: 20,
  sinceMs: null,
  isPolled: false,
  parts: ["nft"],
  before: "aa",
  after: "bb",
  meaning: "harmless",
  broken: [],
  repaired: [],
  doubtful: [],
  added: [],
  removed: [],
  by: { kind: "unknown", reason: "nobody watched then", process: null },
};

test("what a difference came to was seen with it, also where the server ends right behind it", async () => {
  const { database } = await testDatabase(AUDIT_MIGRATIONS);
  const store = auditStore(database);
  await store.noteSeen("edge", 10, "aa");
  const stored = await store.add(DIFFERENCE);
  expect(await store.since(0)).toEqual([stored]);
  expect(await store.lastSeen("edge")).toEqual({ atMs: 20, snapshot: "bb" });
});

test("differences of before were told by nft", async () => {
  const { database } = await testDatabase(AUDIT_MIGRATIONS.slice(0, 1));
  const store = auditStore(database);
  const ofBefore: object = { isPolled: undefined, parts: undefined };
  await store.add({ ...DIFFERENCE, ...ofBefore });
  await migrate(database, [AUDIT_MIGRATIONS]);
  expect(await store.since(0)).toMatchObject([DIFFERENCE]);
});
