import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { newsBehind, readCursor } from "./outboxStore.ts";
import { alertDatabase, openTold } from "./testing/openTold.ts";
import { raisedOf } from "./testing/raised.ts";

const TIMES = 150;
/** Beyond it what is over is nothing that a channel has to be told of. */
const LATER_MS = 600_000;
const LONG_MS = 60_000;

test("a channel that is new misses nothing that comes just then", {
  timeout: LONG_MS,
}, async () => {
  const database = await alertDatabase();
  const alerts = openTold(database, null);
  for (let i = 0; i < TIMES; i++) {
    const read = async () => {
      await setTimeout(i % 5);
      return readCursor(database, `channel ${i}`, Date.now() + LATER_MS);
    };
    const raised = raisedOf(`key ${i}`, `group ${i}`);
    const [{ toldTo }] = await Promise.all([read(), alerts.raise(raised)]);
    expect((await newsBehind(database, toldTo, 10)).length).toBe(1);
    await alerts.end(raised.key);
  }
});
