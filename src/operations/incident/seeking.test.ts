import { expect, test } from "vitest";
import { openTurns } from "../../platform/turns.ts";
import { Seeking } from "./seeking.ts";

function opened(seek: (incident: number) => Promise<void> = async () => undefined) {
  const turns = openTurns();
  const sought: number[] = [];
  const faults: unknown[] = [];
  const seeking = new Seeking({
    turns,
    seek: (incident) => {
      sought.push(incident);
      return seek(incident);
    },
    onFault: (fault) => faults.push(fault),
  });
  return { turns, seeking, sought, faults };
}

test("a cause is sought once for all that came before its turn", async () => {
  const { turns, seeking, sought } = opened();
  const taken = [1, 2, 3].map(() => turns.take(async () => seeking.mark(7)));
  await Promise.all(taken);
  await seeking.done();
  expect(sought).toEqual([7]);
});

test("what comes while a cause is sought is sought behind it", async () => {
  const { seeking, sought } = opened(async () => {
    if (sought.length === 1) seeking.mark(7);
  });
  seeking.mark(7);
  await seeking.done();
  await seeking.done();
  expect(sought).toEqual([7, 7]);
});

test("what was sought at once has no turn of its own any more", async () => {
  const { seeking, sought } = opened();
  seeking.mark(7);
  await seeking.now();
  await seeking.done();
  expect(sought).toEqual([7]);
});

test("a cause that cannot be sought is told, and holds up nobody", async () => {
  const { seeking, faults } = opened(() => Promise.reject(new Error("the database is away")));
  seeking.mark(7);
  await seeking.done();
  expect(faults).toHaveLength(1);
});
