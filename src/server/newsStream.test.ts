import { expect, onTestFinished, test } from "vitest";
import { KEPT_NEWS } from "./events.ts";
import { type TestServer, testServer } from "./testing/testServer.ts";

interface Read {
  /** Each message as its lines; comments too. */
  next(): Promise<string | null>;
  end(): void;
}

async function read({ url }: TestServer, token: string, last?: string): Promise<Read> {
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  const { status, body } = await fetch(`${url}/v1/events`, {
    signal: ending.signal,
    headers: {
      authorization: `Bearer ${token}`,
      ...(last === undefined ? {} : { "last-event-id": last }),
    },
  });
  expect(status).toBe(200);
  const reader = (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    async next() {
      while (!text.includes("\n\n")) {
        const { done, value } = await reader.read();
        if (done) return null;
        text += value;
      }
      const [message = "", ...rest] = text.split("\n\n");
      text = rest.join("\n\n");
      return message;
    },
    end: () => ending.abort(),
  };
}

const news = (text: string) => ({
  topic: "device",
  subject: "device/fw",
  kind: "x",
  atMs: 1,
  text,
});
const idOf = (message: string | null) => /^id: (.*)$/m.exec(message ?? "")?.[1] ?? "";
const textOf = (message: string | null) => /"text":"([^"]*)"/.exec(message ?? "")?.[1] ?? message;

test("news come in order, and go on behind the last one that was read", async () => {
  const server = await testServer();
  const { feed } = server.service;
  const token = await server.token("vera");
  const first = await read(server, token);
  expect(await first.next()).toContain("event: hello");
  for (const text of ["1", "2", "3\n<b>"]) feed.publish(news(text));
  const seen = [await first.next(), await first.next()];
  expect(seen.map(textOf)).toEqual(["1", "2"]);
  expect(seen[0]).toContain("event: device");
  first.end();
  feed.publish(news("4"));
  const second = await read(server, token, idOf(seen[1] ?? null));
  expect(await second.next()).toContain("event: hello");
  feed.publish(news("5"));
  const later = [await second.next(), await second.next(), await second.next()];
  expect(later.map(textOf)).toEqual(["3\\n<b>", "4", "5"]);
});

test("whoever comes back too late, or from another run, is told that something is missed", async () => {
  const server = await testServer();
  const { feed } = server.service;
  const token = await server.token("vera");
  for (let i = 0; i <= KEPT_NEWS; i++) feed.publish(news(`${i}`));
  for (const last of ["other-1", "run-0", "run-99999", "nonsense", "run-"]) {
    const stream = await read(server, token, last);
    expect(await stream.next(), last).toContain("event: missed");
    stream.end();
  }
  const stream = await read(server, token, "run-1");
  expect(await stream.next()).toContain("event: hello");
  expect(textOf(await stream.next())).toBe("1");
});

test("a silent stream shows that it lives, until its token is taken back", async () => {
  const server = await testServer({ keepAliveMs: 50 });
  const token = await server.token("vera");
  const stream = await read(server, token);
  expect(await stream.next()).toContain("hello");
  expect(await stream.next()).toBe(": still here");
  const [mine] = await server.service.access.list();
  await server.service.access.revoke(mine?.id ?? 0, { login: "admin", roles: ["admin"] });
  let message = await stream.next();
  while (message === ": still here") message = await stream.next();
  expect(message).toBeNull();
});

test("a stream whose token was taken back ends while news come, too", async () => {
  const server = await testServer({ keepAliveMs: 50 });
  const { access, feed } = server.service;
  const stream = await read(server, await server.token("vera"));
  expect(await stream.next()).toContain("hello");
  const [mine] = await access.list();
  await access.revoke(mine?.id ?? 0, { login: "admin", roles: ["admin"] });
  /* Each comes before the silence is long enough for a sign of life. */
  const timer = setInterval(() => feed.publish(news("busy")), 5);
  onTestFinished(() => clearInterval(timer));
  let message = await stream.next();
  while (textOf(message) === "busy") message = await stream.next();
  expect(message).toBeNull();
});

test("the end of the server ends streams at once", async () => {
  const server = await testServer();
  const stream = await read(server, await server.token("vera"));
  expect(await stream.next()).toContain("hello");
  server.service.feed.end();
  expect(await stream.next()).toBeNull();
});

test("a reader that does not read is cut off", async () => {
  const server = await testServer();
  const { feed } = server.service;
  const stream = await read(server, await server.token("vera"));
  expect(await stream.next()).toContain("hello");
  /* More than all the buffers on the way take, and then as many as may wait. */
  const large = "x".repeat(100_000);
  for (let i = 0; i < 3 * KEPT_NEWS; i++) {
    feed.publish(news(large));
    if (i % 100 === 0) await new Promise(setImmediate);
  }
  const all = async () => {
    let count = 0;
    while ((await stream.next()) !== null) count++;
    return count;
  };
  await expect(all()).rejects.toThrow();
});

test("news for one alone reach nobody else, also not when they come back", async () => {
  const server = await testServer();
  const { feed } = server.service;
  const [vera, ana] = [await server.token("vera"), await server.token("ana")];
  const streams = [await read(server, vera), await read(server, ana)];
  for (const stream of streams) expect(await stream.next()).toContain("event: hello");
  feed.publish(news("1"));
  feed.publish({ ...news("2"), only: "vera" });
  feed.publish(news("3"));
  const [veras, anas] = streams;
  const first = await veras?.next();
  expect([textOf(first ?? null), textOf((await veras?.next()) ?? null)]).toEqual(["1", "2"]);
  const seen = await anas?.next();
  expect([textOf(seen ?? null), textOf((await anas?.next()) ?? null)]).toEqual(["1", "3"]);
  expect(first).not.toContain("only");
  const again = await read(server, ana, idOf(seen ?? null));
  expect(await again.next()).toContain("event: hello");
  expect(textOf(await again.next())).toBe("3");
});
