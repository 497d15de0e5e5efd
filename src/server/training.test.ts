import { expect, test } from "vitest";
import { change, changes } from "./contract/change.ts";
import * as contract from "./contract/training.ts";
import { drillRun } from "./testing/drillRun.ts";
import { paperDevice } from "./testing/paperDevice.ts";
import { PEOPLE, type TestServer, testServer } from "./testing/testServer.ts";

const LONG_MS = 120_000;
const DAY_MS = 86_400_000;
const SUBJECT = "training/telephone";
const NETWORK = `
devices:
  fw: { reach: namespace:pm-nowhere, sources: /etc/nftables.conf }
zones: {}
${PEOPLE}
teams: { desk: { name: Desk, members: [hana, vera] } }
training:
  outage: { title: Mail is cut off, drill: origin, for: [operator, approver] }
  telephone: { title: Whom to call, paper: the list on the wall, for: desk, every: 90d }
`;

async function seenBy(server: TestServer, login: string) {
  const answer = await server.ask("GET", "/v1/training", { token: await server.token(login) });
  expect(answer.status, answer.text).toBe(200);
  return contract.training.parse(answer.body);
}

test("everybody reads the plan and how they stand; approvers see who is late", async () => {
  const server = await testServer({ network: NETWORK });
  const hana = await seenBy(server, "hana");
  expect(hana.plan.map(({ id, kind, everyDays }) => [id, kind, everyDays])).toEqual([
    ["outage", "drill", 365],
    ["telephone", "paper", 90],
  ]);
  expect(hana.mine.map(({ lesson, state }) => [lesson, state])).toEqual([["telephone", "never"]]);
  expect([hana.people, (await seenBy(server, "vera")).people]).toEqual([[], []]);
  const bob = await seenBy(server, "bob");
  expect(bob.people.map(({ lesson, login }) => `${lesson} ${login}`)).toEqual([
    "outage ana",
    "outage bob",
    "telephone vera",
    "telephone hana",
  ]);
  const { status } = await server.ask("GET", "/v1/training", { token: await server.admin() });
  expect(status).toBe(403);
});

test("who took part is written down once, by operators and approvers, and is on the trail", async () => {
  const server = await testServer({ network: NETWORK });
  const { service } = server;
  const body = { lesson: "telephone", logins: ["vera", "hana", "vera"], note: "by heart" };
  const attend = async (login: string, more: object = {}) =>
    server.ask("POST", "/v1/training/attendance", {
      token: await server.token(login),
      body: { ...body, ...more },
    });
  expect((await attend("vera")).status).toBe(409);
  expect((await attend("hana")).status).toBe(403);
  expect((await attend("ana", { lesson: "gone" })).text).toContain("known are `outage`");
  expect((await attend("ana", { logins: ["zoe"] })).text).toContain("called `zoe`");
  expect((await attend("ana", { atMs: service.clock() + DAY_MS })).text).toContain("still to come");
  expect((await attend("ana", { logins: [] })).status).toBe(400);
  const atMs = service.clock() - 89 * DAY_MS;
  expect((await attend("ana", { atMs })).status).toBe(200);
  expect((await seenBy(server, "hana")).mine).toMatchObject([{ state: "due", lastMs: atMs }]);
  expect((await seenBy(server, "bob")).coverage[1]).toMatchObject({ people: 2, due: 2, never: 0 });
  const [entry] = await service.trail.page({ before: null, limit: 1, subject: SUBJECT });
  expect(entry).toMatchObject({
    kind: "training.attended",
    actor: "ana",
    details: { logins: ["hana", "vera"], heldMs: atMs, note: "by heart" },
  });
  server.pass(2 * DAY_MS);
  expect((await seenBy(server, "hana")).mine).toMatchObject([{ state: "overdue" }]);
});

test("what was written down wrongly is corrected by another entry, which takes its place", async () => {
  const server = await testServer({ network: NETWORK });
  const { service } = server;
  const send = async (login: string, path: string, body: object) =>
    server.ask("POST", `/v1/training/attendance${path}`, {
      token: await server.token(login),
      body,
    });
  const states = async () =>
    (await seenBy(server, "bob")).people
      .filter(({ lesson }) => lesson === "telephone")
      .map(({ login, state }) => `${login} ${state}`);
  await send("ana", "", { lesson: "telephone", logins: ["hana", "vera"], note: "by heart" });
  expect(await states()).toEqual(["vera current", "hana current"]);
  const right = { logins: ["vera"], why: "hana was ill" };
  expect((await send("vera", "/1/corrections", right)).status).toBe(409);
  expect((await send("bob", "/7/corrections", right)).status).toBe(404);
  expect((await send("bob", "/1/corrections", { ...right, why: " " })).status).toBe(400);
  expect((await send("bob", "/1/corrections", { ...right, logins: ["zoe"] })).status).toBe(404);
  const { body } = await send("bob", "/1/corrections", right);
  expect(contract.attendance.parse(body)).toMatchObject({
    number: 2,
    logins: ["vera"],
    note: "by heart",
    corrects: 1,
    why: "hana was ill",
  });
  expect(await states()).toEqual(["vera current", "hana never"]);
  const again = await send("ana", "/1/corrections", right);
  expect([again.status, again.text]).toEqual([409, expect.stringContaining("corrected by `bob`")]);
  const [entry] = await service.trail.page({ before: null, limit: 1, subject: SUBJECT });
  expect(entry).toMatchObject({
    kind: "training.corrected",
    actor: "bob",
    details: { attendance: 2, corrects: 1, logins: ["vera"], why: "hana was ill" },
  });
  /* Taken back altogether, by correcting what corrected it; who was in it sees that. */
  expect((await send("ana", "/2/corrections", { logins: [], why: "another day" })).status).toBe(
    200,
  );
  expect(await states()).toEqual(["vera never", "hana never"]);
  const { record } = await seenBy(server, "hana");
  expect(record.map(({ number, correctedBy }) => [number, correctedBy])).toEqual([
    [3, null],
    [2, 3],
    [1, 2],
  ]);
});

test(
  "a drill that was played to its end counts for its player by itself, and its points are theirs alone",
  async () => {
    const server = await testServer({ network: NETWORK });
    await drillRun(server, "ana", "giveUp");
    expect((await seenBy(server, "ana")).mine).toMatchObject([{ state: "never" }]);
    const debrief = await drillRun(server, "ana", "right");
    expect(debrief.score.total).toBeGreaterThan(0);
    expect((await seenBy(server, "ana")).mine).toMatchObject([
      { lesson: "outage", state: "current" },
    ]);
    const token = await server.token("bob");
    const asked = ["/v1/training", "/v1/training/record.csv", "/v1/drills", "/v1/trail"];
    const told = await Promise.all(asked.map((path) => server.ask("GET", path, { token })));
    expect(told[1]?.text).toContain("outage,Mail is cut off,ana,drill run 2,ana,");
    expect(told[3]?.text).toContain('"drill.finished"');
    for (const { status, text } of told) {
      expect(status).toBe(200);
      expect(text).not.toMatch(/score|total|points|restored|givenUp/);
    }
    expect((await server.ask("GET", "/v1/drill-runs/2", { token })).status).toBe(404);
    expect((await server.ask("GET", "/v1/drill-runs/2/debrief", { token })).status).toBe(404);
  },
  LONG_MS,
);

test("the record shows others what they took part in alone", async () => {
  const server = await testServer({ network: NETWORK });
  const token = await server.token("ana");
  for (const login of ["vera", "hana"])
    await server.ask("POST", "/v1/training/attendance", {
      token,
      body: { lesson: "telephone", logins: [login] },
    });
  const csv = async (login: string) => {
    const answer = await server.ask("GET", "/v1/training/record.csv", {
      token: await server.token(login),
    });
    expect(answer.headers.get("content-type")).toMatch(/^text\/csv/);
    return answer.text
      .trim()
      .split("\r\n")
      .slice(1)
      .map((row) => row.split(",")[3]);
  };
  expect(await csv("hana")).toEqual(["hana"]);
  expect(new Set(await csv("ana"))).toEqual(new Set(["hana", "vera"]));
  expect(new Set(await csv("bob"))).toEqual(new Set(["hana", "vera"]));
  expect((await server.ask("GET", "/v1/training/record.csv")).status).toBe(401);
});

test("a lesson of a drill that is not there is told, and can still be written down", async () => {
  const server = await testServer({ network: NETWORK.replace("drill: origin", "drill: gone") });
  expect((await seenBy(server, "vera")).problems).toEqual([
    expect.stringContaining("lesson outage: there is no drill gone; there are"),
  ]);
});

test("overdue training is told to who would approve, and never keeps them from it", async () => {
  const listing = "table inet edge {\n\tchain forward {\n\t}\n}\n";
  const owned = "reach: local, managed-by: { inet edge: premortem }";
  const server = await testServer({
    network: NETWORK.replace("reach: namespace:pm-nowhere", owned),
    openTransport: () => paperDevice(() => listing),
  });
  const [ana, bob, vera] = await Promise.all(
    ["ana", "bob", "vera"].map((login) => server.token(login)),
  );
  const told = async (method: string, path: string, token = "", body?: object) => {
    const sent = body === undefined ? {} : { body };
    const answer = await server.ask(method, `/v1/changes${path}`, { token, ...sent });
    expect(answer.status, answer.text).toBe(200);
    return answer.body;
  };
  const files = [{ path: "/etc/nftables.conf", text: listing }];
  await told("POST", "", ana, { device: "fw", files });
  await told("POST", "/1/prove", ana);
  const seen = async (token?: string) => change.parse(await told("GET", "/1", token));
  const [ofAna, ofBob, ofVera] = [await seen(ana), await seen(bob), await seen(vera)];
  expect(ofBob.trainingOverdue).toEqual(["Mail is cut off"]);
  expect([ofAna.trainingOverdue, ofVera.trainingOverdue]).toEqual([[], []]);
  const listed = changes.parse(await told("GET", "", bob)).changes;
  expect(listed.map(({ trainingOverdue }) => trainingOverdue)).toEqual([["Mail is cut off"]]);
  const status = await server.ask("GET", "/v1/status", bob === undefined ? {} : { token: bob });
  expect(status.text).toContain('"trainingOverdue":["Mail is cut off"]');
  const { shownHash } = ofBob;
  const approved = change.parse(await told("POST", "/1/approve", bob, { shownHash }));
  expect(approved.approvals.map(({ by, void: why }) => [by, why])).toEqual([["bob", null]]);
  expect([approved.missing, approved.trainingOverdue]).toEqual([[], []]);
});

test("questions come from what runs, and an answer is graded with the walk of the packet", async () => {
  const listing = `table inet edge {
	chain forward {
		type filter hook forward priority filter; policy drop;
		ip saddr 10.9.2.0/25 tcp dport 25 accept
	}
}
`;
  const zones =
    "{ dmz: { device: fw, interfaces: in0, addresses: 10.9.2.0/24 }, far: { device: fw, interfaces: out0, addresses: internet } }";
  const server = await testServer({
    network: NETWORK.replace("namespace:pm-nowhere", "local").replace("{}", zones),
    openTransport: () => paperDevice(() => listing),
  });
  const token = await server.token("vera");
  const ask = async (query: string) =>
    server.ask("GET", `/v1/training/questions${query}`, { token });
  const nothing = contract.questions.parse((await ask("")).body);
  expect(nothing.notAsked).toEqual([
    "fw: nothing was read of `fw` yet; `premortem pull fw` reads it",
  ]);
  await server.service.inventory.pull("fw");
  const { questions } = contract.questions.parse((await ask("?seed=7&count=4")).body);
  expect(questions).toHaveLength(4);
  const { body } = await ask("?seed=7&count=4");
  expect(contract.questions.parse(body).questions).toEqual(questions);
  const [first] = questions;
  const rule = first?.rules[0]?.id ?? "";
  const answer = (more: object) =>
    server.ask("POST", "/v1/training/answers", {
      token,
      body: { question: first?.id, verdict: "accept", rule, ...more },
    });
  const graded = contract.grade.parse((await answer({})).body);
  expect(graded.explanation.at(-1)).toBe(`${graded.verdict.right}, by ${graded.rule.text}`);
  expect((await answer({ question: "made up" })).status).toBe(404);
  expect((await answer({ verdict: "perhaps" })).status).toBe(400);
  expect((await ask("?count=21")).status).toBe(400);
  const hana = await server.token("hana");
  expect((await server.ask("GET", "/v1/training/questions", { token: hana })).status).toBe(403);
});
