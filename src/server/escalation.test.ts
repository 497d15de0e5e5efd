import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import type { z } from "zod";
import { endSymptom, openIncident, setCause } from "../operations/incident/life.ts";
import type { Incident } from "../operations/incident/model.ts";
import { incidentStore } from "../operations/incident/store.ts";
import { explainedCause } from "../operations/incident/testing/explainedCause.ts";
import { openReceiver, type Received } from "../platform/notify/testing/receiver.ts";
import { errorBody } from "./contract/common.ts";
import * as contract from "./contract/escalation.ts";
import { alert, alerts } from "./contract/service.ts";
import { testServer } from "./testing/testServer.ts";

const MINUTE_MS = 60_000;

const PEOPLE = `
people:
  ana: { name: Ana, roles: [operator, approver] }
  bob: { name: Bob, roles: [approver] }
  vera: { name: Vera, roles: [viewer] }
  mia: { name: Mia, roles: [viewer] }
  hana: { name: Hana, roles: [helpdesk] }
on-call:
  network: { time-zone: UTC, rotation: ana }
escalation:
  rules: { when: rule, steps: [{ notify: "on-call:network", wait: 5m }, { notify: bob, wait: 5m }] }
  mail: { when: any, steps: [{ notify: mia, wait: 5m }, { notify: vera, wait: 5m }] }
`;

/* Nobody sees the device: what is broken there stays so until somebody says otherwise. */
const UNSEEN = `
devices:
  fw: { reach: namespace:pm-nowhere, sources: /etc/nftables.conf, addresses: [10.9.2.1] }
zones:
  dmz: { device: fw, interfaces: in0, addresses: 10.9.2.0/24 }
  internet: { device: fw, interfaces: out0, addresses: internet }
roles: { mail: 10.9.2.11 }
intents:
  mail-out: { from: mail, to: internet, service: smtp }
`;
const SYMPTOM = "intent/fw/mail-out";

function incident(): Incident {
  const flows = [{ from: "mail", to: "internet", service: "smtp" }];
  const intent = { device: "fw", id: "mail-out" };
  return openIncident(0, { id: SYMPTOM, sinceMs: 1, text: "no mail leaves", flows, intent }, 1);
}

const BY_HAND = explainedCause({ difference: { by: "netops" }, explains: [SYMPTOM] });

async function open() {
  const folder = mkdtempSync(join(tmpdir(), "premortem-escalation-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "secret"), "a secret\n");
  const receiver = await openReceiver();
  const notify = `notify: { webhook: { url: "${receiver.url}", secret-file: ${join(folder, "secret")} } }`;
  const network = `${UNSEEN}${PEOPLE}${notify}\n`;
  const server = await testServer({ network, isStarted: true });
  const store = incidentStore(server.database.database);
  const one = await store.add(incident());
  const look = async () => {
    await server.service.round();
    await server.service.escalations.flushed();
  };
  await look();
  const as = async (login: string) => {
    const token = await server.token(login);
    const ask = async <Schema extends z.ZodType>(
      method: string,
      path: string,
      schema: Schema,
      body?: unknown,
    ) => {
      const answer = await server.ask(method, path, { token, body });
      expect(answer.status, answer.text).toBe(200);
      return schema.parse(answer.body);
    };
    const status = async (method: string, path: string, body?: unknown) => {
      const answer = await server.ask(method, path, { token, body });
      return [answer.status, answer.status < 400 ? null : errorBody.parse(answer.body).error.code];
    };
    return { ask, status };
  };
  const called = () => receiver.received.flatMap(calledBy);
  const pass = async (ms: number) => {
    server.pass(ms);
    await look();
  };
  return { server, store, one, look, as, called, pass, network };
}

/** Whom a message calls; alerts go to the same address, and call nobody. */
function calledBy({ body }: Received): readonly string[] {
  const { call } = JSON.parse(body);
  return call === undefined ? [] : [call.person.login];
}

test("over HTTP: who is called, that somebody has it in hand, gives it back, hands it over", async () => {
  const { as, called, pass, look } = await open();
  const [mia, vera, hana] = [await as("mia"), await as("vera"), await as("hana")];
  const list = () => vera.ask("GET", "/v1/escalations", contract.escalations);
  expect((await list()).escalations).toMatchObject([
    { state: "running", policy: "mail", step: 1, steps: 2, told: [{ login: "mia", name: "Mia" }] },
  ]);
  expect(called()).toEqual(["mia"]);
  expect(await hana.status("GET", "/v1/escalations")).toEqual([403, "wrongRole"]);
  expect(await vera.status("POST", "/v1/escalations/1/acknowledge")).toEqual([409, "refused"]);
  expect(await mia.status("POST", "/v1/escalations/9/acknowledge")).toEqual([404, "notFound"]);
  expect(await mia.ask("POST", "/v1/escalations/1/acknowledge", contract.escalation)).toMatchObject(
    { state: "acknowledged", acknowledged: { by: "mia" } },
  );
  await pass(60 * MINUTE_MS);
  expect(called()).toEqual(["mia"]);
  await mia.ask("POST", "/v1/escalations/1/give-back", contract.escalation);
  await look();
  expect(called()).toEqual(["mia", "vera"]);
  const path = "/v1/escalations/1/hand-over";
  expect(await mia.status("POST", path, { login: "nobody" })).toEqual([409, "refused"]);
  await mia.ask("POST", path, contract.escalation, { login: "bob" });
  await look();
  expect(called()).toEqual(["mia", "vera", "bob"]);
});

test("what a server before had begun goes on with the next: nobody is called anew, and who is left is", async () => {
  const { server, called, network } = await open();
  expect(called()).toEqual(["mia"]);
  await server.service.close();
  const { database } = server;
  const next = await testServer({ network, database, isStarted: true });
  const look = async () => {
    await next.service.round();
    await next.service.escalations.flushed();
  };
  await look();
  expect(called()).toEqual(["mia"]);
  next.pass(5 * MINUTE_MS);
  await look();
  expect(called()).toEqual(["mia", "vera"]);
  const token = await next.token("vera");
  const { body } = await next.ask("GET", "/v1/escalations", { token });
  expect(contract.escalations.parse(body).escalations).toMatchObject([
    { id: 1, step: 2, told: [{ login: "mia" }, { login: "vera" }] },
  ]);
});

test("over HTTP: who is on call, and who takes a shift over", async () => {
  const { as, server } = await open();
  const [ana, vera] = [await as("ana"), await as("vera")];
  const calendars = async () =>
    (await vera.ask("GET", "/v1/on-call", contract.onCall)).calendars.map(({ name, now }) => [
      name,
      now.login,
    ]);
  expect(await calendars()).toContainEqual(["network", "ana"]);
  const nowMs = server.service.clock();
  const wish = { login: "vera", fromMs: nowMs, toMs: nowMs + MINUTE_MS };
  const path = "/v1/on-call/network/overrides";
  expect(await vera.status("POST", path, wish)).toEqual([409, "refused"]);
  const { id } = await ana.ask("POST", path, contract.override, wish);
  expect(await calendars()).toContainEqual(["network", "vera"]);
  await ana.ask("DELETE", `${path}/${id}`, contract.override);
  expect(await calendars()).toContainEqual(["network", "ana"]);
  const channels = await vera.ask("GET", "/v1/escalation-channels", contract.escalationChannels);
  expect(channels.channels).toMatchObject([{ channel: "webhook", kind: "apart" }]);
});

test("who acknowledges the alert of an incident has it in hand: its calls end, once", async () => {
  const { as, called, pass } = await open();
  const [ana, mia] = [await as("ana"), await as("mia")];
  const firing = (await ana.ask("GET", "/v1/alerts", alerts)).alerts.find(
    ({ key }) => key === "incident/1",
  );
  await ana.ask("POST", `/v1/alerts/${firing?.id}/acknowledge`, alert);
  await pass(0);
  const list = () => mia.ask("GET", "/v1/escalations", contract.escalations);
  expect((await list()).escalations).toMatchObject([
    { state: "acknowledged", acknowledged: { by: "ana" } },
  ]);
  await pass(60 * MINUTE_MS);
  expect(called()).toEqual(["mia"]);
  /* One word is heeded once: what is given back is called for again. */
  await ana.ask("POST", "/v1/escalations/1/give-back", contract.escalation);
  await pass(0);
  expect(called()).toEqual(["mia", "vera"]);
  expect((await list()).escalations).toMatchObject([{ state: "running", step: 2 }]);
});

test("once the cause is a rule, network operations are called within the minute, and nobody when it is over", async () => {
  const { as, called, pass, store, one } = await open();
  const mia = await as("mia");
  await mia.ask("POST", "/v1/escalations/1/acknowledge", contract.escalation);
  await store.update(setCause(one, BY_HAND, 2));
  await pass(MINUTE_MS);
  expect(called()).toEqual(["mia", "ana"]);
  const list = () => mia.ask("GET", "/v1/escalations", contract.escalations);
  expect((await list()).escalations).toMatchObject([{ kind: "rule", state: "running" }]);
  await store.update(endSymptom(one, SYMPTOM, 3));
  await pass(60 * MINUTE_MS);
  await vi.waitFor(async () => expect((await list()).escalations).toEqual([]));
});
