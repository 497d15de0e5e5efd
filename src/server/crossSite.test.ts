import { expect, test } from "vitest";
import { errorBody } from "./contract/common.ts";
import { type ApiOperation, readDocument, sampleOf } from "./testing/document.ts";
import { type Answer, cookieOf, testServer } from "./testing/testServer.ts";

const codeOf = ({ body }: Answer) => {
  const parsed = errorBody.safeParse(body);
  return parsed.success ? parsed.data.error.code : null;
};

test("every route that changes something refuses what a page of another site can send", async () => {
  const server = await testServer({ isDemo: true });
  const { operations, schemas } = readDocument((await server.ask("GET", "/openapi.json")).body);
  const changing = operations.filter(({ method }) => method !== "GET");
  expect(changing.length).toBeGreaterThan(20);
  const cookie = await server.become("ana");
  const call = (operation: ApiOperation, headers: Readonly<Record<string, string>>) => {
    const body = operation.body === null ? {} : { body: sampleOf(schemas, operation.body) };
    const path = operation.path.replace(/\{id\}/, "999").replace(/\{\w+\}/g, "0".repeat(64));
    return server.ask(operation.method, path, { ...body, cookie, headers });
  };
  const foreign = [
    { "x-premortem": "" },
    { "x-premortem": "", origin: "" },
    { "x-premortem": "2" },
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: server.url.replace("127.0.0.1", "localhost") },
    { origin: "", "sec-fetch-site": "cross-site" },
    { origin: "", "sec-fetch-site": "same-site" },
  ];
  for (const operation of changing)
    for (const headers of foreign) {
      const name = `${operation.method} ${operation.path} ${JSON.stringify(headers)}`;
      const answer = await call(operation, headers);
      expect([answer.status, codeOf(answer)], name).toEqual([403, "crossSite"]);
    }
  /* The session is there still: nothing of it was done. */
  expect((await server.ask("GET", "/v1/session", { cookie })).status).toBe(200);
});

test("a page of this server is let through, and so is a program without one", async () => {
  const server = await testServer({ isDemo: true });
  const cookie = await server.become("ana");
  const reload = (headers: Readonly<Record<string, string>>) =>
    server.ask("POST", "/v1/network/reload", { cookie, headers });
  expect((await reload({})).status).toBe(200);
  expect((await reload({ origin: "" })).status).toBe(200);
  expect((await reload({ origin: "", "sec-fetch-site": "same-origin" })).status).toBe(200);
  /* A proxy on this machine that says under which name it is known. */
  const named = { origin: "https://pm.example", "x-forwarded-host": "pm.example" };
  expect((await reload(named)).status).toBe(200);
});

test("a token needs no header of ours, whatever page sends it", async () => {
  const server = await testServer({ isDemo: true });
  const token = await server.token("ana");
  const headers = { "x-premortem": "", origin: "https://evil.example" };
  const cookie = await server.become("vera");
  const answer = await server.ask("POST", "/v1/network/reload", { token, cookie, headers });
  expect(answer.status).toBe(200);
});

test("a page of another site logs nobody in", async () => {
  const server = await testServer({ isDemo: true });
  const headers = { origin: "https://evil.example" };
  for (const [path, body] of [
    ["/v1/session/demo", { login: "ana" }],
    ["/v1/session", { login: "ana", password: "whatever it is" }],
  ] as const) {
    const answer = await server.ask("POST", path, { body, headers });
    expect([answer.status, codeOf(answer), cookieOf(answer)], path).toEqual([403, "crossSite", ""]);
  }
});
