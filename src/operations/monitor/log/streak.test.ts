import { expect, test } from "vitest";
import { Streak } from "./streak.ts";

function fail(streak: Streak, from: number, count: number): void {
  for (let i = from; i < from + count; i++) streak.fail(`192.0.2.${i}`);
}

function peaceful(): Streak {
  const streak = new Streak();
  for (let i = 0; i < 200; i++) streak.work(`198.51.100.${i}`);
  return streak;
}

test("one that fails is no streak, however often it is tried", () => {
  const streak = peaceful();
  for (let i = 0; i < 1_000; i++) streak.fail("192.0.2.1");
  expect(streak.isLong).toBe(false);
});

test("many different ones without one that works are", () => {
  const streak = peaceful();
  fail(streak, 0, 7);
  expect(streak.isLong).toBe(false);
  fail(streak, 7, 1);
  expect(streak.isLong).toBe(true);
});

test("one that works ends it", () => {
  const streak = peaceful();
  fail(streak, 0, 8);
  streak.work("198.51.100.1");
  expect([streak.isLong, streak.length]).toEqual([false, 0]);
});

test("those that are known to be dead may all be tried again at once", () => {
  const streak = peaceful();
  for (let i = 0; i < 100; i++) {
    fail(streak, i, 1);
    streak.work(null);
  }
  fail(streak, 0, 100);
  expect(streak.isLong).toBe(false);
});

test("one that works again is not dead any more", () => {
  const streak = peaceful();
  fail(streak, 0, 1);
  streak.work(null);
  streak.work("192.0.2.0");
  fail(streak, 0, 1);
  expect(streak.length).toBe(1);
});

test("where much fails by itself it takes more", () => {
  const streak = new Streak();
  for (let i = 0; i < 200; i++) {
    fail(streak, 2 * i, 2);
    streak.work(null);
  }
  fail(streak, 1_000, 20);
  expect(streak.isLong).toBe(false);
  fail(streak, 1_020, 20);
  expect(streak.isLong).toBe(true);
});

test("before anything has worked nobody knows what is dead", () => {
  const streak = new Streak();
  fail(streak, 0, 100);
  expect(streak.isLong).toBe(false);
});
