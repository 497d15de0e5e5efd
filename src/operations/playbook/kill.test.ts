import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import type { IncidentUndo } from "../incident/model.ts";
import { PLAYBOOK_MIGRATIONS, runsOf } from "./store.ts";
import { openTestPlaybooks } from "./testing/openTestPlaybooks.ts";

/* Each starts a process that compiles what it imports. */
vi.setConfig({ testTimeout: 120_000 });

const MAIN = "src/operations/playbook/testing/stuckMain.ts";

/** A server that is killed in the middle of a probe and of an undo that was pressed. */
async function killed(url: string): Promise<void> {
  const server: ChildProcess = spawn(process.execPath, ["--import", "tsx", MAIN, url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void server.kill("SIGKILL"));
  if (server.stdout === null) throw new Error("no output");
  const [line] = await once(server.stdout, "data");
  expect(String(line)).toBe("stuck\n");
  const gone = once(server, "exit");
  server.kill("SIGKILL");
  await gone;
}

async function afterKill(undo: Omit<IncidentUndo, "script" | "text"> | null) {
  const { database, url } = await testDatabase(PLAYBOOK_MIGRATIONS);
  await killed(url);
  const { playbooks, work } = openTestPlaybooks(database);
  work.incident = {
    ...work.incident,
    undo: undo === null ? null : { ...undo, script: "", text: "took it away" },
  };
  await playbooks.resume();
  await playbooks.settled();
  const [run] = await runsOf(database, 7);
  if (run === undefined) throw new Error("the run is gone");
  const stateOf = (id: string) => run.steps.find((one) => one.id === id)?.state;
  return { run, work, stateOf };
}

test("killed in the middle of a step: what only looks is done again, once, and nothing is told twice", async () => {
  const { run, work, stateOf } = await afterKill(null);
  expect(work.done).toEqual(["probe"]);
  expect(stateOf("probe")).toMatchObject({ kind: "done", by: "ana", isGood: true });
  expect(stateOf("look")).toMatchObject({ kind: "done" });
  expect(run.told).toBe(run.log.length);
  expect(work.told.filter(({ text }) => text.includes("Try it"))).toHaveLength(1);
});

test("an undo that was pressed is never sent a second time: what became of it is looked up", async () => {
  const at = { by: "ana", atMs: Date.now() + 3_600_000 };
  const done = await afterKill({ ...at, state: "done" });
  expect(done.work.done).not.toContain("undo");
  expect(done.stateOf("undo")).toMatchObject({ kind: "done", isGood: true, text: "took it away" });
});

test("an undo of which nobody knows what came of it waits for a person", async () => {
  const at = { by: "ana", atMs: Date.now() + 3_600_000 };
  const lost = await afterKill({ ...at, state: "begun" });
  expect(lost.work.done).not.toContain("undo");
  expect(lost.stateOf("undo")).toMatchObject({ kind: "lost" });
  const never = await afterKill(null);
  expect(never.stateOf("undo")).toMatchObject({
    kind: "failed",
    text: "the server ended before anything was sent",
  });
});
