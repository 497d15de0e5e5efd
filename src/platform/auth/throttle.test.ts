import { expect, test } from "vitest";
import { FIRST_WAIT_MS, FORGET_MS, LONGEST_WAIT_MS, openThrottle } from "./throttle.ts";

function throttle(free = 3) {
  const moment = { ms: 0 };
  return { moment, throttle: openThrottle(free, () => moment.ms) };
}

test("the first failures cost nothing, each further one twice as much, up to a limit", () => {
  const { moment, throttle: it } = throttle();
  const waits = Array.from({ length: 16 }, () => {
    it.begin("ana");
    const waitMs = it.waitMs("ana");
    moment.ms += waitMs;
    return waitMs / FIRST_WAIT_MS;
  });
  expect(waits.slice(0, 6)).toEqual([0, 0, 1, 2, 4, 8]);
  expect(waits.at(-1)).toBe(LONGEST_WAIT_MS / FIRST_WAIT_MS);
  expect(it.waitMs("bob")).toBe(0);
});

test("many at once are counted before any of them is known to be wrong", () => {
  const { throttle: it } = throttle();
  const letIn = Array.from({ length: 100 }, () => {
    if (it.waitMs("ana") > 0) return false;
    it.begin("ana");
    return true;
  });
  expect(letIn.filter(Boolean)).toHaveLength(3);
});

test("a wait is over when it is over, and failures are forgotten after a day", () => {
  const { moment, throttle: it } = throttle(1);
  it.begin("ana");
  moment.ms += FIRST_WAIT_MS - 1;
  expect(it.waitMs("ana")).toBe(1);
  moment.ms += 1;
  expect(it.waitMs("ana")).toBe(0);
  it.begin("ana");
  moment.ms += FORGET_MS;
  expect(it.begin("ana")).toBe(1);
});

test("what was right is forgotten, or taken back where it says nothing of the others", () => {
  const { throttle: it } = throttle();
  for (let i = 0; i < 3; i++) it.begin("ana");
  it.takeBack("ana");
  expect(it.waitMs("ana")).toBe(0);
  expect(it.begin("ana")).toBe(3);
  it.forget("ana");
  expect(it.begin("ana")).toBe(1);
});

test("made-up names take no more memory than there is for them", () => {
  const { throttle: it } = throttle(1);
  it.begin("ana");
  for (let i = 0; i < 20_000; i++) it.begin(`nobody${i}`);
  expect(it.waitMs("nobody19999")).toBeGreaterThan(0);
  expect(it.waitMs("nobody0")).toBe(0);
});
