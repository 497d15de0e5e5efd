import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../requirements.ts";
import { DESK, openPage, startBrowser } from "./browser.ts";
import { type Demo, startDemo } from "./demo.ts";

/** Milliseconds for a page on a loaded machine. */
const PAGE_MS = 90_000;

/* What is fetched for a page and not taken by it would be fetched twice: slower than before. */
describeWith(["chromium"], "what a page shows first, in Chromium", () => {
  let demo: Demo;
  let browser: Browser;
  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
  }, PAGE_MS);
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  test.each(["/", "/changes", "/changes/new", "/devices/fw1", "/help-desk", "/training"])(
    "is fetched beside its code, and once: %s",
    async (path) => {
      const { page, faults } = await openPage(browser, demo.url, "ana", {
        scheme: "light",
        width: DESK,
      });
      page.setDefaultTimeout(PAGE_MS);
      await page.goto(path);
      await page.locator("main h1").first().waitFor();
      await page.waitForFunction(IS_DRAWN);
      const { linked, again } = await page.evaluate<Fetched>(FETCHED_SCRIPT);
      expect(linked).toContain("/v1/session");
      expect(linked.length).toBeGreaterThan(1);
      expect(again).toEqual([]);
      expect(faults).toEqual([]);
      await page.context().close();
    },
    PAGE_MS,
  );
});

interface Fetched {
  readonly linked: readonly string[];
  /** Those that the code asked for once more, before anything was drawn. */
  readonly again: readonly string[];
}

/* What is there may not be on the screen yet. */
const IS_DRAWN = `performance.getEntriesByName("first-contentful-paint").length > 0`;

const FETCHED_SCRIPT = `(() => {
  const links = [...document.querySelectorAll('link[rel="preload"][as="fetch"]')];
  const linked = links.map((link) => link.getAttribute("href"));
  const [{ startTime: drawnMs }] = performance.getEntriesByName("first-contentful-paint");
  const again = performance
    .getEntriesByType("resource")
    .filter((one) => one.initiatorType === "fetch" && one.startTime < drawnMs)
    .map(({ name }) => name.replace(location.origin, ""))
    .filter((path) => linked.includes(path));
  return { linked, again };
})()`;
