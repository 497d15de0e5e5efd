import { expect, test } from "vitest";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import { openTrail } from "../trail/service.ts";
import { TRAIL_MIGRATIONS } from "../trail/store.ts";
import { beginUndo, openIncident } from "./life.ts";
import type { IncidentOptions } from "./service.ts";
import { INCIDENT_MIGRATIONS, incidentStore } from "./store.ts";
import { openDesk } from "./testing/openDesk.ts";

const SYMPTOM = { id: "smtp", sinceMs: 10, text: "smtp", flows: [], intent: null };
const ANA = { login: "ana", roles: ["operator"] } as const;

/** A server that ends behind what is put on the trail, while `isEnding`. */
async function open() {
  const { database } = await testDatabase(TRAIL_MIGRATIONS, INCIDENT_MIGRATIONS);
  const trail = openTrail({ database });
  const server = { isEnding: false };
  const record: IncidentOptions["record"] = async (event, transaction) => {
    await trail.append(event, transaction);
    if (server.isEnding) throw new Error("the server ends");
  };
  const { incidents } = await openDesk({ database, record });
  const published: string[] = [];
  incidents.events.subscribe(({ kind }) => published.push(kind));
  return {
    server,
    incidents,
    published,
    store: incidentStore(database),
    kinds: async () =>
      (await trail.page({ before: null, limit: 100, subject: null })).map(({ kind }) => kind),
  };
}

test("an incident that opens is there and on the trail, or neither", async () => {
  const { server, incidents, kinds, published } = await open();
  server.isEnding = true;
  await expect(incidents.symptom(SYMPTOM)).rejects.toThrow("the server ends");
  expect([await incidents.list(10, null), await kinds(), published]).toEqual([[], [], []]);
  server.isEnding = false;
  await incidents.symptom(SYMPTOM);
  expect(await kinds()).toContain("incident.opened");
});

test("how an undo ended is kept with its line on the trail, so that no other end is told of it", async () => {
  const { server, incidents, store, kinds, published } = await open();
  const begun = beginUndo(openIncident(0, SYMPTOM, 12), "ana", "delete rule …", 20);
  const { id } = await store.add(begun);
  server.isEnding = true;
  await expect(incidents.resume()).rejects.toThrow("the server ends");
  expect([(await incidents.find(id))?.undo?.state, await kinds(), published]).toEqual([
    begun.undo?.state,
    [],
    [],
  ]);
  server.isEnding = false;
  await incidents.resume();
  await incidents.resume();
  expect([await kinds(), published]).toEqual([["incident.undoFailed"], ["undone"]]);
});

test("an incident that is closed is so on the trail, or stays open", async () => {
  const { server, incidents, kinds } = await open();
  await incidents.symptom(SYMPTOM);
  await incidents.symptomOver(SYMPTOM.id);
  const [{ id } = { id: 0 }] = await incidents.list(1, null);
  server.isEnding = true;
  await expect(incidents.close(id, ANA)).rejects.toThrow("the server ends");
  expect((await incidents.find(id))?.status).not.toBe("closed");
  expect(await kinds()).not.toContain("incident.closed");
  server.isEnding = false;
  await incidents.close(id, ANA);
  expect((await kinds()).filter((kind) => kind === "incident.closed")).toHaveLength(1);
});
