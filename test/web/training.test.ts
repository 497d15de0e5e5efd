import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../requirements.ts";
import { axeFindings, DESK, excessWidth, openPage, PHONE, startBrowser } from "./browser.ts";
import { type Demo, startDemo } from "./demo.ts";

const START_MS = 120_000;
const LONG_MS = 120_000;

describeWith(["chromium"], "training on the pages", () => {
  let demo: Demo;
  let browser: Browser;
  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
  }, START_MS);
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  /** Focus goes to what is asked for, and the key is pressed there: as somebody without a mouse does. */
  const pressOn = async (page: Page, role: "button" | "radio", name: string, key: string) => {
    const target = page.getByRole(role, { name }).first();
    await target.focus();
    await page.keyboard.press(key);
  };

  test.each([
    { scheme: "light", width: DESK },
    { scheme: "dark", width: PHONE },
  ] as const)(
    "a question is answered by keyboard, graded at once, and axe finds nothing: $scheme, $width",
    async (look) => {
      const { page, faults } = await openPage(browser, demo.url, "eva", look);
      await page.goto("/training");
      await pressOn(page, "button", "Ask me", "Enter");
      await page.getByText("Set 1: question 1 of 5").waitFor();
      await page.getByText("mail1: it has no rules").waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await pressOn(page, "radio", "it is accepted", "Space");
      await page
        .getByRole("radiogroup", { name: "What decides?" })
        .getByRole("radio")
        .first()
        .focus();
      await page.keyboard.press("Space");
      await pressOn(page, "button", "Answer", "Enter");
      await page.getByText("it is decided by").waitFor();
      await page.getByRole("region", { name: "The way that the packet takes" }).waitFor();
      expect(await axeFindings(page)).toEqual([]);
      expect(await excessWidth(page)).toBe(0);
      /* The keyboard is where it was. */
      await page.keyboard.press("Enter");
      await page.getByText("Set 1: question 2 of 5").waitFor();
      expect(faults).toEqual([]);
      await page.context().close();
    },
    LONG_MS,
  );

  test(
    "who took part is written down, and approvers see who is late; points are nowhere",
    async () => {
      const { page, faults } = await openPage(browser, demo.url, "bob", {
        scheme: "light",
        width: DESK,
      });
      await page.goto("/training");
      const late = page.getByRole("list", { name: "Who is late, or soon will be" });
      await late.getByText("eva: Whom to call").waitFor();
      const form = page.getByRole("region", { name: "Write down who took part" });
      await form.getByRole("combobox", { name: "Lesson" }).click();
      await page.getByRole("option", { name: /Whom to call/ }).click();
      await form.getByRole("combobox", { name: "Who took part" }).click();
      await page.getByRole("option", { name: "Eva Lindqvist" }).click();
      await page.keyboard.press("Escape");
      await form.getByRole("textbox", { name: /Note/ }).fill("<b>by heart</b> \u202Eabc");
      await form.getByRole("button", { name: "Write it down" }).click();
      await form.getByText("Written down.").waitFor();
      const record = page.getByRole("region", { name: "The record" });
      await record.getByText(/written down by bob: <b>by heart<\/b>/).waitFor();
      await late.getByText("eva: Whom to call").waitFor({ state: "detached" });
      expect(await axeFindings(page)).toEqual([]);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        record.getByRole("link", { name: "As a table (CSV)" }).click(),
      ]);
      expect(download.suggestedFilename()).toBe("training-record.csv");
      expect(faults).toEqual([]);
      await page.context().close();
    },
    LONG_MS,
  );

  test(
    "an approval says what its giver is late with, and can be given all the same",
    async () => {
      const look = { scheme: "light", width: DESK } as const;
      const { page: anas } = await openPage(browser, demo.url, "ana", look);
      const headers = { "x-premortem": "1" };
      const files = [{ path: "/etc/nftables.conf", text: "flush ruleset\n" }];
      const made = await anas.request.post("/v1/changes", {
        data: { device: "fw1", files },
        headers,
      });
      const { id } = await made.json();
      await anas.request.post(`/v1/changes/${id}/prove`, { headers });
      await anas.context().close();
      const { page, faults } = await openPage(browser, demo.url, "bob", look);
      await page.goto(`/changes/${id}`);
      await page.getByRole("note").getByText("training overdue").waitFor();
      expect(await axeFindings(page)).toEqual([]);
      await page.getByRole("button", { name: "Approve change" }).click();
      await page.getByRole("region", { name: "Approvals" }).getByText("by bob").waitFor();
      await page.getByRole("note").waitFor({ state: "detached" });
      expect(faults).toEqual([]);
      await page.context().close();
    },
    LONG_MS,
  );
});
