import { expect, test } from "vitest";
import { post } from "./post.ts";
import { type Answer, openReceiver } from "./testing/receiver.ts";

const never = new AbortController().signal;

async function said(answer: Answer, timeoutMs?: number) {
  const { url } = await openReceiver(answer);
  return post({
    url,
    body: "{}",
    signal: never,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

const answers =
  (status: number, text = "", headers = {}): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end(text);

test("what is taken is sent", async () => {
  expect(await said(answers(204))).toEqual({ kind: "sent" });
});

const FAILURES: readonly (readonly [string, Answer, object])[] = [
  [
    "a server in trouble",
    answers(500, "out\nof\u0007  memory"),
    { reason: "it answers 500: out of memory", isFinal: false },
  ],
  ["a body that is refused", answers(422), { reason: "it answers 422", isFinal: true }],
  ["a secret that is another", answers(401), { reason: "it answers 401", isFinal: false }],
  [
    "too much at once",
    answers(429, "", { "retry-after": "7" }),
    { isFinal: false, afterMs: 7_000 },
  ],
  ["a pause of a year", answers(503, "", { "retry-after": "31536000" }), { afterMs: 300_000 }],
  [
    "a pause until a date",
    answers(503, "", { "retry-after": "Wed, 21 Oct 2037 07:28:00 GMT" }),
    { afterMs: null },
  ],
];
test.each(FAILURES)("%s is a failure, with its reason", async (_, answer, failure) => {
  expect(await said(answer)).toMatchObject({ kind: "failed", ...failure });
});

test("a redirect is not followed", async () => {
  const other = await openReceiver();
  const sent = await said(answers(307, "", { location: other.url }));
  expect(sent).toMatchObject({ kind: "failed", isFinal: false });
  expect(other.received).toEqual([]);
});

test("a server that does not answer is not waited for", async () => {
  expect(await said(() => undefined, 50)).toMatchObject({ reason: "no answer within 0.05 s" });
});

test("an answer without an end is not read to it", async () => {
  const endless: Answer = (_, response) => {
    const write = () => {
      while (response.write("x".repeat(65_536)));
      response.once("drain", write);
    };
    response.writeHead(200);
    write();
  };
  expect(await said(endless)).toEqual({ kind: "sent" });
});

test("a server that is not there is told by the reason of the system", async () => {
  const { url, close } = await openReceiver();
  await close();
  expect(await post({ url, body: "{}", signal: never })).toMatchObject({
    reason: expect.stringContaining("ECONNREFUSED"),
    isFinal: false,
  });
});
