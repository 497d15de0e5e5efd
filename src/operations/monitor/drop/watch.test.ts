import { expect, test, vi } from "vitest";
import { openChannel } from "../../../platform/channel.ts";
import type { Database } from "../../../platform/db/database.ts";
import { testDatabase } from "../../../platform/db/testing/testDatabase.ts";
import { SymptomDesk } from "../desk.ts";
import type { MonitorEvent } from "../model.ts";
import { MONITOR_MIGRATIONS, type MonitorStore, monitorStore } from "../store.ts";
import { INTERVAL_MS } from "./host.ts";
import { hourOf } from "./season.ts";
import { DropWatch } from "./watch.ts";

vi.setConfig({ testTimeout: 30_000 });

const NOW_MS = 490_000 * 3_600_000;
const RATES = { meanRunLength: 90 * 17_280, chanceOfTrial: 1 / 5_000 };
const WEEKS = 2;

async function openStore(): Promise<{ database: Database; store: MonitorStore }> {
  const { database } = await testDatabase(MONITOR_MIGRATIONS);
  return { database, store: monitorStore(database) };
}

/** Two weeks of five mails in an interval, for the hours around now. */
async function teach(store: MonitorStore): Promise<void> {
  for (let week = 1; week <= WEEKS; week++)
    for (let place = -3; place <= 3; place++) {
      const hour = hourOf(NOW_MS) - week * 168 + place;
      await store.addHour("m", { hour, intervals: 720, count: 3_600, squares: 21_600 });
    }
}

async function openWatch(store: MonitorStore, fromMs = NOW_MS) {
  let nowMs = fromMs;
  let isSeeing = true;
  const told: MonitorEvent[] = [];
  const events = openChannel<MonitorEvent>((fault) => {
    throw fault;
  });
  events.subscribe((event) => told.push(event));
  const clock = () => nowMs;
  const watch = new DropWatch({
    monitor: { id: "m", on: "mail1", flows: [] },
    clock,
    desk: new SymptomDesk(events, clock),
    store,
    rates: RATES,
    isSeeing: () => isSeeing,
  });
  await watch.begin();
  return {
    watch,
    told,
    close: () => {
      isSeeing = !isSeeing;
    },
    turn: async (count: number, times = 1, lengthMs = INTERVAL_MS) => {
      for (let time = 0; time < times; time++) {
        for (let mail = 0; mail < count; mail++) watch.accepted();
        nowMs += lengthMs;
        await watch.turn();
      }
    },
    now: clock,
  };
}

test("mails that stay away are told with numbers, and their return is", async () => {
  const { store } = await openStore();
  await teach(store);
  const { told, turn } = await openWatch(store);
  await turn(5, 40);
  expect(told).toEqual([]);
  await turn(0, 12);
  expect(told).toMatchObject([
    {
      kind: "began",
      symptom: {
        id: "m/drop",
        kind: "drop",
        device: "mail1",
        text: expect.stringMatching(
          /^mail1 accepted 0 mails within \d\d s, where \d\d are usual \(.*one false alarm in 90 days/,
        ),
      },
    },
  ]);
  await turn(5, 3);
  expect(told.map(({ kind }) => kind)).toEqual(["began", "ended"]);
});

test("until it has learnt it says so, and tells nothing", async () => {
  const { store } = await openStore();
  const { watch, told, turn } = await openWatch(store);
  await turn(5, 40);
  await turn(0, 100);
  expect(told).toEqual([]);
  expect(watch.notes()).toContainEqual(expect.stringMatching(/^learning: 0 of 168 hours/));
});

test("behind a change it tells all the same, and says that it looks closely", async () => {
  const { store } = await openStore();
  const { watch, told, turn, now } = await openWatch(store);
  await turn(5, 40);
  watch.changed(now());
  expect(watch.notes()).toContainEqual(expect.stringMatching(/^a ruleset has changed/));
  await turn(0, 5);
  expect(told.map(({ kind }) => kind)).toEqual(["began"]);
});

test("what nobody saw has not stayed away", async () => {
  const { store } = await openStore();
  await teach(store);
  const { told, turn, close } = await openWatch(store);
  await turn(5, 40);
  close();
  await turn(0, 100);
  close();
  await turn(0, 1);
  await turn(5, 20);
  expect(told).toEqual([]);
});

test("intervals in which this process did not run say nothing", async () => {
  const { store } = await openStore();
  await teach(store);
  const { told, turn } = await openWatch(store);
  await turn(5, 40);
  await turn(0, 50, 2 * INTERVAL_MS);
  expect(told).toEqual([]);
});

test("what is learnt outlives the process, and an outage teaches nothing", async () => {
  const { store } = await openStore();
  await teach(store);
  const first = await openWatch(store);
  await first.turn(5, 41);
  await first.watch.keep();
  const second = await openWatch(store, first.now());
  await second.turn(5, 21);
  await second.turn(0, 60);
  await second.watch.keep();
  const hours = await store.hours("m", hourOf(NOW_MS));
  /* The first interval of each is not whole; those until the outage is seen are taken for peace. */
  expect(hours).toMatchObject([{ hour: hourOf(NOW_MS), count: 300 }]);
  expect(hours[0]?.intervals).toBeGreaterThanOrEqual(60);
  expect(hours[0]?.intervals).toBeLessThan(75);
});

test("what could not be written is written the next time", async () => {
  const { store } = await openStore();
  let isDown = true;
  const { watch, turn } = await openWatch({
    ...store,
    addHour: (monitor, hour) =>
      isDown ? Promise.reject(new Error("down")) : store.addHour(monitor, hour),
  });
  await turn(5, 11);
  await expect(watch.keep()).rejects.toThrow("down");
  isDown = false;
  await turn(5, 10);
  await watch.keep();
  await watch.keep();
  expect(await store.hours("m", hourOf(NOW_MS))).toMatchObject([{ intervals: 20, count: 100 }]);
});

test("hours that are too old are forgotten", async () => {
  const { store } = await openStore();
  await store.addHour("m", { hour: 1_000, intervals: 1, count: 1, squares: 1 });
  await store.addHour("m", { hour: 1_000 + 8 * 168 + 1, intervals: 1, count: 1, squares: 1 });
  expect((await store.hours("m", 0)).map(({ hour }) => hour)).toEqual([1_000 + 8 * 168 + 1]);
});
