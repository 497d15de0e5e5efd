import { expect, test } from "vitest";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import { openTrail } from "../trail/service.ts";
import { TRAIL_MIGRATIONS } from "../trail/store.ts";
import { AUDIT_MIGRATIONS, auditStore } from "./store.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

/** A device that is seen and not seen at seconds of the clock, and what the trail tells of it. */
async function open() {
  const { database } = await testDatabase(TRAIL_MIGRATIONS, AUDIT_MIGRATIONS);
  const trail = openTrail({ database });
  const store = auditStore(database, trail);
  const blind = (sinceS: number, nowS = sinceS) =>
    store.noteBlind("edge", gapOf(sinceS), nowS * SECOND_MS);
  const seeing = (nowS: number) => store.noteSeeing("edge", null, nowS * SECOND_MS);
  /** A gap of two seconds, with which the minute begins in which others are counted alone. */
  await blind(0);
  await seeing(2);
  return {
    blind,
    seeing,
    async told() {
      const entries = await trail.page({ before: null, limit: 100, subject: "device/edge" });
      return [...entries]
        .reverse()
        .slice(2)
        .map(({ kind, atMs, details }) => [kind, atMs / SECOND_MS, details]);
    },
  };
}

const gapOf = (sinceS: number) => ({ sinceMs: sinceS * SECOND_MS, reason: `lost at ${sinceS}` });

test("a short gap within a minute of one that was entered is counted alone", async () => {
  const { blind, seeing, told } = await open();
  await blind(30);
  await seeing(89);
  expect(await told()).toEqual([]);
});

test("a long one that begins there is entered when it ends, where nobody asked meanwhile", async () => {
  const { blind, seeing, told } = await open();
  const hourS = HOUR_MS / SECOND_MS;
  await blind(30);
  await seeing(8 * hourS);
  expect(await told()).toEqual([["watch.seeing", 8 * hourS, gapOf(30)]]);
});

test("one that is still on after a minute is entered then, once, with since when", async () => {
  const { blind, seeing, told } = await open();
  await blind(20);
  await seeing(21);
  await blind(30);
  await blind(30, 60);
  await blind(30, 90);
  await blind(30, 150);
  await seeing(151);
  expect(await told()).toEqual([
    ["watch.blind", 90, { ...gapOf(30), untold: 1 }],
    ["watch.seeing", 151, gapOf(30)],
  ]);
});

test("one that is entered late is no more among those that are counted", async () => {
  const { blind, seeing, told } = await open();
  await blind(30);
  await seeing(100);
  await blind(170);
  expect(await told()).toEqual([
    ["watch.seeing", 100, gapOf(30)],
    ["watch.blind", 170, { ...gapOf(170), untold: 0 }],
  ]);
});

test("one that goes on with a new server is as long as since the device was seen", async () => {
  const { blind, seeing, told } = await open();
  await blind(30);
  await blind(40, 95);
  await seeing(96);
  expect(await told()).toEqual([
    ["watch.blind", 95, { ...gapOf(30), untold: 0 }],
    ["watch.seeing", 96, gapOf(30)],
  ]);
});
