import { expect, test } from "vitest";
import type { TrailEvent } from "../trail/model.ts";
import { beginUndo, openIncident } from "./life.ts";
import { incidentStore } from "./store.ts";
import { openDesk } from "./testing/openDesk.ts";

test("an undo that a server before has begun is ended once, and its fate is not claimed", async () => {
  const recorded: TrailEvent[] = [];
  const attributed: string[] = [];
  const { incidents, database } = await openDesk({
    attribute: (device) => {
      attributed.push(device);
      return () => undefined;
    },
    record: async (event) => recorded.push(event),
  });
  const symptom = { id: "smtp", sinceMs: 10, text: "smtp", flows: [], intent: null };
  const stored = await incidentStore(database).add(
    beginUndo(openIncident(0, symptom, 12), "ana", "delete rule …", 20),
  );
  void incidents.resume();
  void incidents.resume();
  await incidents.settled();
  expect((await incidents.find(stored.id))?.undo).toMatchObject({
    state: "failed",
    text: "it is not known whether it was loaded: look at what runs",
  });
  expect(recorded.map(({ kind }) => kind)).toEqual(["incident.undoFailed"]);
  expect(attributed).toEqual([]);
});
