import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../requirements.ts";
import {
  axeFindings,
  become,
  DESK,
  excessWidth,
  openPage,
  PHONE,
  startBrowser,
} from "./browser.ts";
import { type Demo, startDemo } from "./demo.ts";
import { breakNetwork, putOnCall } from "./outage.ts";
import { OVERLAYS } from "./overlays.ts";

const START_MS = 120_000;
/** Milliseconds for all pages in one look, on a loaded machine. */
const LOOK_MS = 240_000;
/** Milliseconds for one thing to come up on a loaded machine. */
const STEP_MS = 90_000;
const TRACE = `/trace?${new URLSearchParams({ device: "fw1", packet: "tcp 10.10.2.11 > 44.128.1.10:25" })}`;

/** Each page, with what has to stand there before it is looked at. */
const PAGES: readonly (readonly [path: string, heading: string | RegExp])[] = [
  ["/", "Overview"],
  ["/changes", "Changes"],
  ["/changes/1", "Change 1 of fw1"],
  ["/changes/new", "Propose a change"],
  ["/devices", "Devices"],
  ["/devices/fw1", "fw1"],
  ["/services", "Services"],
  ["/incidents", "Incidents"],
  ["/incidents/1", /^Broken: mail-out/],
  ["/incidents/1/postmortem", "Postmortem of incident 1"],
  ["/playbooks", "Playbooks"],
  ["/playbooks/outgoing", /Outgoing/],
  ["/people", "People"],
  ["/help-desk", "Help desk"],
  ["/actions", "Actions"],
  ["/training", "Training"],
  ["/training/1", /./],
  ["/training/2", /./],
  ["/trace", "What happens to this packet?"],
  [TRACE, "What happens to this packet?"],
  [`${TRACE}&change=1`, "What happens to this packet?"],
  ["/nowhere", "Not here"],
];

const LOOKS = (["light", "dark"] as const).flatMap((scheme) =>
  [DESK, PHONE].map((width) => ({ scheme, width })),
);

/* With an incident open and a change up for review, so that pages have something to show. */
describeWith(["chromium"], "pages for everybody", () => {
  let demo: Demo;
  let browser: Browser;
  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
    const { page } = await openPage(browser, demo.url, "ana", { scheme: "light", width: DESK });
    await putOnCall(demo, page);
    await breakNetwork(page);
    await page.context().close();
  }, START_MS);
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  test.each(LOOKS)(
    "axe finds nothing on any page, and none is too wide: $scheme, $width",
    async (look) => {
      const { page, faults } = await openPage(browser, demo.url, "ana", look);
      page.setDefaultTimeout(STEP_MS);
      const found: string[] = [];
      for (const [path, heading] of PAGES) {
        await page.goto(path);
        await page.getByRole("heading", { level: 1, name: heading }).waitFor();
        await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
        for (const finding of await axeFindings(page)) found.push(`${path}: ${finding}`);
        const excess = await excessWidth(page);
        if (excess > 0) found.push(`${path}: ${excess} pixels too wide`);
      }
      expect(found).toEqual([]);
      expect(faults).toEqual([]);
      await page.context().close();
    },
    LOOK_MS,
  );

  test.each(LOOKS)(
    "axe finds nothing on anything that opens, and nothing is too wide: $scheme, $width",
    async (look) => {
      const { page, faults } = await openPage(browser, demo.url, "ana", look);
      page.setDefaultTimeout(STEP_MS);
      const found: string[] = [];
      for (const { name, path, scope, open, login = "ana" } of OVERLAYS.filter(isAt(look))) {
        await become(page, login);
        await page.goto(path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
        await (await open(page))
          .first()
          .waitFor()
          .catch(async (fault: unknown) => {
            const there = await page.locator("#content").textContent();
            throw new Error(`${name} does not open; there is:\n${there}`, { cause: fault });
          });
        for (const finding of await axeFindings(page, scope)) found.push(`${name}: ${finding}`);
        const excess = await excessWidth(page);
        if (excess > 0) found.push(`${name}: ${excess} pixels too wide`);
      }
      expect(found).toEqual([]);
      expect(faults).toEqual([]);
      await page.context().close();
    },
    LOOK_MS,
  );
});

const isAt =
  ({ width }: (typeof LOOKS)[number]) =>
  ({ widths }: (typeof OVERLAYS)[number]) =>
    widths.includes(width);
