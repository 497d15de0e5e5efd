import { expect, test } from "vitest";
import { seededRandom } from "../../../engine/bdd/index.ts";
import { beginSurgeTest, complained } from "./surgeTest.ts";

const HOUR_MS = 3_600_000;
const YEAR_MS = 8_766 * HOUR_MS;

/** Complaints until the first alarm, that one included; null: none. */
function until(timesMs: Iterable<number>, meanTimeMs: number, perHour = 1) {
  let now = beginSurgeTest(perHour, meanTimeMs, 0);
  let count = 0;
  for (const atMs of timesMs) {
    count++;
    const { test: next, isAlarm } = complained(now, atMs);
    if (isAlarm) return { count, atMs };
    now = next;
  }
  return null;
}

function* poisson(random: () => number, perHour: number, untilMs: number): Generator<number> {
  for (let atMs = 0; atMs < untilMs; ) {
    atMs -= (Math.log(1 - random()) / perHour) * HOUR_MS;
    yield atMs;
  }
}

const every = (ms: number, count: number) =>
  Array.from({ length: count }, (_, index) => HOUR_MS + index * ms);

test("five at once are a surge where one an hour comes, with one false alarm a year", () => {
  expect(until(every(30_000, 20), YEAR_MS)?.count).toBe(5);
});

test("what comes as often as expected is none", () => {
  expect(until(every(HOUR_MS, 1_000), YEAR_MS)).toBeNull();
  expect(until(every(HOUR_MS / 60, 60_000), YEAR_MS, 60)).toBeNull();
});

test("three times as many as usual are found, though later", () => {
  expect(until(every(HOUR_MS / 3, 200), YEAR_MS)?.count).toBeGreaterThan(10);
});

test("false alarms are as rare as stated", () => {
  const random = seededRandom(3);
  const stated = 200 * HOUR_MS;
  const waits = Array.from(
    { length: 300 },
    () => until(poisson(random, 1, 1_000 * stated), stated)?.atMs ?? 1_000 * stated,
  );
  const mean = waits.reduce((sum, one) => sum + one, 0) / waits.length;
  expect(mean).toBeGreaterThan(stated);
  /* And no rarer than would make it deaf. */
  expect(mean).toBeLessThan(10 * stated);
});

test("a clock that is set back is no surge", () => {
  const { test: after } = complained(beginSurgeTest(1, YEAR_MS, 0), HOUR_MS);
  expect(complained(after, 0)).toMatchObject({ isAlarm: false, test: { atMs: HOUR_MS } });
});

test("rates that mean nothing are refused", () => {
  expect(() => beginSurgeTest(0, 1, 0)).toThrow();
  expect(() => beginSurgeTest(1, 0, 0)).toThrow();
});
