import fc from "fast-check";
import { expect, test } from "vitest";
import { MAXIMUM_COMPLAINT_BYTES } from "../operations/monitor/complaints/message.ts";
import { errorBody } from "./contract/common.ts";
import { MAXIMUM_BODY_BYTES } from "./operation.ts";
import { attempts } from "./testing/attempts.ts";
import { readDocument, type Schema, sampleOf } from "./testing/document.ts";
import { judge } from "./testing/judge.ts";
import { testServer } from "./testing/testServer.ts";

/*
 * Whatever is sent to whatever route: never a defect, and what goes wrong is told in the form that every
 * error has. Everything is made from the document of the API, so that a new route is tried as well.
 */

/** Calls of each route, beside the ones that are always made. */
const RUNS = 25;
const LONG_MS = 120_000;
const SEED = 20_261_129;

test(
  "hostile calls of every route get the body that errors have, and never find a defect",
  async () => {
    const server = await testServer();
    const { operations, schemas } = readDocument((await server.ask("GET", "/openapi.json")).body);
    /* The first number is often guessed below: it takes back this one. */
    await server.token("vera");
    const tokens = { person: await server.token("ana"), admin: await server.admin() };
    for (const operation of operations) {
      if (NOT_JSON.has(operation.path)) continue;
      const { method, role, body } = operation;
      const token = role === "admin" ? tokens.admin : tokens.person;
      const sample = body === null ? null : sampleOf(schemas, body as Schema);
      await fc.assert(
        fc.asyncProperty(
          attempts(operation, sample),
          async ({ path, raw, type, headers: more }) => {
            const headers = { ...more, ...(raw === null ? {} : { "content-type": type }) };
            const sent = raw === null ? {} : { raw };
            const answer = await server.ask(method, path, { token, ...sent, headers });
            judge(
              answer,
              `${method} ${path.slice(0, 200)} ${raw?.slice(0, 300)}: ${answer.text.slice(0, 300)}`,
            );
          },
        ),
        { seed: SEED, numRuns: RUNS },
      );
    }
  },
  LONG_MS,
);

/** What answers with a text or a stream. */
const NOT_JSON: ReadonlySet<string> = new Set([
  "/metrics",
  "/v1/events",
  "/v1/break-glass",
  "/status/",
  "/v1/playbooks/{name}/print",
  "/v1/training/record.csv",
]);

test("a body that is too large is refused, whether it says so before or not", async () => {
  const server = await testServer();
  const token = await server.token("ana");
  const large = new Uint8Array(MAXIMUM_BODY_BYTES + 1).fill(32);
  const said = await server.ask("POST", "/v1/changes", { token, raw: large });
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(large);
      controller.close();
    },
  });
  const unsaid = await server.ask("POST", "/v1/changes", { token, raw: stream });
  const complaint = await server.ask("POST", "/v1/complaints/x", {
    raw: large.slice(0, MAXIMUM_COMPLAINT_BYTES + 1),
  });
  for (const { status, body } of [said, unsaid, complaint])
    expect([status, errorBody.parse(body).error.code]).toEqual([413, "tooMuch"]);
});

test("of somebody unknown no more than a few KiB are read, whether they say how many there are or not", async () => {
  const server = await testServer();
  const large = new Uint8Array(200 * 1024).fill(32);
  let pulled = 0;
  const stream = new ReadableStream({
    pull(controller) {
      pulled++;
      controller.enqueue(large);
      if (pulled === 100) controller.close();
    },
  });
  const headers = { "content-type": "application/json" };
  for (const raw of [stream, large])
    expect((await server.ask("POST", "/v1/changes", { raw, headers })).status).toBe(413);
});
