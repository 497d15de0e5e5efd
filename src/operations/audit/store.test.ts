import { sql } from "kysely";
import { expect, test } from "vitest";
import { migrate } from "../../platform/db/migrate.ts";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import { openTrail } from "../trail/service.ts";
import { TRAIL_MIGRATIONS } from "../trail/store.ts";
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

const MARK = { baseline: "aa", isDrift: true, isEntered: true, nowMs: 21 };

test("what a difference came to was seen with it, also where the server ends right behind it", async () => {
  const { database } = await testDatabase(TRAIL_MIGRATIONS, AUDIT_MIGRATIONS);
  const store = auditStore(database, openTrail({ database }));
  await store.noteSeen("edge", 10, "aa");
  const stored = await store.add(DIFFERENCE, MARK);
  expect(await store.since(0)).toEqual([stored]);
  expect(await store.lastSeen("edge")).toEqual({ atMs: 20, snapshot: "bb" });
});

test("differences of before were told by nft, and have no end", async () => {
  const { database } = await testDatabase(TRAIL_MIGRATIONS, AUDIT_MIGRATIONS.slice(0, 1));
  const { isPolled: _, parts: __, ...before } = DIFFERENCE;
  const document = JSON.stringify(before);
  await sql`
    insert into audit_difference (device, at_ms, difference)
    values ('edge', 20, ${document}::jsonb)`.execute(database);
  await migrate(database, [AUDIT_MIGRATIONS]);
  const store = auditStore(database, openTrail({ database }));
  expect(await store.since(0)).toMatchObject([DIFFERENCE]);
  expect(await store.openDifferences("edge")).toEqual([]);
});
