import { expect, onTestFinished, test, vi } from "vitest";
import { openTime, runInRealTime } from "./time.ts";

/** Milliseconds of work for each of simulated time: it can never keep up. */
const COSTLY = 3;

test("a simulation that costs more than it lasts lags, and leaves time to others", async () => {
  const time = openTime(0);
  const work = () => {
    const until = performance.now() + COSTLY;
    while (performance.now() < until);
    time.after(1, work);
  };
  time.after(1, work);
  const faults: unknown[] = [];
  const begin = performance.now();
  onTestFinished(runInRealTime(time, 5, (fault) => faults.push(fault)));
  await vi.waitFor(() => expect(time.nowMs()).toBeGreaterThan(100), { timeout: 10_000 });
  expect(performance.now() - begin).toBeGreaterThan(time.nowMs());
  expect(faults).toEqual([]);
});

test("one that costs little keeps up with the clock", async () => {
  const time = openTime(0);
  const begin = performance.now();
  onTestFinished(runInRealTime(time, 5, () => undefined));
  await vi.waitFor(() => expect(time.nowMs()).toBeGreaterThan(200), { timeout: 10_000 });
  expect(time.nowMs()).toBeLessThanOrEqual(performance.now() - begin);
});
