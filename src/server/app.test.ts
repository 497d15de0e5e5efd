import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { makeApp } from "./app.ts";
import * as contract from "./contract/change.ts";
import { errorBody } from "./contract/common.ts";
import {
  type ApiOperation,
  danglingReferences,
  readDocument,
  sampleOf,
} from "./testing/document.ts";
import { paperDevice } from "./testing/paperDevice.ts";
import { testServer } from "./testing/testServer.ts";

test("the document has every route of the app, and no reference in it leads nowhere", async () => {
  const { ask, service } = await testServer();
  const { status, body } = await ask("GET", "/openapi.json");
  expect(status).toBe(200);
  expect(danglingReferences(body)).toEqual([]);
  const told = readDocument(body).operations.map(({ method, path }) => `${method} ${path}`);
  const { routes } = makeApp({ service, onFault: () => undefined });
  const served = routes
    .filter(({ method, path }) => method !== "ALL" && path !== "/openapi.json")
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, "{$1}")}`);
  expect([...told].sort()).toEqual([...served].sort());
});

/** Logins of the network file by what they may do; `any` is everybody who sees the network. */
const MAY: Readonly<Record<string, readonly string[]>> = {
  any: ["viewer", "operator", "approver"],
  token: ["viewer", "helpdesk", "operator", "approver", "admin"],
  helpdesk: ["viewer", "helpdesk", "operator", "approver"],
  viewer: ["viewer"],
  operator: ["operator"],
  approver: ["approver"],
  admin: ["admin"],
};

test("each route takes exactly the tokens that the document names", async () => {
  const server = await testServer();
  const { operations, schemas } = readDocument((await server.ask("GET", "/openapi.json")).body);
  const tokens = {
    viewer: await server.token("vera"),
    helpdesk: await server.token("hana"),
    operator: await server.token("ana", ["operator"]),
    approver: await server.token("bob"),
    admin: await server.admin(),
  };
  const call = (operation: ApiOperation, token?: string) => {
    const body = operation.body === null ? {} : { body: sampleOf(schemas, operation.body) };
    const path = operation.path.replace(/\{id\}/, "999").replace(/\{\w+\}/g, "0".repeat(64));
    return server.ask(operation.method, path, { ...body, ...(token && { token }) });
  };
  const guarded = operations.filter(({ role, path }) => role !== null && path !== "/v1/events");
  expect(guarded.length).toBeGreaterThan(30);
  for (const operation of guarded) {
    const name = `${operation.method} ${operation.path}`;
    const nobody = await call(operation);
    expect([nobody.status, errorBody.parse(nobody.body).error.code], name).toEqual([
      401,
      "noToken",
    ]);
    expect(nobody.headers.get("www-authenticate"), name).toBe("Bearer");
    const taken = MAY[operation.role ?? ""] ?? [];
    for (const [role, token] of Object.entries(tokens)) {
      const { status, body } = await call(operation, token);
      if (taken.includes(role)) expect([401, 403, 500], `${name} ${role}`).not.toContain(status);
      else {
        expect(status, `${name} ${role}`).toBe(403);
        expect(errorBody.parse(body).error.code).toBe("wrongRole");
      }
    }
  }
});

test("a token that is made up, taken back or too old is none", async () => {
  const server = await testServer();
  const self = async (token: string) => (await server.ask("GET", "/v1/self", { token })).status;
  const vera = await server.token("vera");
  expect(await self(vera)).toBe(200);
  expect(await self(`${vera}x`)).toBe(401);
  expect(await self("pm_")).toBe(401);
  const admin = await server.admin();
  const [mine] = await server.service.access
    .list()
    .then((all) => all.filter(({ login }) => login === "vera"));
  const gone = await server.ask("DELETE", `/v1/tokens/${mine?.id}`, { token: admin });
  expect(gone.body).toMatchObject({ login: "vera", revokedMs: expect.any(Number) });
  expect(await self(vera)).toBe(401);
  const bob = await server.token("bob");
  server.pass(86_400_000 - 60_000);
  expect(await self(bob)).toBe(200);
  server.pass(60_001);
  expect(await self(bob)).toBe(401);
});

const FILES = [{ path: "/etc/nftables.conf", text: "flush ruleset\n" }];

const LISTING = "table inet edge {\n}\n";

async function proposal() {
  let listing = LISTING;
  const device = paperDevice(() => listing);
  const server = await testServer({ openTransport: () => device });
  const ana = await server.token("ana");
  const proposed = await server.ask("POST", "/v1/changes", {
    token: ana,
    body: { device: "fw", files: FILES },
  });
  const made = contract.change.parse(proposed.body);
  const approve = (token: string, shownHash: string) =>
    server.ask("POST", `/v1/changes/${made.id}/approve`, { token, body: { shownHash } });
  /** Proves it, and gives it as it is shown then. */
  const look = async () => {
    await server.ask("POST", `/v1/changes/${made.id}/prove`, { token: ana });
    const { body } = await server.ask("GET", `/v1/changes/${made.id}`, { token: ana });
    const { shownHash, ...change } = contract.change.parse(body);
    return { ...change, shownHash: shownHash ?? "" };
  };
  const runs = (text: string) => {
    listing = text;
  };
  return { server, ana, change: made, approve, look, runs };
}

test("two tokens of one person are one person: nobody approves what they wrote", async () => {
  const { server, approve, look } = await proposal();
  const { shownHash } = await look();
  const second = await server.token("ana", ["approver"]);
  const own = await approve(second, shownHash);
  expect([own.status, errorBody.parse(own.body).error.code]).toEqual([409, "refused"]);
  const other = await approve(await server.token("bob"), shownHash);
  expect(other.body).toMatchObject({ approvals: [{ by: "bob", void: null }] });
});

test("what is not proved, or was proved anew with another result, is not approved", async () => {
  const { server, approve, look, runs } = await proposal();
  const bob = await server.token("bob");
  expect((await approve(bob, "0".repeat(64))).status).toBe(409);
  const { shownHash } = await look();
  runs("table inet edge {\n\tchain other {\n\t}\n}\n");
  const now = await look();
  expect((await approve(bob, shownHash)).status).toBe(409);
  expect((await approve(bob, now.shownHash)).status).toBe(200);
  runs(LISTING);
  expect((await look()).approvals).toMatchObject([
    { by: "bob", void: "the running state of fw changed after the approval" },
  ]);
});

test("what was edited since it was looked at is not approved, and loses its approvals", async () => {
  const { server, ana, change, approve, look } = await proposal();
  const bob = await server.token("bob");
  const { shownHash } = await look();
  expect((await approve(bob, shownHash)).status).toBe(200);
  const edited = await server.ask("PUT", `/v1/changes/${change.id}/files`, {
    token: ana,
    body: { files: [{ path: "/etc/nftables.conf", text: "flush ruleset\n\n" }] },
  });
  const now = contract.change.parse(edited.body);
  expect(now.missing).toContainEqual(expect.objectContaining({ kind: "approval" }));
  expect((await approve(bob, shownHash)).status).toBe(409);
  expect((await approve(bob, (await look()).shownHash)).status).toBe(200);
});

test("a token of somebody who has no role any more is good for nothing", async () => {
  const server = await testServer();
  const token = await server.token("vera");
  writeFileSync(server.networkFile, "devices:\n  fw: { reach: local }\nzones: {}\n");
  expect((await server.ask("GET", "/v1/self", { token })).status).toBe(200);
  server.service.inventory.reload();
  for (const path of ["/v1/self", "/v1/status", "/v1/events"])
    expect((await server.ask("GET", path, { token })).status, path).toBe(403);
});
