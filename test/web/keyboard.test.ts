import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../requirements.ts";
import { DESK, openPage, startBrowser } from "./browser.ts";
import { type Demo, startDemo } from "./demo.ts";
import { focused, goToLine, hasFocus, tabTo } from "./keyboard.ts";

/** Milliseconds for a whole life of a change: minutes for a person. */
const LIFE_MS = 400_000;
/** Milliseconds for one step on a loaded machine. */
const STEP_MS = 90_000;

const FATAL = 'ip saddr @mail counter drop comment "temp: printer noise"';
const CORRECTED = 'ip saddr 10.10.2.13 counter drop comment "printer noise"';
const CHAIN = "type filter hook forward";

/* Nothing here points, presses or fills by itself: keys alone, as somebody without a mouse has them. */
describeWith(["chromium"], "by keyboard alone", () => {
  let demo: Demo;
  let browser: Browser;
  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
  }, LIFE_MS);
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  test(
    "a change is proposed, refused, corrected, approved by a second person, applied and confirmed",
    async () => {
      const { page, faults } = await openPage(browser, demo.url, "ana", LOOK);
      page.setDefaultTimeout(STEP_MS);
      await page.goto("/");
      await skipToContent(page);
      await palette(page, "propose a change of fw1");
      await page.getByRole("heading", { level: 1, name: "Propose a change" }).waitFor();
      await tabTo(page, sheet(page));
      await goToLine(page, CHAIN);
      await page.keyboard.press("Enter");
      await page.keyboard.type(FATAL);
      await page
        .getByText(/closes$/)
        .first()
        .waitFor();
      await press(page, "button", "Propose and prove");
      await page.getByText("Breaks 3 promises").waitFor();
      expect(await focused(page)).not.toBeNull();

      await press(page, "link", "Edit");
      await page.getByRole("heading", { level: 1, name: "Edit change 1" }).waitFor();
      await tabTo(page, sheet(page));
      await goToLine(page, FATAL);
      await page.keyboard.press("Shift+Home");
      await page.keyboard.type(CORRECTED);
      await press(page, "button", "Save and prove");
      await page.getByText(/^\d promises hold with it/).waitFor();
      await tabTo(page, page.getByRole("button", { name: "Approve change" }));
      await page.getByRole("tooltip").filter({ hasText: "only approvers approve" }).waitFor();

      await becomeByMenu(page, "bob");
      await press(page, "button", "Approve change");
      await page.getByRole("heading", { name: "Ready to apply" }).waitFor();
      await expectFocus(page);
      await press(page, "button", "Apply");
      await page
        .getByText(/confirmed$/)
        .first()
        .waitFor({ timeout: LIFE_MS });
      await expectFocus(page);
      expect(faults).toEqual([]);
      await page.context().close();
    },
    LIFE_MS,
  );

  test(
    "a rule that was put in by hand is found in its incident and undone",
    async () => {
      const { page, faults } = await openPage(browser, demo.url, "bob", LOOK);
      page.setDefaultTimeout(STEP_MS);
      await page.goto("/");
      await skipToContent(page);
      await palette(page, "open device fw1");
      await page.getByRole("heading", { level: 1, name: "fw1" }).waitFor();
      await tabTo(page, page.getByRole("textbox", { name: /\$ nft/ }));
      await page.keyboard.press("Control+a");
      await page.keyboard.type(`insert rule inet edge forward ${FATAL}`);
      await press(page, "button", "Run");
      await page.getByText("Done: nft said nothing").waitFor();
      await expectFocus(page);

      await page.keyboard.press("g");
      await page.keyboard.press("i");
      const incident = page.getByRole("link", { name: /Broken: mail-out/ });
      await incident.waitFor();
      await page.keyboard.press("j");
      expect(await hasFocus(page, incident)).toBe(true);
      await page.keyboard.press("Enter");
      await press(page, "button", "Undo on fw1");
      const dialog = page.getByRole("dialog", { name: "Undo on fw1?" });
      await dialog.waitFor();
      await expectFocusOn(page, dialog.getByRole("button", { name: "Undo it" }));
      /* Focus stays in a dialog, and comes back from it. */
      await tabTo(page, dialog.getByRole("button", { name: "Not now" }), "Shift+Tab");
      await page.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });
      await expectFocusOn(page, page.getByRole("button", { name: "Undo on fw1" }));
      await page.keyboard.press("Enter");
      await expectFocusOn(page, dialog.getByRole("button", { name: "Undo it" }));
      await page.keyboard.press("Enter");
      await page.getByText(/done$/).first().waitFor();
      await expectFocus(page);
      expect(faults).toEqual([]);
      await page.context().close();
    },
    LIFE_MS,
  );
});

const LOOK = { scheme: "light", width: DESK } as const;

/** The first press of Tab on a page offers to skip what stands on each. */
async function skipToContent(page: Page): Promise<void> {
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.keyboard.press("Tab");
  await expectFocusOn(page, page.getByRole("link", { name: "Skip to the content" }));
  await page.keyboard.press("Enter");
  await expectFocusOn(page, page.locator("#content"));
}

/** Without regard to case, as the palette looks. */
const pattern = (words: string) => new RegExp(words, "i");

async function palette(page: Page, words: string): Promise<void> {
  await page.keyboard.press("Control+k");
  await expectFocusOn(page, page.getByLabel("Find or do something").and(page.locator("input")));
  await page.keyboard.type(words);
  /* Devices are listed once the server has told them: who looks waits for what was typed. */
  const listed = page.locator(".mantine-Spotlight-action").filter({ hasText: pattern(words) });
  await listed.first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  /* It fades out, and lies over the page until then. */
  await page.locator(".mantine-Spotlight-overlay").waitFor({ state: "detached" });
}

/** Who one is stands at the top of the page, and who one could be is found with the arrows. */
async function becomeByMenu(page: Page, login: string): Promise<void> {
  const menu = page.getByRole("button", { name: /demo$/ });
  await tabTo(page, menu, "Shift+Tab");
  await page.keyboard.press("Enter");
  const item = page.getByRole("menuitem", { name: new RegExp(`^${login}`, "i") });
  await item.waitFor();
  /* The menu takes the focus a moment after it is drawn. */
  await expect
    .poll(() => page.locator("[role=menu] :focus, [role=menu]:focus").count(), { timeout: STEP_MS })
    .toBe(1);
  for (let presses = 0; presses < MAXIMUM_PEOPLE; presses += 1) {
    if (await hasFocus(page, item)) break;
    await page.keyboard.press("ArrowDown");
  }
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: new RegExp(`^${login}.*demo$`, "i") }).waitFor();
  await expectFocus(page);
}

const MAXIMUM_PEOPLE = 12;

async function press(page: Page, role: "button" | "link", name: string): Promise<void> {
  await tabTo(page, page.getByRole(role, { name, exact: true }));
  await page.keyboard.press("Enter");
}

const sheet = (page: Page) => page.getByRole("textbox", { name: "/etc/nftables.conf" });

/* Focus is put back a moment after what had it went away. */
async function expectFocus(page: Page): Promise<void> {
  await expect.poll(() => focused(page)).not.toBeNull();
}

async function expectFocusOn(page: Page, aim: ReturnType<Page["locator"]>): Promise<void> {
  await expect.poll(() => hasFocus(page, aim), { timeout: STEP_MS }).toBe(true);
}
