import fc from "fast-check";
import { expect, test } from "vitest";
import { MAXIMUM_COMPLAINT_BYTES } from "../operations/monitor/complaints/message.ts";
import { errorBody } from "./contract/common.ts";
import { MAXIMUM_BODY_BYTES } from "./operation.ts";
import { type ApiOperation, readDocument, type Schema, sampleOf } from "./testing/document.ts";
import { type Answer, testServer } from "./testing/testServer.ts";

/*
 * Whatever is sent to whatever route: never a defect, and what goes wrong is told in the form that every
 * error has. Everything is made from the document of the API, so that a new route is tried as well.
 */

/** Calls of each route, beside the ones that are always made. */
const RUNS = 25;
const LONG_MS = 120_000;
const SEED = 20_261_129;

const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const HOSTILE: readonly unknown[] = [
  null,
  true,
  0,
  -0,
  -1,
  0.5,
  1e308,
  2 ** 31,
  2 ** 53,
  "",
  "NaN",
  "Infinity",
  "\0",
  "a\0b",
  "\ud800",
  "\udfff tail",
  "<script>alert(1)</script>",
  "'; drop table auth_token; --",
  "../../etc/passwd",
  "\u202e\u0000\ufffe",
  "x".repeat(100_000),
  "0".repeat(64),
  [],
  [[]],
  {},
  { length: -1 },
  JSON.parse('{"__proto__":{"a":1},"constructor":{}}'),
  JSON.parse(nested(2_000)),
];
const RAW: readonly string[] = [
  "",
  " ",
  "{",
  "nothing",
  "NaN",
  '{"a":1,}',
  '{"files":1e999}',
  '{"id":1}{"id":2}',
  "\ufeff{}",
  "\0",
  nested(100_000),
  `{"a":`.repeat(50_000),
  "null",
  '"text"',
  "[]",
];
const PATH_PARTS: readonly string[] = [
  "0",
  "-1",
  "1",
  "2147483647",
  "2147483648",
  "99999999999999999999",
  "1e3",
  "0x1",
  "1.5",
  "NaN",
  "%00",
  "a%00b",
  "%ff",
  "%",
  "%2e%2e%2f%2e%2e",
  "..%2f..%2fetc",
  "%F0%9F%92%A5",
  "%ED%A0%80",
  "<b>",
  "a b",
  "'",
  "fw",
  "x".repeat(5_000),
];
const TYPES: readonly string[] = [
  "text/plain",
  "application/xml",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/json; charset=utf-16",
  "application/jsonx",
  "",
];

interface Attempt {
  readonly path: string;
  readonly raw: string | null;
  readonly type: string;
}

/** A value with one place of it made hostile. */
function spoiled(value: unknown): fc.Arbitrary<unknown> {
  const anything = fc.oneof(fc.constantFrom(...HOSTILE), fc.jsonValue({ depthSize: "medium" }));
  if (typeof value !== "object" || value === null) return anything;
  const entries = Object.entries(value);
  const within = entries.map(([key, member]) =>
    spoiled(member).map((one) => replaced(value, key, one)),
  );
  const missing = entries.map(([key]) => fc.constant(without(value, key)));
  const more = fc
    .tuple(fc.constantFrom("more", "__proto__", "constructor", "\0", "kind"), anything)
    .map(([key, one]) => replaced(value, key, one));
  return fc.oneof(anything, fc.constant(value), more, ...within, ...missing);
}

function replaced(value: object, key: string, one: unknown): unknown {
  const copy: object = Array.isArray(value) ? [...value] : { ...value };
  Object.defineProperty(copy, key, { value: one, enumerable: true, configurable: true });
  return copy;
}

function without(value: object, key: string): unknown {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}

function attempts(
  { path, parameters, body }: ApiOperation,
  sample: unknown,
): fc.Arbitrary<Attempt> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  const part = fc.oneof(
    fc.constantFrom(...PATH_PARTS),
    fc.string({ unit: "binary" }).map((text) => encodeURIComponent(Buffer.from(text).toString())),
  );
  const paths = fc
    .tuple(...names.map(() => part))
    .map((parts) =>
      names.reduce((text, name, i) => text.replace(`{${name}}`, parts[i] ?? ""), path),
    );
  const known = parameters.filter((one) => one.in === "query").map(({ name }) => name);
  const query = fc.dictionary(fc.constantFrom(...known, "more", "__proto__"), part, { maxKeys: 3 });
  const queries = query.map((all) =>
    Object.entries(all)
      .map(([key, value]) => `${key}=${value}`)
      .join("&"),
  );
  const raws = fc.oneof(
    { weight: 4, arbitrary: spoiled(sample).map((value) => JSON.stringify(value) ?? "") },
    { weight: 1, arbitrary: fc.constantFrom(...RAW) },
  );
  const types = fc.oneof(
    { weight: 8, arbitrary: fc.constant("application/json") },
    { weight: 1, arbitrary: fc.constantFrom(...TYPES) },
  );
  return fc.record({
    path: fc.tuple(paths, queries).map(([one, asked]) => (asked === "" ? one : `${one}?${asked}`)),
    raw: body === null ? fc.constant(null) : raws,
    type: types,
  });
}

function judge({ status, body, headers }: Answer, name: string): void {
  /* Complaints are signed, and have no token. */
  const without = name.startsWith("POST /v1/complaints/") ? [401] : [];
  expect([200, 400, 404, 409, 413, 502, ...without], name).toContain(status);
  expect(headers.get("content-type"), name).toContain("application/json");
  if (status !== 200) expect(errorBody.strict().safeParse(body).success, name).toBe(true);
}

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
        fc.asyncProperty(attempts(operation, sample), async ({ path, raw, type }) => {
          const headers = { "content-type": type };
          const answer = await server.ask(method, path, {
            token,
            ...(raw === null ? {} : { raw, headers }),
          });
          judge(
            answer,
            `${method} ${path.slice(0, 200)} ${raw?.slice(0, 300)}: ${answer.text.slice(0, 300)}`,
          );
        }),
        { seed: SEED, numRuns: RUNS },
      );
    }
  },
  LONG_MS,
);

/** What answers with a text or a stream. */
const NOT_JSON: ReadonlySet<string> = new Set(["/metrics", "/v1/events"]);

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
