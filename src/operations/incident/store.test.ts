import { expect, test } from "vitest";
import { migrate } from "../../platform/db/migrate.ts";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import { openIncident } from "./life.ts";
import { INCIDENT_MIGRATIONS, incidentStore } from "./store.ts";

test("causes of before name no device that was not seen", async () => {
  const { database } = await testDatabase(INCIDENT_MIGRATIONS.slice(0, 1));
  const store = incidentStore(database);
  const symptom = { id: "smtp", sinceMs: 10, text: "smtp", flows: [], intent: null };
  const before = { kind: "unclear", candidates: [], ruledOut: [], notExamined: 0 } as const;
  const ofBefore: object = { ...openIncident(0, symptom, 12), cause: before };
  await store.add({ ...openIncident(0, symptom, 12), ...ofBefore });
  await store.add(openIncident(0, symptom, 12));
  await migrate(database, [INCIDENT_MIGRATIONS]);
  const causes = (await store.open()).map(({ cause }) => cause);
  expect(causes).toEqual([{ ...before, notSeen: [], reasons: [] }, null]);
});

test("causes of before were one difference, which does not run any more where it was undone", async () => {
  const { database } = await testDatabase(INCIDENT_MIGRATIONS.slice(0, 2));
  const store = incidentStore(database);
  const symptom = { id: "smtp", sinceMs: 10, text: "smtp", flows: [], intent: null };
  const undo = { by: "ana", atMs: 20, script: "", state: "done", text: "" } as const;
  const explained: object = { cause: { kind: "explained", explains: ["smtp"] } };
  await store.add({ ...openIncident(0, symptom, 12), ...explained });
  await store.add({ ...openIncident(0, symptom, 12), ...explained, undo });
  await migrate(database, [INCIDENT_MIGRATIONS]);
  const causes = (await store.open()).map(({ cause }) => cause);
  expect(causes).toMatchObject([
    { explains: ["smtp"], others: [], isTakenBack: false },
    { others: [], isTakenBack: true },
  ]);
});
