import { expect, test } from "vitest";
import type { CallFault } from "./client.ts";
import { followNews } from "./followNews.ts";

const NEWS = { topic: "change", subject: "change/1", kind: "change.proposed", atMs: 1, text: "a" };
const HELLO = "event: hello\ndata: {}\n\n";
const ONE = `id: a-1\nevent: change\ndata: ${JSON.stringify(NEWS)}\n\n`;

const fault = (code: string): CallFault => ({ kind: "callFault", code, message: code, help: "" });

/** A stream that ends behind its text, or breaks there. */
async function* stream(text: string, breaks = false) {
  yield new TextEncoder().encode(text);
  if (breaks) throw new Error("terminated");
}

type Answer = ReturnType<typeof stream> | CallFault;

async function follow(...answers: readonly Answer[]) {
  const told: string[] = [];
  const left = [...answers];
  const end = await followNews(
    async (last) => {
      told.push(`open ${last}`);
      return left.shift() ?? fault("noToken");
    },
    {
      take: ({ event }) => told.push(event),
      lost: (reason) => told.push(`lost: ${reason}`),
      back: () => told.push("back"),
    },
    () => Promise.resolve(),
  );
  return { told, code: end.code };
}

test("a stream that never began ends with why", async () => {
  expect(await follow(fault("unreachable"))).toEqual({ told: ["open "], code: "unreachable" });
});

test("one that is lost before its first news is opened again, and that is said once", async () => {
  const away = fault("unreachable");
  const { told } = await follow(stream(HELLO, true), away, away, stream(HELLO + ONE));
  expect(told).toEqual([
    "open ",
    "hello",
    "lost: terminated",
    "open ",
    "open ",
    "open ",
    "back",
    "hello",
    "change",
    "lost: the server ended it",
    "open a-1",
  ]);
});

test.each(["noToken", "wrongRole"])("one that is refused with %s ends with it", async (code) => {
  const { told, code: end } = await follow(stream(HELLO + ONE), fault(code), stream(ONE));
  expect([end, told.at(-1)]).toEqual([code, "open a-1"]);
});
