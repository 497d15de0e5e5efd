import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ApplyState } from "../operations/apply/model.ts";
import type { ApplyNews } from "../operations/apply/options.ts";
import { openChannel } from "../platform/channel.ts";
import { raiseAlarms } from "./alarms.ts";
import { PEOPLE, testServer } from "./testing/testServer.ts";
import type { Service } from "./wire.ts";

const NETWORK = `
devices:
  mail1: { reach: namespace:pm-nowhere }
zones: {}
monitors:
  mail: { kind: postfix, on: mail1 }
${PEOPLE}`;

const SYMPTOM = {
  id: "mail/queue",
  sinceMs: 1,
  text: "mail does not leave",
  flows: [],
  intent: null,
};
const blind = (device: string) => ({
  key: `blind/device/${device}`,
  group: `device/${device}`,
  severity: "warning" as const,
  title: `${device} is not seen`,
  text: "",
  labels: { device },
  link: null,
});

async function firing({ alerts }: Service): Promise<readonly string[]> {
  return (await alerts.unresolved()).map(({ key }) => key).sort();
}

test("an incident whose page was lost is told at the next round, and once", async () => {
  const { service } = await testServer({ network: NETWORK });
  const { incidents, alerts } = service;
  await incidents.symptom(SYMPTOM);
  await service.round();
  const [alert] = await alerts.unresolved();
  expect(alert?.key).toBe("incident/1");
  /* As if the server had ended between the two. */
  await alerts.end("incident/1");
  const heard: string[] = [];
  alerts.events.subscribe(({ kind }) => heard.push(kind));
  await service.round();
  await service.round();
  expect([await firing(service), heard]).toEqual([["incident/1"], ["raised"]]);
});

test("an alert ends whose incident is over, or whose device and monitor are gone", async () => {
  const { service, networkFile } = await testServer();
  const { alerts } = service;
  await alerts.raise({ ...blind("fw"), key: "incident/7" });
  await alerts.raise({ ...blind("fw"), key: "blind/monitor/mail" });
  await alerts.raise({ ...blind("fw"), key: "drift/fw" });
  await alerts.raise({ ...blind("fw"), key: "somebody/elses" });
  for (const device of ["fw", "old"]) await alerts.raise(blind(device));
  await service.round();
  expect(await firing(service)).toEqual(["blind/device/fw", "drift/fw", "somebody/elses"]);
  writeFileSync(networkFile, `devices:\n  other: { reach: local }\nzones: {}\n${PEOPLE}`);
  expect(await service.reload({ login: "ana", roles: ["operator"] })).toBeNull();
  expect(await firing(service)).toEqual(["somebody/elses"]);
});

test("the page for a device that is stuck outlives applies that came to nothing there", async () => {
  const { service } = await testServer();
  const { alerts } = service;
  const applyNews = openChannel<ApplyNews>(fail);
  const alarms = raiseAlarms(
    alerts,
    { ...service, network: () => service.inventory.network(), applyNews },
    fail,
  );
  const ended = async (applyId: number, state: ApplyState) => {
    const about = { applyId, changeId: applyId, device: "fw", isAlone: false };
    applyNews.publish({ kind: "state", atMs: 1, state, ...about });
    await alarms.reconcile();
    return firing(service);
  };
  const stuck: ApplyState = { kind: "stuck", why: "noRecord", running: "other" };
  expect(await ended(1, stuck)).toEqual(["apply/fw"]);
  expect(await ended(2, { kind: "refused", reason: "anotherArmed" })).toEqual(["apply/fw"]);
  expect(await ended(3, { kind: "rolledBack", reason: "asked" })).toEqual(["apply/fw"]);
  expect(await ended(4, { kind: "confirmed" })).toEqual([]);
});

function fail(fault: unknown): never {
  throw fault;
}
