import { expect, test } from "vitest";
import { HOURS_IN_WEEK, type HourCount, hourOf, learn, learntHours, usualAt } from "./season.ts";

const MS_IN_HOUR = 3_600_000;
const INTERVALS = 720;
const hour = (number: number, mean: number, intervals = INTERVALS): HourCount => ({
  hour: number,
  intervals,
  count: mean * intervals,
  squares: mean * mean * intervals,
});
const weeks = (...means: readonly number[]) =>
  means.flatMap((mean, week) => [
    hour(week * HOURS_IN_WEEK, mean),
    hour(week * HOURS_IN_WEEK + 1, 2 * mean),
  ]);
const usual = (hours: readonly HourCount[], atHour: number) =>
  usualAt(learn(hours, INTERVALS), atHour * MS_IN_HOUR);

test("one week teaches nothing yet, two do", () => {
  expect(usual(weeks(4), 1)).toBeNull();
  expect(usual(weeks(4, 6), 1)).toBe(7.5);
  expect(learntHours(learn(weeks(4, 6), INTERVALS))).toBe(2);
});

test("between two hours it goes straight from one to the other", () => {
  const hours = weeks(4, 4);
  expect([0.5, 0.75, 1, 1.25].map((at) => usual(hours, at))).toEqual([4, 5, 6, 7]);
});

test("hours beside which nothing is learnt are not known", () => {
  expect(usual(weeks(4, 4), 1.6)).toBeNull();
  expect(usual(weeks(4, 4), 0.4)).toBeNull();
});

test("the week comes round", () => {
  expect(usual(weeks(4, 4), 5 * HOURS_IN_WEEK + 0.5)).toBe(4);
});

test("one bad week does not move it", () => {
  expect(usual(weeks(4, 0, 5), 0.5)).toBe(4);
});

test("an hour of which little was seen says nothing", () => {
  expect(
    usual([...weeks(4), hour(HOURS_IN_WEEK, 4, 100), hour(HOURS_IN_WEEK + 1, 8)], 1),
  ).toBeNull();
});

test("bursts are told from plain counts, and different hours are no burst", () => {
  const even = { hour: 0, intervals: 2, count: 10, squares: 50 };
  const bursts = { hour: 0, intervals: 4, count: 40, squares: 1_600 };
  expect(learn([even, hour(1, 9)], INTERVALS).burstiness).toBe(1);
  expect(learn([bursts], INTERVALS).burstiness).toBe(40);
});

test("hours begin when they begin", () => {
  expect([hourOf(0), hourOf(MS_IN_HOUR - 1), hourOf(MS_IN_HOUR)]).toEqual([0, 0, 1]);
});
