import { expect, test } from "vitest";
import { openIncident, setCause } from "../operations/incident/life.ts";
import { incidentStore } from "../operations/incident/store.ts";
import { explainedCause } from "../operations/incident/testing/explainedCause.ts";
import * as contract from "./contract/action.ts";
import { drillRun } from "./testing/drillRun.ts";
import { PEOPLE, testServer } from "./testing/testServer.ts";

const NETWORK = `
devices:
  fw: { reach: namespace:pm-nowhere, sources: /etc/nftables.conf, addresses: [10.9.2.1] }
zones:
  dmz: { device: fw, interfaces: in0, addresses: 10.9.2.0/24 }
  internet: { device: fw, interfaces: out0, addresses: internet }
roles: { mail: 10.9.2.11 }
intents:
  mail-out: { from: mail, to: internet, service: smtp, critical: true }
${PEOPLE}
teams: { mail: { name: Mail, members: [ana, bob] } }
`;
const DAY_MS = 86_400_000;
const LONG_MS = 120_000;

test("an action is written down, told when it is overdue, and the alert ends when it is done", async () => {
  const server = await testServer({ network: NETWORK });
  const { actions, alerts } = server.service;
  const token = await server.token("ana");
  const due = new Date(server.service.clock()).toISOString().slice(0, 10);
  const wishes = { text: "Call the provider", owner: "mail team", due, check: { kind: "person" } };
  const post = (path: string, body: object) => server.ask("POST", path, { token, body });
  expect((await post("/v1/actions", { ...wishes, due: "2027-02-30x" })).status).toBe(400);
  expect((await post("/v1/actions", { ...wishes, incident: 99 })).status).toBe(404);
  const written = contract.action.parse((await post("/v1/actions", wishes)).body);
  server.pass(2 * DAY_MS);
  await actions.round();
  await actions.round();
  expect((await alerts.unresolved()).map(({ severity, title }) => [severity, title])).toEqual([
    ["information", `action 1 is overdue since ${due}: Call the provider`],
  ]);
  /* The token of before is over by now. */
  const done = await server.ask("POST", `/v1/actions/${written.id}/close`, {
    token: await server.token("ana"),
    body: { text: "they answered" },
  });
  expect(contract.action.parse(done.body)).toMatchObject({ status: "done", isOverdue: false });
  await actions.round();
  expect(await alerts.unresolved()).toEqual([]);
  const trail = await server.service.trail.page({ before: null, limit: 9, subject: "action/1" });
  expect(trail.map(({ kind }) => kind)).toEqual(["action.done", "action.written"]);
});

test("what an incident teaches is proposed once, however often anybody looks", async () => {
  const server = await testServer({ network: NETWORK });
  const { actions } = server.service;
  const symptom = {
    id: "intent/fw/mail-out",
    sinceMs: 1,
    text: "mail-out is broken",
    flows: [{ from: "mail", to: "internet", service: "smtp" }],
    intent: { device: "fw", id: "mail-out" },
  };
  const told = setCause(
    openIncident(0, symptom, 1),
    explainedCause({ difference: {}, explains: [symptom.id] }),
    2,
  );
  await incidentStore(server.database.database).add({ ...told, recoveredMs: 3 });
  await actions.round();
  await actions.round();
  const token = await server.token("ana");
  const list = contract.actions.parse((await server.ask("GET", "/v1/actions", { token })).body);
  expect(list.actions.map(({ text, check, status }) => [text, check.kind, status])).toEqual([
    ["Keep mail-out holding", "intent", "proposed"],
    ["Let rules of fw come by reviewed changes alone", "approved", "proposed"],
  ]);
  /* Nobody watches the device: that is neither good nor bad. */
  expect(list.actions.map(({ last }) => last?.answer)).toEqual(["unknown", "unknown"]);
  const [first] = list.actions;
  const declined = await server.ask("POST", `/v1/actions/${first?.id}/decline`, {
    token,
    body: { text: "we have it" },
  });
  expect(declined.status).toBe(200);
  await actions.round();
  expect(await actions.find(first?.id ?? 0)).toMatchObject({ status: "declined" });
});

test(
  "an action that is checked by a drill is done once its owner has played it well enough, and tells no points",
  async () => {
    const server = await testServer({ network: NETWORK });
    const { actions } = server.service;
    const token = await server.token("ana");
    const write = async (owner: string, score: number) => {
      const check = { kind: "drill", drill: "origin", score };
      const body = { text: "Practise it", owner, due: "2027-05-31", check };
      return contract.action.parse((await server.ask("POST", "/v1/actions", { token, body })).body);
    };
    const [own, team, hard] = [
      await write("ana", 80),
      await write("mail", 80),
      await write("ana", 100),
    ];
    const seen = async () => {
      await actions.round();
      const all = await server.ask("GET", "/v1/actions", { token });
      const found = contract.actions.parse(all.body).actions;
      return [own, team, hard].map(({ id }) => {
        const action = found.find((one) => one.id === id);
        return [action?.status, action?.last?.text];
      });
    };
    expect(await seen()).toEqual([
      ["open", "drill origin was not played by ana yet"],
      ["open", "drill origin was not played by everybody of mail yet"],
      ["open", "drill origin was not played by ana yet"],
    ]);
    const { score } = await drillRun(server, "ana", "right");
    expect(score.total).toBeLessThan(100);
    expect(await seen()).toEqual([
      ["done", "drill origin: 80 of 100 or more, as wanted"],
      ["open", "drill origin was not played by everybody of mail yet"],
      ["open", "drill origin: less than 100 of 100"],
    ]);
    await drillRun(server, "bob", "right");
    expect((await seen())[1]).toEqual(["done", "drill origin: 80 of 100 or more, as wanted"]);
    await drillRun(server, "ana", "giveUp");
    expect((await seen()).map(([status]) => status)).toEqual(["open", "open", "open"]);
  },
  LONG_MS,
);
