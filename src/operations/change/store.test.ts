import { expect, test } from "vitest";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import type { Change } from "./model.ts";
import {
  CHANGE_MIGRATIONS,
  findChange,
  insertChange,
  listChanges,
  updateChange,
  waitingChanges,
} from "./store.ts";

const DRAFT: Change = {
  id: 0,
  device: "fw",
  author: "ana",
  lastEditor: "ana",
  writers: ["ana"],
  files: new Map([["/etc/nftables.conf", "table inet edge {\n}\n\ud800"]]),
  contentHash: "aa",
  status: "proposed",
  approvals: [],
  proof: null,
  override: null,
  alone: null,
  isFourEyes: null,
};

test("lists of changes name their files, and hold none of their texts; one change holds them", async () => {
  const { database } = await testDatabase(CHANGE_MIGRATIONS);
  const { change } = await insertChange(database, DRAFT, 10);
  const page = { limit: 10, beforeId: null };
  for (const [listed] of [await listChanges(database, page), await waitingChanges(database, 10)]) {
    expect(listed).toMatchObject({ change: { id: change.id }, paths: ["/etc/nftables.conf"] });
    expect(listed?.change).not.toHaveProperty("files");
  }
  const found = await findChange(database, change.id);
  expect(found?.change).toEqual(change);
  if (found === null) return;
  const files = new Map([["/etc/other.conf", "x"]]);
  await updateChange(database, { ...found, change: { ...found.change, files } }, 20);
  expect((await findChange(database, change.id))?.change.files).toEqual(files);
  expect((await listChanges(database, page))[0]?.paths).toEqual(["/etc/other.conf"]);
});
