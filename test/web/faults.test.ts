import { readFileSync, writeFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWith } from "../requirements.ts";
import { become, DESK, excessWidth, openPage, PHONE, startBrowser } from "./browser.ts";
import { type Demo, startDemo } from "./demo.ts";

/** Milliseconds for one fault, on a loaded machine. */
const FAULT_MS = 240_000;
const LONG_MS = 500_000;
/** Milliseconds for one step on a loaded machine. */
const STEP_MS = 60_000;

const LOOK = { scheme: "light", width: DESK } as const;
const HEADERS = { "x-premortem": "1" };
const PATH = "/etc/nftables.conf";

/** A person whose name turns the rest of a line around, and is a script besides. */
const HOSTILE = "\u202eevil\u202d <img src=x onerror=window.pwned=1> עברית";
const HTML = '<script>window.pwned=1</script><img src="x" onerror="window.pwned=1">';

describeWith(["chromium"], "faults on the pages", () => {
  let demo: Demo;
  let browser: Browser;
  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemo(), startBrowser()]);
  }, FAULT_MS);
  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  const open = async (login: string, path: string) => {
    const opened = await openPage(browser, demo.url, login, LOOK);
    opened.page.setDefaultTimeout(STEP_MS);
    await opened.page.goto(path);
    return opened;
  };

  test(
    "a server that is gone is told with since when, and comes back without a reload",
    async () => {
      const { page, faults } = await open("ana", "/devices");
      await isLive(page).waitFor();
      await page.getByRole("link", { name: "fw1" }).waitFor();
      await demo.kill();
      await page.getByText(/stale since \d\d:\d\d:\d\d/).waitFor();
      /* What was seen before stays. */
      expect(await page.getByRole("link", { name: "fw1" }).isVisible()).toBe(true);
      await page.evaluate("globalThis.loadedOnce = true");
      await demo.again();
      await isLive(page).waitFor();
      expect(await page.evaluate("globalThis.loadedOnce")).toBe(true);
      await page.getByRole("link", { name: "fw1" }).click();
      await page.getByRole("heading", { level: 2, name: "Promises on what runs" }).waitFor();
      expect(faults).toEqual([]);
      await page.context().close();
    },
    FAULT_MS,
  );

  test(
    "a session that is over takes nothing away that was typed",
    async () => {
      const { page, faults } = await open("ana", "/changes/new?device=fw1");
      await typeLine(page, "# typed before the session was over");
      const id = await propose(page, "flush ruleset\n");
      await endSession(page);
      await page.getByText("Your session is over.").waitFor();
      await comeIn(page, "Ana Ruiz");
      await page.getByText("What you typed before is here again.").waitFor();
      await page.getByText("# typed before the session was over").waitFor();

      await page.goto(`/changes/${id}`);
      const comment = page.getByLabel("Say something about it");
      await comment.fill("why all of it?");
      await endSession(page);
      await page.getByText("Your session is over.").waitFor();
      /* Whoever comes in next at the same browser is somebody else. */
      await comeIn(page, "Bob");
      await comment.waitFor();
      expect(await comment.inputValue()).toBe("");
      await become(page, "ana");
      await page.reload();
      await comment.waitFor();
      expect(await comment.inputValue()).toBe("why all of it?");
      expect(faults).toEqual([]);
      await page.context().close();
    },
    FAULT_MS,
  );

  test(
    "the second of two who edit one change is told, and loses nothing",
    async () => {
      const ana = await open("ana", "/");
      const id = await propose(ana.page, "flush ruleset\n# begun\n");
      await ana.page.goto(`/changes/new?change=${id}`);
      await typeLine(ana.page, "# by ana", "# begun");
      const bob = await open("bob", `/changes/new?change=${id}`);
      await typeLine(bob.page, "# by bob", "# begun");
      await bob.page.getByRole("button", { name: "Save and prove" }).click();
      await bob.page.waitForURL(new RegExp(`/changes/${id}$`));

      await ana.page.getByText("Somebody else has saved this change").waitFor();
      await ana.page
        .getByRole("textbox", { name: PATH, exact: true })
        .getByText("# by ana")
        .waitFor();
      await ana.page.getByRole("alert").getByText("# by bob").first().waitFor();
      await ana.page.getByRole("button", { name: "Save and prove" }).click();
      await ana.page.getByText("it was edited meanwhile by bob").waitFor();
      /* Also after the page was loaded anew. */
      await ana.page.reload();
      await ana.page.getByText("Somebody else has saved this change").waitFor();
      await ana.page.getByRole("button", { name: /^Go on with mine/ }).click();
      await ana.page.getByRole("button", { name: "Save and prove" }).click();
      await ana.page.waitForURL(new RegExp(`/changes/${id}$`));
      const saved = await ana.page.request.get(`/v1/changes/${id}/files`);
      expect((await saved.json()).files[0].text).toContain("# by ana");
      expect([...ana.faults, ...bob.faults]).toEqual([]);
      await ana.page.context().close();
      await bob.page.context().close();
    },
    FAULT_MS,
  );

  test(
    "names and texts of strangers run no script, and turn nothing around",
    async () => {
      await rename(demo, "Ana Ruiz", HOSTILE);
      const { page, faults } = await open("ana", "/");
      const id = await propose(page, `flush ruleset\n# ${HTML}\n`);
      const post = async (path: string, data: unknown) => {
        const answer = await page.request.post(path, { data, headers: HEADERS });
        expect(answer.status(), path).toBeLessThan(300);
      };
      const { contentHash } = await (await page.request.get(`/v1/changes/${id}`)).json();
      const text = `${HTML} \u202eturned`;
      await post(`/v1/changes/${id}/comments`, { text, contentHash, place: null });
      await post("/v1/help-desk/reports", { text, surge: true });
      for (const path of [`/changes/${id}`, "/people", "/help-desk", "/incidents", "/"]) {
        await page.goto(path);
        await page.getByRole("heading", { level: 1 }).waitFor();
        await page.locator("[aria-busy=true]").first().waitFor({ state: "detached" });
        expect(await page.evaluate("globalThis.pwned"), path).toBeUndefined();
        expect(await page.evaluate(NOT_ISOLATED), path).toEqual([]);
        expect(await excessWidth(page), path).toBeLessThanOrEqual(0);
      }
      await page.goto(`/changes/${id}`);
      await page.getByText("<script>window.pwned=1</script>").first().waitFor();
      expect(faults).toEqual([]);
      await page.context().close();
    },
    FAULT_MS,
  );

  test(
    "5,000 rules can be written, proposed and read, also on a phone",
    async () => {
      const { page, faults } = await open("ana", "/changes/new?device=fw1");
      const rules = Array.from(
        { length: MANY },
        (_, rule) => `    ip saddr 10.200.${rule >> 8}.${rule & 255} tcp dport 8080 drop`,
      );
      page.setDefaultTimeout(LONG_STEP_MS);
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(rules.join("\n"))})`);
      await typeLine(page, "");
      await page.keyboard.press("Control+v");
      await page
        .getByText(/closes$/)
        .first()
        .waitFor();
      /* Lines that nobody sees are not drawn. */
      expect(await page.locator(".cm-line").count()).toBeLessThan(MOST_LINES);
      await page.getByRole("button", { name: "Propose and prove" }).click();
      await page.getByRole("heading", { name: "What is missing" }).waitFor();
      await page.getByText("To packets and promises").waitFor();
      await page.getByRole("tab", { name: "To lines of files" }).click();
      await page.locator(".cm-line").first().waitFor();
      expect(await page.locator(".cm-line").count()).toBeLessThan(MOST_LINES);
      const at = page.url();
      const phone = await openPage(browser, demo.url, "bob", { scheme: "dark", width: PHONE });
      phone.page.setDefaultTimeout(STEP_MS);
      await phone.page.goto(at);
      await phone.page.getByRole("heading", { name: "What is missing" }).waitFor();
      expect(await excessWidth(phone.page)).toBeLessThanOrEqual(0);
      expect([...faults, ...phone.faults]).toEqual([]);
      await page.context().close();
      await phone.page.context().close();
    },
    LONG_MS,
  );
});

const isLive = (page: Page) => page.getByRole("status").filter({ hasText: "live" });

/** Milliseconds until a long change is compared on the page, and proved: seconds on a machine that is idle. */
const LONG_STEP_MS = 150_000;
/** Rules of the long change; lines that may be drawn of it at once. */
const MANY = 5_000;
const MOST_LINES = 400;

/** Types or pastes a line behind the one that says `after`. */
async function typeLine(
  page: Page,
  line: string,
  after = "type filter hook forward",
): Promise<void> {
  const sheet = page.getByRole("textbox", { name: PATH, exact: true });
  await sheet.locator(".cm-line", { hasText: after }).first().click();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.insertText(line);
}

async function propose(page: Page, text: string): Promise<number> {
  const files = [{ path: PATH, text }];
  const answer = await page.request.post("/v1/changes", {
    data: { device: "fw1", files },
    headers: HEADERS,
  });
  expect(answer.status()).toBeLessThan(300);
  return (await answer.json()).id;
}

/** As if its time had run out: the server forgets it, the page is not told. */
async function endSession(page: Page): Promise<void> {
  await page.request.delete("/v1/session", { headers: HEADERS });
}

async function comeIn(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name }).click();
}

/** Another name in the network file, read anew. */
async function rename(demo: Demo, from: string, to: string): Promise<void> {
  await demo.kill();
  const text = readFileSync(demo.networkFile, "utf8");
  expect(text).toContain(from);
  writeFileSync(demo.networkFile, text.replace(from, JSON.stringify(to)));
  await demo.again();
}

/* Texts with a sign that turns the line around, outside of what keeps it to itself. */
const NOT_ISOLATED = `(() => {
  const walker = document.createTreeWalker(document.getElementById("root"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const { data, parentElement: at } = walker.currentNode;
    if (!/[\\u202a-\\u202e\\u0590-\\u06ff]/.test(data)) continue;
    const box = at.closest("bdi, [dir], p, h1, pre, .cm-line");
    if (box === null || box.id === "root") found.push(data.slice(0, 80) + " in " + at.tagName);
  }
  return found;
})()`;
