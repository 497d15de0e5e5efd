import { stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { openDeadline } from "./deadline.ts";

/** Computes for so long that nothing else happens here. */
function spin(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

/** What comes first: the answer, or the end of its time. */
async function first(answer: Promise<unknown>, ms: number, mostMs: number): Promise<string> {
  const deadline = openDeadline(ms, mostMs);
  const said = await Promise.race([
    answer.then(() => "answered"),
    deadline.over.then(() => "over"),
  ]);
  deadline.end();
  return said;
}

/** An answer of one step, which lies there when we stop computing. */
function heard(): Promise<unknown> {
  return stat("/dev/null");
}

const never = new Promise(() => undefined);

test("who answers while we compute is not late", async () => {
  const said = first(heard(), 100, 10_000);
  spin(300);
  expect(await said).toBe("answered");
});

test("nor where all the time that there is has gone meanwhile", async () => {
  const said = first(heard(), 100, 200);
  spin(300);
  expect(await said).toBe("answered");
});

test("who does not answer is late", async () => {
  expect(await first(never, 50, 10_000)).toBe("over");
});

test("also where we never stop computing", async () => {
  const said = first(never, 1_000_000, 300);
  let isOver = false;
  void said.then(() => {
    isOver = true;
  });
  while (!isOver) {
    spin(100);
    await new Promise((turn) => setTimeout(turn));
  }
  expect(await said).toBe("over");
});

test("the time in which we were deaf is told", async () => {
  const deadline = openDeadline(50, 10_000);
  spin(300);
  await deadline.over;
  expect(deadline.deafMs()).toBeGreaterThan(200);
});
