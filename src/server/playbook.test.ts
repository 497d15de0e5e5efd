import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as contract from "./contract/playbook.ts";
import { seed } from "./testing/seed.ts";
import { PEOPLE, type TestServer, testServer } from "./testing/testServer.ts";

const NETWORK = `
devices:
  fw: { reach: ssh://ops@fw.example, sources: /etc/nftables.conf, addresses: [10.9.2.1] }
zones:
  dmz: { device: fw, interfaces: in0, addresses: 10.9.2.0/24 }
  internet: { device: fw, interfaces: out0, addresses: internet }
roles: { mail: 10.9.2.11 }
intents:
  mail-out: { from: mail, to: internet, service: smtp, critical: true }
${PEOPLE}`;

const PLAYBOOK = `
title: Mail <is> blocked
owner: mail team
review-by: 2020-01-31
when: { symptoms: [probe/] }
telephone: [{ who: Network on call, number: "+49 30 1" }]
steps:
  - { kind: person, id: look, title: Look at the incident }
  - { kind: notify, id: tell, title: Mail is disturbed }
  - { kind: undo, id: undo, title: Take the cause back }
`;

async function open() {
  const server = await testServer({
    network: NETWORK,
    playbooks: { out: PLAYBOOK, broken: "title: [\n" },
  });
  await seed(server);
  return { server, ana: await server.token("ana"), vera: await server.token("vera") };
}

async function begun(server: TestServer, token: string) {
  const answer = await server.ask("POST", "/v1/incidents/1/playbook-runs", {
    token,
    body: { playbook: "out" },
  });
  return contract.run.parse(answer.body);
}

test("a playbook is listed with who has read this version, and files with mistakes at their line", async () => {
  const { server, vera } = await open();
  const list = contract.playbooks.parse(
    (await server.ask("GET", "/v1/playbooks", { token: vera })).body,
  );
  expect(list.playbooks).toMatchObject([{ id: "out", isOverdue: true, steps: 3, readBy: [] }]);
  expect(list.problems.map(({ path }) => path.split("/").at(-1))).toEqual(["broken.yaml:2:1"]);
  const [{ version = "" } = {}] = list.playbooks;
  const read = (body: object) =>
    server.ask("POST", "/v1/playbooks/out/read", { token: vera, body });
  expect((await read({ version: "0".repeat(64) })).status).toBe(409);
  await read({ version });
  const twice = contract.playbook.parse((await read({ version })).body);
  expect(twice.readBy.map(({ login }) => login)).toEqual(["vera"]);
  const kinds = (
    await server.service.trail.page({ before: null, limit: 10, subject: "playbook/out" })
  ).map(({ kind }) => kind);
  expect(kinds).toEqual(["playbook.read"]);
});

test("a playbook is proposed for what it is for, followed by two people, and told in the timeline", async () => {
  const { server, ana, vera } = await open();
  const found = contract.runs.parse(
    (await server.ask("GET", "/v1/incidents/1/playbook-runs", { token: vera })).body,
  );
  expect(found.matches).toEqual([
    { playbook: "out", title: "Mail <is> blocked", fit: "symptom", fits: ["x"], why: ["x"] },
  ]);
  expect(found.others).toEqual([]);
  const [run, again] = [await begun(server, ana), await begun(server, ana)];
  expect(again.id).toBe(run.id);
  const step = (name: string, body: object, token = ana) =>
    server.ask("POST", `/v1/incidents/1/playbook-runs/${run.id}/steps/${name}`, { token, body });
  expect((await step("look", { do: "done" }, vera)).status).toBe(403);
  const both = await Promise.all([
    step("look", { do: "done", text: "seen" }),
    step("look", { do: "done" }),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect((await step("tell", { do: "start" })).status).toBe(200);
  await server.service.playbooks.settled();
  const [alert] = await server.service.alerts.unresolved();
  expect(alert?.title).toBe("incident 1: Mail is disturbed");
  await step("undo", { do: "skip", text: "somebody else did" });
  await server.service.playbooks.settled();
  const [over] = await server.service.playbooks.runs(1);
  expect(over?.status).toBe("over");
  const timeline = (await server.service.incidents.find(1))?.timeline.map(({ text }) => text) ?? [];
  expect(timeline).toEqual(
    expect.arrayContaining([
      'ana begins the playbook "Mail <is> blocked"',
      'step "Mail is disturbed": told',
      'ana leaves out step "Take the cause back": somebody else did',
      'the playbook "Mail <is> blocked" is done',
    ]),
  );
  expect(new Set(timeline).size).toBe(timeline.length);
});

test("what is printed holds no markup of its own, and the card has one command for each device", async () => {
  const { server, vera } = await open();
  const html = await server.ask("GET", "/v1/playbooks/out/print", { token: vera });
  expect(html.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(html.text).toContain("<h1>Mail &lt;is&gt; blocked</h1>");
  expect(html.text).not.toContain("<script");
  const markdown = await server.ask("GET", "/v1/playbooks/out/print?format=markdown", {
    token: vera,
  });
  expect(markdown.text).toContain("Network on call: +49 30 1");
  const card = await server.ask("GET", "/v1/break-glass?format=markdown", { token: vera });
  expect(card.text).toContain("    ssh ops@fw.example 'sudo nft -f /etc/nftables.conf'");
  expect((await server.ask("GET", "/v1/break-glass")).status).toBe(401);
  expect((await server.ask("GET", "/v1/playbooks/nothing/print", { token: vera })).status).toBe(
    404,
  );
});

test("the printed schema of playbooks is that of the code (npm run docs:schema)", async () => {
  const { playbookJsonSchema } = await import("../operations/playbook/schema.ts");
  expect(readFileSync("docs/reference/playbook.schema.json", "utf8")).toBe(playbookJsonSchema());
});
