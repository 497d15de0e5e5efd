import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../requirements.ts";
import { become, DESK, openPage, PHONE, startBrowser } from "./browser.ts";
import { type Demo, startDemo } from "./demo.ts";

/** Milliseconds for the whole visit: minutes for a person. */
const VISIT_MS = 400_000;
/** Milliseconds for one step on a loaded machine. */
const STEP_MS = 90_000;

const FATAL = 'ip saddr @mail counter drop comment "temp: printer noise"';

/* The five-minute visit, as a visitor makes it: the fatal rule refused, put in by hand, found, and undone. */
describeWith(["chromium"], "a visitor in Chromium", () => {
  let demo: Demo;
  let browser: Browser;
  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
  }, VISIT_MS);
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  test(
    "sees the fatal rule refused with the packet and the line",
    async () => {
      const { page, faults } = await openPage(browser, demo.url, "ana", DESKTOP);
      page.setDefaultTimeout(STEP_MS);
      await page.goto("/changes/new");
      await typeRule(page, FATAL);
      await page
        .getByText(/closes$/)
        .first()
        .waitFor();
      await page.getByRole("button", { name: "Propose and prove" }).click();
      await page.getByText("Breaks 3 promises").waitFor();
      await page
        .getByText(/tcp 10\.10\.2\.1[12]:\d+ > /)
        .first()
        .waitFor();
      await page
        .getByText(/nftables\.conf:\d+/)
        .first()
        .waitFor();
      expect(await page.getByRole("button", { name: "Apply" }).getAttribute("aria-disabled")).toBe(
        "true",
      );
      const broken = page.getByRole("region", { name: "Breaks 3 promises" });
      await broken
        .getByRole("link", { name: /^walk of tcp .* before and after/ })
        .first()
        .click();
      const told = page.getByRole("region", { name: "Before and after" });
      await told.getByText(/accepted now.*dropped with change \d+/).waitFor();
      await page
        .getByText(/nftables\.conf:\d+/)
        .first()
        .waitFor();
      expect(faults).toEqual([]);
      await page.context().close();
    },
    VISIT_MS,
  );

  test(
    "puts it in by hand, sees the incident name it, and undoes it on a phone",
    async () => {
      const { page, faults } = await openPage(browser, demo.url, "ana", DESKTOP);
      page.setDefaultTimeout(STEP_MS);
      await page.goto("/devices/fw1");
      await page
        .getByRole("textbox", { name: /\$ nft/ })
        .fill(`insert rule inet edge forward ${FATAL}`);
      await page.getByRole("button", { name: "Run", exact: true }).click();
      await page.getByText("Done: nft said nothing").waitFor();
      await page.goto("/incidents");
      await page.getByRole("link", { name: /Broken: mail-out/ }).click();
      await page.getByText(FATAL).first().waitFor();
      /* Symptoms are folded behind the first few: the whole log tells all. */
      await page.getByText(/^All \d+$/).click();
      await page
        .getByText(/Dovecot cannot ask its database/)
        .first()
        .waitFor();
      const phone = await openPage(browser, demo.url, "bob", { scheme: "dark", width: PHONE });
      phone.page.setDefaultTimeout(STEP_MS);
      await phone.page.goto("/incidents/1");
      await phone.page.getByRole("button", { name: "Undo on fw1" }).click();
      await phone.page.getByRole("button", { name: "Undo it" }).click();
      await phone.page.getByText(/done$/).first().waitFor();
      await page.getByText(/it lasted/).waitFor({ timeout: VISIT_MS });
      await page.getByRole("link", { name: "Postmortem" }).click();
      await page
        .getByText(/Root Cause/)
        .first()
        .waitFor();
      expect([...faults, ...phone.faults]).toEqual([]);
    },
    VISIT_MS,
  );

  test(
    "takes a corrected change to confirmed, by four eyes",
    async () => {
      const { page, faults } = await openPage(browser, demo.url, "ana", DESKTOP);
      page.setDefaultTimeout(STEP_MS);
      await page.goto("/changes/new");
      await typeRule(page, 'ip saddr 10.10.2.13 counter drop comment "printer noise"');
      await page.getByRole("button", { name: "Propose and prove" }).click();
      await page.getByText(/^\d promises hold with it/).waitFor();
      const at = page.url();
      expect(
        await page.getByRole("button", { name: "Approve change" }).getAttribute("aria-disabled"),
      ).toBe("true");
      await become(page, "bob");
      await page.goto(at);
      await page.getByRole("button", { name: "Approve change" }).click();
      await page.getByRole("heading", { name: "Ready to apply" }).waitFor();
      await page.getByRole("button", { name: "Apply" }).click();
      await page
        .getByText(/confirmed$/)
        .first()
        .waitFor({ timeout: VISIT_MS });
      await page
        .getByText(/applied$/)
        .first()
        .waitFor();
      expect(faults).toEqual([]);
    },
    VISIT_MS,
  );
});

const DESKTOP = { scheme: "light", width: DESK } as const;

/** In front of `ct state established` of the forward chain, where the origin's rule stood. */
async function typeRule(page: Page, rule: string): Promise<void> {
  const chain = page.locator(".cm-line", { hasText: "type filter hook forward" });
  await chain.click();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type(rule);
}
