import { expect, test } from "vitest";
import type { Wait } from "../../platform/clock.ts";
import { Decisions } from "./decisions.ts";

const forever: Wait = (_ms, signal) =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve());
  });

async function isOver(
  decisions: Decisions,
  { wait = forever, signal = new AbortController().signal } = {},
): Promise<boolean> {
  const over = decisions.over(wait, signal).then(() => true);
  return Promise.race([over, new Promise<false>((resolve) => setImmediate(resolve, false))]);
}

test("nothing is waited for where nothing was loaded", async () => {
  expect(await isOver(new Decisions())).toBe(true);
});

test("each load is waited for until it is decided", async () => {
  const decisions = new Decisions();
  const [first, second] = [decisions.begin(), decisions.begin()];
  first();
  expect(await isOver(decisions)).toBe(false);
  second();
  second();
  expect(await isOver(decisions)).toBe(true);
});

test("who ends a watch waits for nothing", async () => {
  const decisions = new Decisions();
  decisions.begin();
  expect(await isOver(decisions, { signal: AbortSignal.abort() })).toBe(true);
});

test("a decision that hangs keeps the watch for a while, and no longer", async () => {
  const decisions = new Decisions();
  decisions.begin();
  expect(await isOver(decisions, { wait: async () => undefined })).toBe(true);
});
