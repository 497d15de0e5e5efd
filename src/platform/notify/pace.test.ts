import { describe, expect, test } from "vitest";
import { openAlarm } from "./alarm.ts";
import { backOff } from "./backOff.ts";
import { BURST, openPace, REFILL_MS } from "./pace.ts";

describe("pace", () => {
  test("lets a burst through, and then one after the other", () => {
    let nowMs = 0;
    const pace = openPace(() => nowMs);
    const waits = Array.from({ length: 100 }, () => {
      const waitMs = pace.taken();
      nowMs += waitMs;
      return waitMs;
    });
    expect(waits.slice(0, BURST)).toEqual([
      ...Array.from({ length: BURST - 1 }, () => 0),
      REFILL_MS,
    ]);
    expect(new Set(waits.slice(BURST))).toEqual(new Set([REFILL_MS]));
  });

  test("forgets a burst after a while, and saves nothing beyond the next", () => {
    let nowMs = 0;
    const pace = openPace(() => nowMs);
    for (let index = 0; index < BURST; index++) nowMs += pace.taken();
    nowMs += 3_600_000;
    const waits = Array.from({ length: BURST }, () => pace.taken());
    expect(waits).toEqual([...Array.from({ length: BURST - 1 }, () => 0), REFILL_MS]);
  });
});

describe("back-off", () => {
  test("doubles up to a minute, and never more", () => {
    const longest = [1, 2, 3, 9, 1_000_000].map((failures) => backOff(failures, null, 1));
    expect(longest).toEqual([250, 500, 1_000, 60_000, 60_000]);
  });
  test("is at least half of that, whatever the chance", () => {
    expect([backOff(1, null, 0), backOff(1_000, null, 0)]).toEqual([125, 30_000]);
  });
  test("waits as long as the other side asks", () => {
    expect(backOff(1, 7_000, 0)).toBe(7_000);
  });
});

describe("an alarm", () => {
  test("rings at the earliest moment that anybody asked for", async () => {
    const alarm = openAlarm();
    const rings = alarm.rings();
    alarm.set(3_600_000);
    alarm.set(0);
    expect(await rings).toBe(true);
  });

  test("set while nobody waits, it rings when somebody does", async () => {
    const alarm = openAlarm();
    alarm.set(0);
    expect(await alarm.rings()).toBe(true);
  });

  test("is quiet only while somebody waits and nothing is asked for", () => {
    const alarm = openAlarm();
    expect(alarm.isQuiet()).toBe(false);
    void alarm.rings();
    expect(alarm.isQuiet()).toBe(true);
    alarm.set(3_600_000);
    expect(alarm.isQuiet()).toBe(false);
    alarm.set(0);
    expect(alarm.isQuiet()).toBe(false);
    alarm.close();
  });

  test("rings no earlier than is allowed", async () => {
    const alarm = openAlarm();
    const began = performance.now();
    alarm.notWithin(30);
    alarm.set(0);
    expect(await alarm.rings()).toBe(true);
    expect(performance.now() - began).toBeGreaterThanOrEqual(30);
  });

  test("closed, it does not ring any more", async () => {
    const alarm = openAlarm();
    const rings = alarm.rings();
    alarm.close();
    expect(await rings).toBe(false);
    expect(await alarm.rings()).toBe(false);
  });
});
