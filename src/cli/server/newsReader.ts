import type { News } from "../../server/events.ts";

/** One thing that happened, with its place in the stream. */
export interface ReadNews {
  /** Where to go on after a break; empty: it is no news, but about the stream itself. */
  readonly id: string;
  readonly event: string;
  /** Null: it is about the stream itself. */
  readonly news: News | null;
}

/** Reads server-sent events (WHATWG HTML, 9.2.6) line by line. */
export async function* readNews(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ReadNews> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const read = readBlock(block);
      if (read !== null) yield read;
    }
  }
}

/** Null: a comment, which keeps the connection alive. */
function readBlock(block: string): ReadNews | null {
  const fields = new Map<string, string>();
  for (const line of block.split("\n")) {
    const [, field = "", value = ""] = /^([a-z]+): ?(.*)$/.exec(line) ?? [];
    if (field !== "") fields.set(field, value);
  }
  const data = fields.get("data");
  if (data === undefined) return null;
  const id = fields.get("id") ?? "";
  return {
    id,
    event: fields.get("event") ?? "message",
    news: id === "" ? null : JSON.parse(data),
  };
}
