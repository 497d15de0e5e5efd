import { QueryClient } from "@tanstack/react-query";
import { createMemoryHistory } from "@tanstack/react-router";
import { afterEach, expect, test, vi } from "vitest";
import { FIRST_ASKS } from "./firstAsks.ts";
import { makeRouter } from "./router.tsx";

afterEach(() => vi.unstubAllGlobals());

/** Good for whatever is asked. */
const ANSWER = {
  id: 7,
  contentHash: "c",
  proof: { runningHash: "r" },
  changes: [],
  devices: [],
  actions: [],
  incidents: [],
};

test.each(FIRST_ASKS)(
  "what is fetched with $path is what it asks for while its code comes",
  async (page) => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", async (path: string) => {
      asked.push(path);
      return Response.json(ANSWER);
    });
    const filled = (path: string) => path.replaceAll(/\$\w+/g, "7");
    const context = { client: new QueryClient(), first: { isDrawn: false } };
    const router = makeRouter(
      context,
      createMemoryHistory({ initialEntries: [filled(page.path)] }),
    );
    await router.load();
    expect(asked).toEqual(page.asks.map(filled));
  },
);

test("each page is known", () => {
  const context = { client: new QueryClient(), first: { isDrawn: false } };
  const known = Object.keys(makeRouter(context, createMemoryHistory()).routesByPath);
  expect(FIRST_ASKS.map(({ path }) => path).toSorted()).toEqual(known.toSorted());
});
