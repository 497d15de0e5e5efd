import { expect, test } from "vitest";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import {
  APPLY_MIGRATIONS,
  type ApplyOrder,
  findApply,
  insertApply,
  listApplies,
  openApplyOf,
  writeAftermath,
} from "./store.ts";

const ORDER: ApplyOrder = {
  changeId: 3,
  device: "fw",
  contentHash: "aa",
  networkHash: "bb",
  by: "ana",
  startedMs: 10,
  plan: {
    id: 1,
    tables: [],
    base: "table inet edge {\n}\n",
    candidate: "",
    load: "",
    restore: "",
    live: { all: [], carried: [], lost: [], refilled: [] },
    windowS: 60,
    losses: [],
  },
  green: [],
  overridden: [],
  undecided: [],
  brokenBefore: [],
  wasBaseline: true,
  foreignHash: "cc",
  files: [["/etc/nftables.conf", "x".repeat(1_000)]],
  filesBefore: [],
};

test("a list of applies holds no plan and no file, one apply holds both", async () => {
  const { database } = await testDatabase(APPLY_MIGRATIONS);
  const { id } = await insertApply(database, ORDER);
  const [listed] = await listApplies(database, { limit: 10, beforeId: null });
  expect(listed?.order).toEqual({
    changeId: 3,
    device: "fw",
    by: "ana",
    startedMs: 10,
    plan: { losses: [] },
  });
  expect((await findApply(database, id))?.order).toEqual(ORDER);
});

test("the apply under way on a device is known by its number until all is done behind it", async () => {
  const { database } = await testDatabase(APPLY_MIGRATIONS);
  const { id } = await insertApply(database, ORDER);
  expect(await openApplyOf(database, "fw")).toBe(id);
  expect(await openApplyOf(database, "fw2")).toBeNull();
  await writeAftermath(database, id, {
    bootProblem: null,
    baselineProblem: null,
    openConnections: null,
    flushed: [],
    waitsFor: [],
  });
  expect(await openApplyOf(database, "fw")).toBeNull();
});
