import { expect, test } from "vitest";
import { type ReadNews, readNews } from "./newsReader.ts";

const NEWS = { topic: "change", subject: "change/1", kind: "change.proposed", atMs: 1, text: "ä" };
const STREAM = `event: hello\ndata: {}\nretry: 2000\n\n: still here\n\nid: a-1\nevent: change\ndata: ${JSON.stringify(NEWS)}\n\n`;

async function read(size: number): Promise<readonly ReadNews[]> {
  const bytes = new TextEncoder().encode(STREAM);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const found: ReadNews[] = [];
  for await (const one of readNews(chunks())) found.push(one);
  return found;
}

test.each([1, 3, 1_000])("news are read from chunks of %i bytes", async (size) => {
  expect(await read(size)).toEqual([
    { id: "", event: "hello", news: null },
    { id: "a-1", event: "change", news: NEWS },
  ]);
});
