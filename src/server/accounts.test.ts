import { expect, test } from "vitest";
import { LINK_MS } from "../operations/access/accounts.ts";
import { FREE_OF_ADDRESS, FREE_OF_PERSON } from "../operations/access/passwordLogin.ts";
import { LONGEST_WAIT_MS } from "../platform/auth/throttle.ts";
import { errorBody } from "./contract/common.ts";
import * as contract from "./contract/session.ts";
import { type Answer, cookieOf, type TestServer, testServer } from "./testing/testServer.ts";

const PASSWORD = "four words nobody says";
const codeOf = ({ status, body }: Answer) => [status, errorBody.parse(body).error.code];

const login = (server: TestServer, name: string, password: string, address?: string) => {
  const headers = address === undefined ? {} : { headers: { "x-forwarded-for": address } };
  return server.ask("POST", "/v1/session", { body: { login: name, password }, ...headers });
};
const look = (server: TestServer, cookie: string) => server.ask("GET", "/v1/session", { cookie });

async function invite(server: TestServer, name: string): Promise<string> {
  const token = await server.admin();
  const { body } = await server.ask("POST", `/v1/accounts/${name}/invite`, { token });
  return contract.invitation.parse(body).path.replace("/set-up#", "");
}

const choose = (server: TestServer, secret: string, password = PASSWORD) =>
  server.ask("POST", "/v1/set-up", { body: { secret, password } });

async function withPassword(name = "ana") {
  const server = await testServer();
  const admin = await server.admin();
  const secret = await invite(server, name);
  const came = await choose(server, secret);
  expect(came.status).toBe(200);
  return { server, admin, secret, cookie: cookieOf(came) };
}

test("a person chooses a password by a link, is let in, and logs in with it from then on", async () => {
  const { server, admin, secret, cookie } = await withPassword();
  expect((await look(server, cookie)).body).toMatchObject({ login: "ana", demo: null });
  const came = await login(server, "ana", PASSWORD);
  expect(came.body).toMatchObject({ login: "ana", roles: ["operator", "approver"] });
  expect(cookieOf(came)).not.toBe(cookie);
  /* Once, and nobody is told whether there ever was one. */
  for (const used of [secret, "pml_made-up"]) {
    expect(codeOf(await choose(server, used))).toEqual([404, "notFound"]);
    const asked = await server.ask("POST", "/v1/set-up/look", { body: { secret: used } });
    expect(codeOf(asked)).toEqual([404, "notFound"]);
  }
  const list = contract.accounts.parse(
    (await server.ask("GET", "/v1/accounts", { token: admin })).body,
  );
  expect(list.accounts.find((one) => one.login === "ana")).toMatchObject({ linkMs: null });
  expect(list.accounts.find((one) => one.login === "bob")).toMatchObject({ passwordMs: null });
});

test("a link says whom it is for, is replaced by the next one, and is good for a week", async () => {
  const server = await testServer();
  await server.admin();
  const first = await invite(server, "vera");
  const second = await invite(server, "vera");
  expect(codeOf(await choose(server, first))).toEqual([404, "notFound"]);
  const asked = await server.ask("POST", "/v1/set-up/look", { body: { secret: second } });
  expect(asked.body).toEqual({ login: "vera", name: "Vera" });
  expect(codeOf(await choose(server, second, "too short"))).toEqual([409, "refused"]);
  server.pass(LINK_MS);
  expect(codeOf(await choose(server, second))).toEqual([404, "notFound"]);
});

test("of two who come with one link at the same time one is let in", async () => {
  const server = await testServer();
  await server.admin();
  const secret = await invite(server, "ana");
  const answers = await Promise.all([choose(server, secret), choose(server, secret)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
});

test("another password ends all other sessions, and needs the one before", async () => {
  const { server, cookie } = await withPassword();
  const other = cookieOf(await login(server, "ana", PASSWORD));
  const change = (current: string, next: string) =>
    server.ask("POST", "/v1/session/password", { cookie, body: { current, next } });
  expect(codeOf(await change("not this one", "four other words here"))).toEqual([
    403,
    "wrongPassword",
  ]);
  expect(codeOf(await change(PASSWORD, PASSWORD))).toEqual([409, "refused"]);
  const changed = await change(PASSWORD, "four other words here");
  expect(changed.status).toBe(200);
  for (const old of [cookie, other])
    expect(codeOf(await look(server, old))).toEqual([401, "sessionExpired"]);
  expect((await look(server, cookieOf(changed))).status).toBe(200);
  expect((await login(server, "ana", PASSWORD)).status).toBe(401);
});

test("an admin takes a password away, with all sessions", async () => {
  const { server, admin, cookie } = await withPassword();
  const gone = await server.ask("DELETE", "/v1/accounts/ana", { token: admin });
  expect(gone.body).toEqual({ sessions: 1 });
  expect(codeOf(await look(server, cookie))).toEqual([401, "sessionExpired"]);
  expect((await login(server, "ana", PASSWORD)).status).toBe(401);
  expect((await server.ask("DELETE", "/v1/accounts/nobody", { token: admin })).status).toBe(404);
});

test("guessing a password gets slower, whatever address it comes from, and stands on the trail once", async () => {
  const { server } = await withPassword();
  let address = 0;
  const guess = (password = "a guess of somebody") =>
    login(server, "ana", password, `192.0.2.${++address}`);
  for (let i = 0; i < FREE_OF_PERSON; i++)
    expect(codeOf(await guess())).toEqual([401, "wrongLogin"]);
  const stopped = await guess(PASSWORD);
  expect(codeOf(stopped)).toEqual([429, "tooOften"]);
  expect(stopped.headers.get("retry-after")).toBe("1");
  /* A day of guessing, as fast as it is let: */
  let tried = 0;
  for (let passedMs = 0; passedMs < 86_400_000; ) {
    const answer = await guess();
    const waitMs = Number(answer.headers.get("retry-after") ?? 0) * 1_000;
    if (answer.status === 401) tried++;
    server.pass(waitMs);
    passedMs += waitMs;
  }
  expect(tried).toBeLessThan(120);
  server.pass(LONGEST_WAIT_MS);
  expect((await guess(PASSWORD)).status).toBe(200);
  const guessed = await server.service.trail.page({
    before: null,
    limit: 50,
    subject: "account/ana",
  });
  expect(guessed.filter(({ kind }) => kind === "account.guessed")).toHaveLength(1);
});

test("many guesses at once are counted before any of them is known to be wrong", async () => {
  const { server } = await withPassword();
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, i) => login(server, "ana", `guess number ${i}`, `192.0.2.${i}`)),
  );
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(FREE_OF_PERSON);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(30 - FREE_OF_PERSON);
});

test("one address gets slower, whomever it tries; others are let in meanwhile", async () => {
  const { server } = await withPassword();
  for (let i = 0; i < FREE_OF_ADDRESS; i++)
    expect((await login(server, `nobody${i}`, PASSWORD, "192.0.2.1")).status).toBe(401);
  expect((await login(server, "ana", PASSWORD, "192.0.2.1")).status).toBe(429);
  expect((await login(server, "ana", PASSWORD, "192.0.2.2")).status).toBe(200);
});

test("nobody is told who is known: not by words, not by limits, not by time", async () => {
  const { server } = await withPassword();
  const names = { known: "ana", withoutPassword: "bob", unknown: "nobody" };
  const told = new Map<string, unknown[]>();
  const times = new Map<string, number[]>();
  let address = 0;
  for (let round = 0; round < FREE_OF_PERSON + 1; round++)
    for (const [kind, name] of Object.entries(names)) {
      const begun = performance.now();
      const { body, status } = await login(server, name, "a wrong one", `192.0.2.${++address}`);
      if (status === 401) times.set(kind, [...(times.get(kind) ?? []), performance.now() - begun]);
      told.set(kind, [...(told.get(kind) ?? []), { status, body }]);
    }
  expect(told.get("unknown")).toEqual(told.get("known"));
  expect(told.get("withoutPassword")).toEqual(told.get("known"));
  /* A hash takes tens of milliseconds; what is answered without one takes less than half of that. */
  const fastest = (kind: string) => Math.min(...(times.get(kind) ?? []));
  expect(fastest("unknown")).toBeGreaterThan(fastest("known") / 2);
  expect(fastest("withoutPassword")).toBeGreaterThan(fastest("known") / 2);
});

test("whoever left the network file is nobody, password or not", async () => {
  const { server, cookie } = await withPassword("hana");
  server.write("devices: {}\nzones: {}\npeople: {ana: {name: Ana, roles: [viewer]}}\n");
  expect(codeOf(await look(server, cookie))).toEqual([401, "sessionExpired"]);
  expect((await login(server, "hana", PASSWORD)).status).toBe(401);
});

test("what is stored and told of passwords and links is nothing that anybody can use", async () => {
  const { server, secret } = await withPassword();
  const link = await invite(server, "bob");
  const { database } = server.database;
  const tables = database.withTables<{ auth_account: object; auth_link: object }>();
  const stored = JSON.stringify([
    await tables.selectFrom("auth_account").selectAll().execute(),
    await tables.selectFrom("auth_link").selectAll().execute(),
    await server.service.trail.page({ before: null, limit: 50, subject: null }),
  ]);
  for (const words of [PASSWORD, secret, link]) expect(stored).not.toContain(words);
  expect(stored).toContain("$argon2id$");
});

test("the account for emergencies works with nobody in the network file, wakes others, and approves nothing", async () => {
  const server = await testServer();
  const token = await server.admin();
  const make = async () => {
    const { body } = await server.ask("POST", "/v1/break-glass", { token });
    return contract.breakGlassMade.parse(body).secret;
  };
  const secret = await make();
  server.write("devices: {}\nzones: {}\n");
  const came = await login(server, "break-glass", secret);
  expect(came.body).toMatchObject({ roles: ["viewer", "operator", "admin"], demo: null });
  const cookie = cookieOf(came);
  const alerts = async () =>
    (await server.service.alerts.unresolved()).map(({ severity, title }) => `${severity} ${title}`);
  const used = ["page the account for emergencies is in use, from 127.0.0.1"];
  expect(await alerts()).toEqual(used);
  expect((await server.ask("POST", "/v1/network/reload", { cookie })).status).toBe(200);
  const [entry] = await server.service.trail.page({ before: null, limit: 1, subject: null });
  expect(entry?.actor).toBe("break-glass");
  const approve = await server.ask("POST", "/v1/changes/1/approve", {
    cookie,
    body: { shownHash: "0".repeat(64) },
  });
  expect(codeOf(approve)).toEqual([403, "wrongRole"]);
  await server.service.round();
  expect(await alerts()).toEqual(used);
  /* Another secret ends what the one before let in. */
  const next = await make();
  expect(codeOf(await look(server, cookie))).toEqual([401, "sessionExpired"]);
  expect((await login(server, "break-glass", secret)).status).toBe(401);
  await server.service.round();
  expect(await alerts()).toEqual([]);
  expect((await login(server, "break-glass", next)).status).toBe(200);
});

test("nobody shuts the account for emergencies by guessing at it", async () => {
  const server = await testServer();
  const { body } = await server.ask("POST", "/v1/break-glass", { token: await server.admin() });
  const { secret } = contract.breakGlassMade.parse(body);
  for (let i = 0; i < FREE_OF_ADDRESS; i++)
    expect((await login(server, "break-glass", "pmb_guess", "192.0.2.1")).status).toBe(401);
  expect((await login(server, "break-glass", secret, "192.0.2.1")).status).toBe(429);
  expect((await login(server, "break-glass", secret, "192.0.2.2")).status).toBe(200);
});
