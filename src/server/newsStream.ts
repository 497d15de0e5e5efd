import type { OpenAPIHono } from "@hono/zod-openapi";
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
export function streamNews(app: OpenAPIHono, feed: Feed, gate: Gate): void {
  describeText(app, "/v1/events", {
    summary: "What happens, as it happens: server-sent events, from `Last-Event-ID` on",
    role: "any",
    type: "text/event-stream",
  });
  app.get("/v1/events", async (context) => {
    await gate(context, "any");
    const last = context.req.header("last-event-id") ?? "";
    return streamSSE(context, (stream) => send(stream, feed, last));
  });
}

async function send(stream: SSEStreamingApi, feed: Feed, last: string): Promise<void> {
  const missed = last === "" ? [] : feed.after(last);
  const waiting: NumberedNews[] = [...(missed ?? [])];
  let wake: () => void = () => undefined;
  let isOver = false;
  const end = feed.subscribe((news) => {
    if (waiting.length >= MAXIMUM_WAITING) isOver = true;
    else waiting.push(news);
    wake();
  });
  stream.onAbort(() => {
    isOver = true;
    wake();
  });
  try {
    /* What is missing cannot be told any more: the reader has to look at everything anew. */
    const first = missed === null ? "missed" : "hello";
    await stream.writeSSE({ event: first, data: "{}", retry: RETRY_MS });
    while (!isOver) {
      for (const { id, ...news } of waiting.splice(0))
        await stream.writeSSE({ id, event: news.topic, data: JSON.stringify(news) });
      if (waiting.length > 0 || isOver) continue;
      if (!(await comesWithin(KEEP_ALIVE_MS, (woken) => (wake = woken))))
        await stream.write(": still here\n\n");
    }
  } finally {
    end();
  }
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
