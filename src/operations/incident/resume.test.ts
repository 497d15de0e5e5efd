import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import { parseNetwork } from "../inventory/networkFile.ts";
import type { TrailEvent } from "../trail/model.ts";
import { beginUndo, openIncident } from "./life.ts";
import { openIncidents } from "./service.ts";
import { INCIDENT_MIGRATIONS, incidentStore } from "./store.ts";

test("an undo that a server before has begun is ended once, and its fate is not claimed", async () => {
  const { network } = parseNetwork("n", readFileSync("examples/mail/premortem.yaml", "utf8"));
  if (network === null) throw new Error("no network");
  const { database } = await testDatabase(INCIDENT_MIGRATIONS);
  const symptom = { id: "smtp", sinceMs: 10, text: "smtp", flows: [], intent: null };
  const stored = await incidentStore(database).add(
    beginUndo(openIncident(0, symptom, 12), "ana", "delete rule …", 20),
  );
  const recorded: TrailEvent[] = [];
  const attributed: string[] = [];
  const incidents = openIncidents({
    database,
    clock: () => 30,
    network: () => network,
    transportOf: () => {
      throw new Error("no device is asked");
    },
    differencesSince: async () => [],
    difference: async () => null,
    snapshotOf: async () => null,
    applying: async () => null,
    devicePart: "",
    deviceFolder: () => "",
    attribute: (device) => {
      attributed.push(device);
      return () => undefined;
    },
    record: async (event) => recorded.push(event),
    recover: async () => [],
    onFault: (fault) => {
      throw fault;
    },
  });
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
