import { expect, test } from "vitest";
import { IDLE_MS, LONGEST_MS, MAXIMUM_SESSIONS } from "../platform/auth/sessions.ts";
import { errorBody } from "./contract/common.ts";
import * as contract from "./contract/session.ts";
import { type Answer, cookieOf, type TestServer, testServer } from "./testing/testServer.ts";

const codeOf = ({ status, body }: Answer) => [status, errorBody.parse(body).error.code];
const EXPIRED = [401, "sessionExpired"];

const demo = () => testServer({ isDemo: true });
const look = (server: TestServer, cookie: string) => server.ask("GET", "/v1/session", { cookie });
const idOf = async (server: TestServer, cookie: string) => {
  const { body } = await server.ask("GET", "/v1/sessions", { cookie });
  const { sessions } = contract.ownSessions.parse(body);
  return sessions.find(({ isThis }) => isThis)?.id ?? 0;
};

test("a person of a demo is let in, and is who the network file says", async () => {
  const server = await testServer({
    isDemo: true,
    network: `
devices: {}
zones: {}
people:
  ana: { name: "\u202eAna <b>& Co", roles: [operator, helpdesk] }
teams:
  mail: { name: Mail, members: [ana] }
`,
  });
  const told = await server.ask("GET", "/v1/session/demo");
  const people = [
    { login: "ana", name: "\u202eAna <b>& Co", roles: ["operator", "helpdesk"], team: "Mail" },
  ];
  expect(told.body).toEqual({ demo: { people } });
  const came = await server.ask("POST", "/v1/session/demo", { body: { login: "ana" } });
  expect(came.headers.getSetCookie()).toEqual([
    expect.stringMatching(
      /^premortem-session=pms_[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/,
    ),
  ]);
  const { body } = await look(server, cookieOf(came));
  expect(body).toEqual({ ...contract.session.parse(came.body) });
  expect(body).toMatchObject({ login: "ana", teams: ["Mail"], demo: { people } });
});

test("where nothing is a demo nobody becomes anybody", async () => {
  const server = await testServer();
  const came = await server.ask("POST", "/v1/session/demo", { body: { login: "ana" } });
  expect([came.status, cookieOf(came)]).toEqual([404, ""]);
  expect((await server.ask("GET", "/v1/session/demo")).body).toEqual({ demo: null });
  expect(codeOf(await server.ask("GET", "/v1/session"))).toEqual([401, "noToken"]);
});

test("nobody comes in without a password where a device is real, and who came before is out", async () => {
  const server = await demo();
  const cookie = await server.become("ana");
  server.write(
    "devices: { fw: { reach: local } }\nzones: {}\npeople: { ana: { name: Ana, roles: [operator, approver] } }\n",
  );
  const came = await server.ask("POST", "/v1/session/demo", { body: { login: "ana" } });
  expect([came.status, cookieOf(came)]).toEqual([404, ""]);
  expect(codeOf(await look(server, cookie))).toEqual(EXPIRED);
});

test("over an encrypted way the cookie keeps to such ways; only a proxy on this machine says so", async () => {
  const server = await demo();
  const headers = { "x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9, 192.0.2.7" };
  const came = await server.ask("POST", "/v1/session/demo", { body: { login: "ana" }, headers });
  expect(came.headers.getSetCookie()[0]).toContain("; Secure");
  const { body } = await server.ask("GET", "/v1/sessions", { cookie: cookieOf(came) });
  expect(body).toMatchObject({ sessions: [{ address: "192.0.2.7", way: "demo", isThis: true }] });
});

test("a session that somebody had before the login is over with it, and never becomes another's", async () => {
  const server = await demo();
  const planted = await server.become("vera");
  const came = await server.ask("POST", "/v1/session/demo", {
    cookie: planted,
    body: { login: "ana" },
  });
  expect(cookieOf(came)).not.toBe(planted);
  expect(codeOf(await look(server, planted))).toEqual(EXPIRED);
  /* What nobody has given out is not taken over either. */
  const made = `premortem-session=pms_${"A".repeat(43)}`;
  const next = await server.ask("POST", "/v1/session/demo", {
    cookie: made,
    body: { login: "ana" },
  });
  expect(cookieOf(next)).not.toBe(made);
  expect(codeOf(await look(server, made))).toEqual(EXPIRED);
});

test("a session is over when nobody uses it, and at the latest after its longest time", async () => {
  const server = await demo();
  const idle = await server.become("ana");
  server.pass(IDLE_MS - 60_000);
  expect((await look(server, idle)).status).toBe(200);
  server.pass(IDLE_MS - 60_000);
  expect((await look(server, idle)).status).toBe(200);
  server.pass(IDLE_MS + 1);
  expect(codeOf(await look(server, idle))).toEqual(EXPIRED);
  const used = await server.become("ana");
  for (let passed = 0; passed < LONGEST_MS - IDLE_MS; passed += IDLE_MS / 2) {
    expect((await look(server, used)).status).toBe(200);
    server.pass(IDLE_MS / 2);
  }
  for (let i = 0; i < 2; i++) {
    await look(server, used);
    server.pass(IDLE_MS / 2);
  }
  expect(codeOf(await look(server, used))).toEqual(EXPIRED);
});

test("logging out ends this session, here and elsewhere those that one names", async () => {
  const server = await demo();
  const [first, second, others] = [
    await server.become("ana"),
    await server.become("ana"),
    await server.become("bob"),
  ];
  const gone = await server.ask("DELETE", "/v1/session", { cookie: first });
  expect(gone.headers.getSetCookie()[0]).toMatch(/^premortem-session=; Max-Age=0; Path=\//);
  expect(codeOf(await look(server, first))).toEqual(EXPIRED);
  const third = await server.become("ana");
  const ids = { second: await idOf(server, second), others: await idOf(server, others) };
  const end = (id: number) => server.ask("DELETE", `/v1/sessions/${id}`, { cookie: third });
  expect((await end(ids.others)).status).toBe(404);
  expect((await end(ids.second)).status).toBe(200);
  expect(codeOf(await look(server, second))).toEqual(EXPIRED);
  expect((await look(server, others)).status).toBe(200);
});

test("who loses a role, or leaves, logs in anew; a role that is given is there at once", async () => {
  const server = await demo();
  const write = (people: string) => server.write(`devices: {}\nzones: {}\npeople: {${people}}\n`);
  const [ana, bob, vera] = [
    await server.become("ana"),
    await server.become("bob"),
    await server.become("vera"),
  ];
  write("ana: { name: Ana, roles: [operator] }, vera: { name: Vera, roles: [viewer, operator] }");
  expect(codeOf(await look(server, ana))).toEqual(EXPIRED);
  expect(codeOf(await look(server, bob))).toEqual(EXPIRED);
  expect((await look(server, vera)).body).toMatchObject({ roles: ["viewer", "operator"] });
  write("ana: { name: Ana, roles: [operator, approver] }");
  expect(codeOf(await look(server, ana))).toEqual(EXPIRED);
});

test("nobody has more sessions than there is room for", async () => {
  const server = await demo();
  const cookies: string[] = [];
  for (let i = 0; i <= MAXIMUM_SESSIONS; i++) cookies.push(await server.become("ana"));
  expect(codeOf(await look(server, cookies[0] ?? ""))).toEqual(EXPIRED);
  expect((await look(server, cookies[1] ?? "")).status).toBe(200);
});

test("what is stored of a session is its hash, and the trail tells of it without", async () => {
  const server = await demo();
  const cookie = await server.become("ana");
  await server.ask("DELETE", "/v1/session", { cookie });
  const again = await server.become("ana");
  const entries = await server.service.trail.page({ before: null, limit: 9, subject: null });
  expect(entries.map(({ kind, actor }) => `${actor} ${kind}`).slice(0, 3)).toEqual([
    "ana session.opened",
    "ana session.ended",
    "ana session.opened",
  ]);
  const secret = again.split("=")[1] ?? "";
  expect(JSON.stringify(entries)).not.toContain(secret);
  const tables = server.database.database.withTables<{ auth_session: { hash: string } }>();
  const rows = await tables.selectFrom("auth_session").selectAll().execute();
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(secret);
});

test("news come with a session, until it is over", async () => {
  const server = await testServer({ isDemo: true, keepAliveMs: 20 });
  const cookie = await server.become("vera");
  const stream = await fetch(`${server.url}/v1/events`, { headers: { cookie } });
  expect(stream.status).toBe(200);
  const read = stream.text();
  await server.ask("DELETE", "/v1/session", { cookie });
  expect(await read).toContain("event: hello");
});
