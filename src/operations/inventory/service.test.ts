import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { describeWith } from "../../../test/requirements.ts";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import { openTrail, type Trail } from "../trail/service.ts";
import { TRAIL_MIGRATIONS } from "../trail/store.ts";
import { type Inventory, type InventoryEvent, openInventory } from "./service.ts";
import { makeSnapshot } from "./snapshot.ts";
import { INVENTORY_MIGRATIONS } from "./store.ts";

const ANA = { login: "ana", roles: ["approver"] } as const;
const NOW_MS = 1_000;

interface Opened {
  readonly inventory: Inventory;
  readonly trail: Trail;
  readonly events: readonly InventoryEvent[];
  readonly write: (text: string) => void;
}

const FILE = "devices:\n  fw1: { reach: local }\n  fw2: { reach: local }\nzones: {}\n";

async function open(text = FILE): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), "premortem-inventory-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const networkFile = join(folder, "premortem.yaml");
  const write = (words: string) => writeFileSync(networkFile, words);
  write(text);
  const { database } = await testDatabase(TRAIL_MIGRATIONS, INVENTORY_MIGRATIONS);
  const trail = openTrail({ database });
  const clock = () => NOW_MS;
  const onFault = (fault: unknown) => {
    throw fault;
  };
  const inventory = openInventory({ database, clock, trail, networkFile, onFault });
  if (inventory.kind === "badFile") throw new Error(JSON.stringify(inventory));
  onTestFinished(() => inventory.close());
  const events: InventoryEvent[] = [];
  inventory.events.subscribe((event) => events.push(event));
  return { inventory, trail, events, write };
}

const SNAPSHOT = makeSnapshot("fw1", [
  { name: "nft", text: "table inet edge {\n}\nö\0\n" },
  { name: "ipset", text: null },
  { name: "links", text: "" },
]);

test("a snapshot comes back as it was, under its hash", async () => {
  const { inventory } = await open();
  await inventory.keep(SNAPSHOT);
  await inventory.keep(SNAPSHOT);
  expect(await inventory.snapshotOf(SNAPSHOT.hash)).toEqual(SNAPSHOT);
  expect(await inventory.snapshotOf(SNAPSHOT.hash, "fw2")).toBeNull();
  expect(await inventory.snapshotOf("0")).toBeNull();
});

test("two devices may run the same", async () => {
  const { inventory } = await open();
  const twin = { ...SNAPSHOT, device: "fw2" };
  await inventory.keep(SNAPSHOT);
  await inventory.keep(twin);
  expect(await inventory.snapshotOf(SNAPSHOT.hash, "fw2")).toEqual(twin);
});

test("a baseline is adopted by a person, and the trail says so", async () => {
  const { inventory, trail, events } = await open();
  await inventory.keep(SNAPSHOT);
  expect(await inventory.baselineOf("fw1")).toBeNull();
  const baseline = { device: "fw1", hash: SNAPSHOT.hash, login: "ana", readMs: null, atMs: NOW_MS };
  expect(await inventory.adopt("fw1", SNAPSHOT.hash, ANA)).toEqual(baseline);
  expect(await inventory.baselineOf("fw1")).toEqual(baseline);
  expect(await inventory.baselineSnapshot("fw1")).toEqual(SNAPSHOT);
  expect(events).toEqual([{ kind: "baselineAdopted", baseline }]);
  expect(await trail.page({ before: null, limit: 9, subject: "device/fw1" })).toMatchObject([
    {
      actor: "ana",
      kind: "baseline.adopted",
      details: { snapshot: SNAPSHOT.hash, previous: null },
    },
  ]);
});

test("what was not read from a device cannot be its baseline", async () => {
  const { inventory, trail } = await open();
  await inventory.keep(SNAPSHOT);
  const refusal = { kind: "refusal" };
  expect(await inventory.adopt("fw2", SNAPSHOT.hash, ANA)).toMatchObject(refusal);
  expect(await inventory.adopt("fw1", "0", ANA)).toMatchObject(refusal);
  expect(await inventory.adopt("fw3", SNAPSHOT.hash, ANA)).toMatchObject({
    reason: "there is no device `fw3`",
    help: "known are `fw1`, `fw2`",
  });
  expect((await trail.head()).number).toBe(0);
});

test("a network file is read again, and one with mistakes is not used", async () => {
  const { inventory, events, write } = await open();
  write("devices:\n  fw9: { reach: local }\nzones: {}\n");
  inventory.reload();
  expect([...inventory.network().devices.keys()]).toEqual(["fw9"]);
  write("devices:\n  fw9: { reach: nowhere }\nzones: {}\n");
  const bad = inventory.reload();
  expect(bad).toMatchObject({ kind: "badFile", diagnostics: [{ span: { line: 2 } }] });
  expect([...inventory.network().devices.keys()]).toEqual(["fw9"]);
  expect(events.map(({ kind }) => kind)).toEqual(["networkRead"]);
});

test("a network file that is not there is told", async () => {
  const { database } = await testDatabase();
  const trail = openTrail({ database });
  const clock = () => NOW_MS;
  const networkFile = "/nowhere/premortem.yaml";
  const options = { database, clock, trail, networkFile, onFault: () => undefined };
  expect(openInventory(options)).toMatchObject({
    kind: "badFile",
    problem: { message: "does not exist" },
  });
});

describeWith(["root", "nft", "ip"], "a device that is really there", () => {
  test("is read, and what was read is kept", async () => {
    const name = `premortem-inventory-${process.pid}`;
    execFileSync("ip", ["netns", "add", name]);
    onTestFinished(() => void execFileSync("ip", ["netns", "delete", name]));
    execFileSync("ip", ["netns", "exec", name, "nft", "add", "table", "inet", "edge"]);
    const { inventory, events } = await open(
      `devices:\n  fw1: { reach: "namespace:${name}" }\nzones: {}\n`,
    );
    const pulled = await inventory.pull("fw1");
    if (pulled.kind !== "pulled") throw new Error(JSON.stringify(pulled));
    const { snapshot, notSeen } = pulled;
    expect(snapshot.parts.find((part) => part.name === "nft")?.text).toContain("table inet edge");
    expect(await inventory.snapshotOf(snapshot.hash)).toEqual(snapshot);
    expect(await inventory.lastPull("fw1")).toEqual({
      hash: snapshot.hash,
      atMs: NOW_MS,
      notSeen,
    });
    expect(events).toEqual([{ kind: "pulled", device: "fw1", hash: snapshot.hash }]);
    expect((await inventory.pull("fw1")).kind).toBe("pulled");
    expect(await inventory.pull("fw9")).toMatchObject({ kind: "refusal" });
  });
});
