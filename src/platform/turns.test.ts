import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { openTurns } from "./turns.ts";

test("work is done one after the other, and what fails holds up nobody", async () => {
  const turns = openTurns();
  const said: string[] = [];
  const work = (name: string) => async () => {
    said.push(`${name} begins`);
    await setImmediate();
    if (name === "b") throw new Error(name);
    said.push(`${name} ends`);
    return name;
  };
  const all = await Promise.allSettled(["a", "b", "c"].map((name) => turns.take(work(name))));
  expect(said).toEqual(["a begins", "a ends", "b begins", "c begins", "c ends"]);
  expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("it is settled when also what was asked for meanwhile is done", async () => {
  const turns = openTurns();
  let isDone = false;
  const inner = async () => {
    await setImmediate();
    isDone = true;
  };
  void turns.take(async () => void turns.take(inner));
  await turns.settled();
  expect(isDone).toBe(true);
});
