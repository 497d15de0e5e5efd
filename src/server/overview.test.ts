import { expect, test, vi } from "vitest";
import { close, endSymptom, openIncident } from "../operations/incident/life.ts";
import { incidentStore } from "../operations/incident/store.ts";
import * as contract from "./contract/service.ts";
import { testServer } from "./testing/testServer.ts";

vi.setConfig({ testTimeout: 30_000 });

/** More than the overview lists. */
const MANY = 101;

test("what is open does not vanish behind what is over, and what is not listed is told", async () => {
  const server = await testServer();
  const token = await server.token("vera");
  const store = incidentStore(server.database.database);
  const symptom = { id: "probe/x", sinceMs: 1, text: "x", flows: [], intent: null };
  const open = openIncident(0, symptom, 1);
  const closed = close(endSymptom(open, symptom.id, 2), "ana", 3);
  const status = async () =>
    contract.status.parse((await server.ask("GET", "/v1/status", { token })).body);
  await store.add(open);
  for (let i = 0; i < MANY; i++) await store.add(closed);
  const one = await status();
  expect([one.incidents.map(({ id }) => id), one.notAllOf]).toEqual([[1], []]);
  for (let i = 0; i < MANY - 1; i++) await store.add(open);
  const many = await status();
  expect([many.incidents.length, many.notAllOf]).toEqual([MANY - 1, ["incidents"]]);
  const { text } = await server.ask("GET", "/metrics");
  expect(text).toContain(`premortem_incidents_open ${MANY}`);
});

test("alerts that are not over are listed alone where somebody asks for them", async () => {
  const server = await testServer();
  const token = await server.token("vera");
  const { alerts } = server.service;
  const raised = {
    group: "g",
    severity: "page",
    title: "t",
    text: "",
    labels: {},
    link: null,
  } as const;
  await alerts.raise({ ...raised, key: "there" });
  await alerts.raise({ ...raised, key: "over" });
  await alerts.end("over");
  const keys = async (query: string) => {
    const { body } = await server.ask("GET", `/v1/alerts?limit=1${query}`, { token });
    return contract.alerts.parse(body).alerts.map(({ key }) => key);
  };
  expect([await keys(""), await keys("&status=open")]).toEqual([["over"], ["there"]]);
});
