import { ServerResponse } from "node:http";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import type { Feed, NumberedNews } from "./events.ts";
import { describeText, type Gate } from "./operation.ts";

/** Milliseconds without news after which a line goes out: whoever is between closes silent connections. */
const KEEP_ALIVE_MS = 15_000;
/** Milliseconds after which a client that was cut off comes back. */
const RETRY_MS = 2_000;
/** News that wait for one reader: one that does not read is cut off, and comes back with its place. */
const MAXIMUM_WAITING = 1_000;

/** `GET /v1/events`: server-sent events; `Last-Event-ID` goes on where it was cut off. */
export function streamNews(
  app: OpenAPIHono,
  feed: Feed,
  gate: Gate,
  keepAliveMs = KEEP_ALIVE_MS,
): void {
  describeText(app, "/v1/events", {
    summary: "What happens, as it happens: server-sent events, from `Last-Event-ID` on",
    role: "any",
    type: "text/event-stream",
  });
  app.get("/v1/events", async (context) => {
    const { login } = await gate(context, "any");
    const last = context.req.header("last-event-id") ?? "";
    /* A role, a token or a session that is taken away ends the stream at its next sign of life. */
    const isLetIn = () => gate(context, "any", false).then(Boolean, () => false);
    const reader = { login, last, isLetIn, cutOff: () => cutOff(context), keepAliveMs };
    return streamSSE(context, (stream) => send(stream, feed, reader));
  });
}

interface Reader {
  readonly login: string;
  /** The news that it had last; "": it begins now. */
  readonly last: string;
  readonly isLetIn: () => Promise<boolean>;
  /** Ends the connection, whatever still waits in it. */
  readonly cutOff: () => void;
  readonly keepAliveMs: number;
}

async function send(stream: SSEStreamingApi, feed: Feed, reader: Reader): Promise<void> {
  const missed = reader.last === "" ? [] : feed.after(reader.last);
  const isFor = ({ only }: NumberedNews) => only === undefined || only === reader.login;
  const waiting: NumberedNews[] = (missed ?? []).filter(isFor);
  let wake: () => void = () => undefined;
  let isOver = false;
  let checkedMs = performance.now();
  /* Asked by time and not by silence: where news come all the time, there is none. */
  const isStillLetIn = async (): Promise<boolean> => {
    if (performance.now() - checkedMs < reader.keepAliveMs) return true;
    checkedMs = performance.now();
    return reader.isLetIn();
  };
  const finish = () => {
    isOver = true;
    wake();
  };
  const end = feed.subscribe((news) => {
    if (!isFor(news)) return;
    if (waiting.length < MAXIMUM_WAITING) waiting.push(news);
    else reader.cutOff();
    wake();
  });
  stream.onAbort(finish);
  feed.ended.addEventListener("abort", finish, { once: true });
  try {
    /* What is missing cannot be told any more: the reader has to look at everything anew. */
    const first = missed === null ? "missed" : "hello";
    await stream.writeSSE({ event: first, data: "{}", retry: RETRY_MS });
    while (!isOver && !feed.ended.aborted) {
      for (let news = waiting.shift(); news !== undefined && !isOver; news = waiting.shift()) {
        if (!(await isStillLetIn())) return;
        await stream.writeSSE(messageOf(news));
      }
      if (isOver || (await comesWithin(reader.keepAliveMs, (woken) => (wake = woken)))) continue;
      checkedMs = performance.now();
      if (!(await reader.isLetIn())) return;
      await stream.write(": still here\n\n");
    }
  } finally {
    end();
    feed.ended.removeEventListener("abort", finish);
  }
}

function messageOf({ id, only: _only, ...news }: NumberedNews) {
  return { id, event: news.topic, data: JSON.stringify(news) };
}

/** One that does not read does not take an end either: its connection goes. */
function cutOff({ env }: Context): void {
  if (typeof env === "object" && env !== null && "outgoing" in env) destroy(env.outgoing);
}

function destroy(outgoing: unknown): void {
  if (outgoing instanceof ServerResponse) outgoing.destroy();
}

/** False: nothing came. */
function comesWithin(ms: number, onWake: (wake: () => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    onWake(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
