import { expect, test } from "vitest";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import type { MonitorView } from "../monitor/model.ts";
import type { ProbeResult } from "../probe/model.ts";
import { MINUTE_MS } from "./model.ts";
import { openHistory } from "./service.ts";
import { HISTORY_MIGRATIONS } from "./store.ts";

const BEGIN_MS = 1_000_000 * MINUTE_MS;

async function opened() {
  const { database } = await testDatabase(HISTORY_MIGRATIONS);
  let nowMs = BEGIN_MS;
  let counts: Record<string, number> = {};
  const history = openHistory({
    database,
    clock: () => nowMs,
    views: () => [{ ...VIEW, counts }],
    onFault: (fault) => {
      throw fault;
    },
  });
  return {
    history,
    at: (minutes: number) => {
      nowMs = BEGIN_MS + minutes * MINUTE_MS;
    },
    /** What a monitor has counted so far is looked at. */
    async counted(next: Record<string, number>) {
      counts = next;
      await history.stop();
    },
  };
}

const VIEW: MonitorView = {
  monitor: "mail1-postfix",
  kind: "postfix",
  device: "mail1",
  state: "seeing",
  sinceMs: BEGIN_MS,
  reason: "reads its log",
  lastMs: null,
  counts: {},
  notes: [],
};

function result(
  minute: number,
  outcome: ProbeResult["outcome"],
  reason: string | null,
): ProbeResult {
  return {
    monitor: "mail1-out",
    kind: "smtp",
    atMs: BEGIN_MS + minute * MINUTE_MS,
    durationMs: outcome === "failed" ? 3_000 : 20,
    outcome,
    stage: "done",
    measured: "smtp to the recipient over tcp",
    reason,
    isReached: outcome === "ok",
    flows: [],
    vantage: { through: "mail1", user: null, source: null },
  };
}

test("a slice is as bad as the worst that was found in it, with its reason", async () => {
  const { history, at } = await opened();
  await history.keep(result(0, "ok", null));
  await history.keep(result(1, "ok", null));
  await history.keep(result(1, "failed", "no answer"));
  at(3);
  const { probes } = await history.probes(MINUTE_MS, 4);
  const [mail1] = probes;
  expect(mail1?.slices.map(({ worst, reason, slowestMs }) => [worst, reason, slowestMs])).toEqual([
    ["ok", null, 20],
    ["failed", "no answer", 3_000],
    [null, null, null],
    [null, null, null],
  ]);
});

test("a minute in which nobody asked is not known, and no minute of peace", async () => {
  const { history, at } = await opened();
  await history.keep(result(0, "ok", null));
  at(1);
  const { probes } = await history.probes(MINUTE_MS, 2);
  expect(probes[0]?.slices.map(({ worst }) => worst)).toEqual(["ok", null]);
});

test("what was counted is told for each slice, also when the monitor began anew", async () => {
  const { history, at, counted } = await opened();
  await counted({ accepted: 10 });
  at(1);
  await counted({ accepted: 25, deferred: 2 });
  at(2);
  await counted({ accepted: 4 });
  const { counts } = await history.counts(MINUTE_MS, 3);
  expect(counts).toEqual([
    { monitor: "mail1-postfix", name: "accepted", counts: [10, 15, 4] },
    { monitor: "mail1-postfix", name: "deferred", counts: [0, 2, 0] },
  ]);
});

test("the length of a queue is no count of what happened", async () => {
  const { history, counted } = await opened();
  await counted({ queued: 7 });
  expect((await history.counts(MINUTE_MS, 2)).counts).toEqual([]);
});
