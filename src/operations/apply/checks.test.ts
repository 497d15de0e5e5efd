import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { type Check, type Finding, runChecks } from "./checks.ts";
import { type CheckTime, systemCheckTime } from "./checkTime.ts";

const NEVER = new AbortController().signal;
/** Deadlines of this length come at once, all others never. */
const AT_ONCE = 1;

const time: CheckTime = {
  now: () => 0,
  wait: () => Promise.resolve(),
  deadline: (ms) => ({
    over: ms === AT_ONCE ? Promise.resolve() : new Promise(() => undefined),
    end: () => undefined,
  }),
};

const check = (name: string, run: Check["run"], more: Partial<Check> = {}): Check => ({
  kind: "probe",
  name,
  isCounted: true,
  deadlineMs: 1000,
  mostMs: 10_000,
  run,
  ...more,
});
const passes = async (): Promise<Finding> => ({ passed: true, text: "fine" });
const fails = async (): Promise<Finding> => ({ passed: false, text: "refused" });
const hangs = (): Promise<Finding> => new Promise(() => undefined);
const throws = () => Promise.reject(new Error("no route"));

describe("an apply may stay", () => {
  const cases: readonly (readonly [string, readonly Check[], boolean])[] = [
    ["where everything passes", [check("a", passes), check("b", passes)], true],
    ["not where one fails", [check("a", passes), check("b", fails)], false],
    ["not where one throws", [check("a", throws)], false],
    ["not where one hangs", [check("a", hangs, { deadlineMs: AT_ONCE })], false],
    [
      "where one fails that is not counted",
      [check("a", passes), check("b", fails, { isCounted: false })],
      true,
    ],
    [
      "where one hangs that is not counted",
      [check("a", hangs, { isCounted: false, deadlineMs: AT_ONCE })],
      true,
    ],
    ["where there is nothing to check", [], true],
  ];
  test.each(cases)("%s", async (_name, checks, passed) => {
    expect((await runChecks(checks, time, NEVER)).passed).toBe(passed);
  });
});

test("the first that fails decides, and the others are told to stop", async () => {
  let isStopped = false;
  const slow = (signal: AbortSignal) => {
    signal.addEventListener("abort", () => {
      isStopped = true;
    });
    return hangs();
  };
  const { passed, evidence } = await runChecks(
    [check("slow", slow), check("bad", fails)],
    time,
    NEVER,
  );
  expect({ passed, isStopped }).toEqual({ passed: false, isStopped: true });
  expect(evidence).toMatchObject([
    { name: "slow", passed: false, text: "not waited for", tookMs: null },
    { name: "bad", passed: false, text: "refused" },
  ]);
});

test("somebody who wants it back does not wait for checks", async () => {
  const stop = new AbortController();
  const result = runChecks([check("slow", hangs)], time, stop.signal);
  stop.abort();
  expect((await result).passed).toBe(false);
});

test("one that has answered is not late because premortem was busy", async () => {
  const answers = async (): Promise<Finding> => {
    await readFile("/dev/null");
    return { passed: true, text: "fine" };
  };
  const result = runChecks([check("a", answers, { deadlineMs: 400 })], systemCheckTime, NEVER);
  const untilMs = performance.now() + 600;
  while (performance.now() < untilMs);
  expect((await result).passed).toBe(true);
});
