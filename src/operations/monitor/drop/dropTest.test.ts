import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../engine/bdd/index.ts";
import {
  beginDropTest,
  type DropTest,
  type ExpectedCount,
  observe,
  quickestAlarm,
} from "./dropTest.ts";

const POISSON = (mean: number): ExpectedCount => ({ mean, shape: Number.POSITIVE_INFINITY });

/** The interval of the first alarm, from 1; null: none. */
function firstAlarm(
  test: DropTest,
  counts: Iterable<number>,
  expected: ExpectedCount,
): number | null {
  let now = test;
  let interval = 0;
  for (const count of counts) {
    interval++;
    const { test: next, isAlarm } = observe(now, count, expected);
    if (isAlarm) return interval;
    now = next;
  }
  return null;
}

/** A Poisson count (Knuth, TAOCP 2, 3.4.1), by multiplying uniforms. */
function poisson(random: () => number, mean: number): number {
  const end = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > end; product *= random()) count++;
  return count;
}

function* peace(random: () => number, mean: number, intervals: number): Generator<number> {
  for (let i = 0; i < intervals; i++) yield poisson(random, mean);
}

const MONTH_OF_SECONDS = 30 * 86_400;

describe("an outage is found within", () => {
  const cases: readonly (readonly [string, number, number])[] = [
    ["4 s at 5 mails a second", 5, 4],
    ["33 s at one mail in two seconds", 0.5, 33],
  ];
  test.each(cases)("%s, with one false alarm a month", (_name, mean, within) => {
    const month = beginDropTest(MONTH_OF_SECONDS);
    const nothing = Array.from({ length: 1000 }, () => 0);
    expect(firstAlarm(month, nothing, POISSON(mean))).toBe(within);
    expect(quickestAlarm(month, POISSON(mean))).toBe(within);
  });
});

test("false alarms are as rare as stated", () => {
  const random = seededRandom(1);
  const stated = 2_000;
  const waits = Array.from({ length: 100 }, () => {
    const wait = firstAlarm(beginDropTest(stated), peace(random, 3, 50 * stated), POISSON(3));
    return wait ?? 50 * stated;
  });
  const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
  expect(mean).toBeGreaterThan(stated);
});

test("half of the expected count is a quiet day, a tenth is an outage", () => {
  const random = seededRandom(2);
  const year = beginDropTest(365 * 1440);
  /* The shape that days at half and at twice the mean give. */
  const expected = { mean: 20, shape: 5 };
  expect(firstAlarm(year, peace(random, 10, 20_000), expected)).toBeNull();
  expect(firstAlarm(year, peace(random, 2, 20), expected)).toBeLessThan(6);
});

test("traffic that strays far by itself needs more evidence", () => {
  const month = beginDropTest(MONTH_OF_SECONDS);
  const steady = quickestAlarm(month, POISSON(5));
  expect(quickestAlarm(month, { mean: 5, shape: 2 })).toBeGreaterThan(steady);
});

test("a night without mails is no evidence", () => {
  const { test: after, isAlarm } = observe(beginDropTest(1000), 0, POISSON(0.001));
  expect({ evidence: after.evidence, isAlarm }).toEqual({ evidence: 0, isAlarm: false });
});

test("rates that mean nothing are refused", () => {
  expect(() => beginDropTest(1)).toThrow();
  expect(() => beginDropTest(100, 1)).toThrow();
});
