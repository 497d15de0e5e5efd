import { expect, test } from "vitest";
import { openChannel } from "../../platform/channel.ts";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import type { Ran } from "../../platform/transport/transport.ts";
import { APPLY_MIGRATIONS } from "../apply/store.ts";
import type { TrailEvent } from "../trail/model.ts";
import { type LastRevert, openReverts, type RevertOptions } from "./revertDrift.ts";
import {
  insertRevert,
  openRevertList,
  REVERT_MIGRATION,
  type RevertOrder,
  writeRevertState,
} from "./revertStore.ts";

/* What a server takes up of a revert that one before has begun, on a device that answers as a test says. */

const ORDER: RevertOrder = {
  device: "fw",
  by: "ana",
  from: "drifted",
  baseline: "approved",
  startedMs: 1_000,
  networkHash: "network",
  plan: {
    id: 7,
    tables: ["inet edge"],
    base: "",
    candidate: "",
    load: "",
    restore: "",
    live: { all: [], carried: [], lost: [], refilled: [] },
    losses: [],
    windowS: 30,
  },
  green: [],
  overridden: [],
  undecided: [],
  brokenBefore: [],
  removed: ["drop"],
  restored: [],
  repairs: ["mail-out"],
  leftAlone: [],
};

const ran = (out: string): Ran => ({ kind: "ran", code: 0, out, error: "" });

/** A server on a database that holds an order, begun by one before. */
async function server({ looks, faults = 0 }: { readonly looks: string; readonly faults?: number }) {
  const { database } = await testDatabase(APPLY_MIGRATIONS, [REVERT_MIGRATION]);
  const { id } = await insertRevert(database, ORDER);
  await writeRevertState(database, id, { kind: "loading", isUnsure: false }, 2_000);
  const trail: TrailEvent[] = [];
  const attributed: string[] = [];
  let left = faults;
  const told: unknown[] = [];
  const options = {
    database,
    clock: () => 3_000,
    time: { now: () => 0, wait: async () => undefined },
    deviceFolder: () => "records",
    devices: {
      network: () => ({ devices: new Map([["fw", {}]]) }),
      transportOf: () => ({ run: async () => ran(looks) }),
    },
    trail: {
      append: async (event: TrailEvent) => {
        if (left-- > 0) throw new Error("the database is away");
        trail.push(event);
      },
    },
    taken: async () => null,
    attribute: (device: string) => {
      attributed.push(`begun on ${device}`);
      return () => attributed.push(`over on ${device}`);
    },
    events: openChannel((fault) => told.push(fault)),
    onFault: (fault: unknown) => told.push(fault),
  } as unknown as RevertOptions;
  return { reverts: openReverts(options), options, database, trail, attributed, told };
}

async function resumed(one: Awaited<ReturnType<typeof server>>): Promise<LastRevert | null> {
  await one.reverts.resume();
  await one.reverts.close();
  return one.reverts.last("fw");
}

test("a revert that the device took back meanwhile is told as that, once, in the name of who asked", async () => {
  const one = await server({ looks: "restored previous" });
  await one.reverts.resume();
  expect(one.reverts.taken("fw")?.reason).toMatch(/drift is being taken back on `fw`/);
  expect(one.reverts.taken("fw2")).toBeNull();
  await one.reverts.close();
  expect(await one.reverts.last("fw")).toEqual({
    login: "ana",
    startedMs: 1_000,
    stateMs: 3_000,
    state: "rolledBack",
    isOver: true,
    text: "it was loaded, and taken back: the device restored by itself",
  });
  expect(one.trail).toEqual([
    {
      atMs: 3_000,
      actor: "ana",
      subject: "device/fw",
      kind: "drift.notReverted",
      details: {
        from: "drifted",
        to: "approved",
        reason: "it was loaded, and taken back: the device restored by itself",
      },
    },
  ]);
  expect(one.reverts.taken("fw")).toBeNull();
  expect(one.attributed).toEqual(["begun on fw", "over on fw"]);
  expect(await openRevertList(one.database)).toEqual([]);
});

test("one that was confirmed before its server ended is told as done", async () => {
  const one = await server({ looks: "confirmed candidate" });
  expect(await resumed(one)).toMatchObject({ state: "confirmed", isOver: true, text: null });
  expect(one.trail).toMatchObject([
    { kind: "drift.reverted", details: { to: "approved", removed: ["drop"] } },
  ]);
});

test("one behind which something else runs is told as that", async () => {
  const one = await server({ looks: "restored other" });
  const last = await resumed(one);
  expect(last).toMatchObject({ state: "stuck", isOver: true });
  expect(last?.text).toMatch(/something runs that is neither/);
  expect(one.trail).toMatchObject([{ kind: "drift.notReverted" }]);
});

test("an end is written with its line in the trail or not at all", async () => {
  const one = await server({ looks: "restored previous", faults: 2 });
  const over = new Promise<void>((resolve) => {
    one.options.events.subscribe(({ state }) => {
      if (state.kind === "rolledBack") resolve();
    });
  });
  await one.reverts.resume();
  await over;
  expect(one.told.map(String)).toEqual([
    "Error: the database is away",
    "Error: the database is away",
  ]);
  expect(one.trail.map(({ kind }) => kind)).toEqual(["drift.notReverted"]);
  expect(await openRevertList(one.database)).toEqual([]);
});

test("a device has one revert under way at most, and any number that are over", async () => {
  const { database } = await testDatabase(APPLY_MIGRATIONS, [REVERT_MIGRATION]);
  const { id } = await insertRevert(database, ORDER);
  await expect(insertRevert(database, ORDER)).rejects.toThrow(/revert_one_at_a_time/);
  await writeRevertState(database, id, { kind: "confirmed" }, 5);
  await insertRevert(database, ORDER);
});
