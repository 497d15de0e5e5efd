import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { generateRules, nftRuleset } from "../../bench/rulesets.ts";
import { describeWith } from "../requirements.ts";
import { axeFindings, DESK, excessWidth, PHONE, startBrowser } from "./browser.ts";

const START_MS = 60_000;
const TEST_MS = 120_000;
/** Milliseconds for one thing to come up on a loaded machine. */
const STEP_MS = 60_000;
/** Rules of one side; the other has one more. */
const MANY = 5_000;
/** Rules of either side that no other side knows: seconds of work. */
const HARD = 3_000;

const drop = (port: number) => `table inet t {
  chain forward {
    type filter hook forward priority 0; policy accept;
    tcp dport ${port} drop
  }
}
`;
const IPTABLES = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A FORWARD -p tcp --dport 25 -j DROP
COMMIT
`;

describeWith(["chromium"], "the playground", () => {
  let server: ChildProcess;
  let browser: Browser;
  let url = "";
  beforeAll(async () => {
    server = spawn(process.execPath, ["scripts/playground.js", "--port", "0"]);
    if (server.stdout === null) throw new Error("the playground has no output");
    const [line] = await once(createInterface({ input: server.stdout }), "line");
    url = /http:\S+/.exec(String(line))?.[0] ?? "";
    browser = await startBrowser();
  }, START_MS);
  afterAll(async () => {
    await browser?.close();
    server?.kill();
  });

  interface Opened {
    readonly page: Page;
    /** What the page has asked for elsewhere, what its policy kept out, and what failed. */
    readonly faults: readonly string[];
  }

  async function open(width = DESK, scheme: "light" | "dark" = "light"): Promise<Opened> {
    const viewport = { width, height: 900 };
    const context = await browser.newContext({ colorScheme: scheme, viewport });
    const page = await context.newPage();
    page.setDefaultTimeout(STEP_MS);
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(url)) faults.push(`asked for ${request.url()}`);
    });
    await page.goto(url);
    await page.getByText(/^Compared in/).waitFor();
    return { page, faults };
  }

  /** At once: to type, or to paste the browser's way, takes a minute for 5,000 rules. */
  async function put(page: Page, before: string, after: string): Promise<void> {
    for (const [label, text] of [
      ["Before", before],
      ["After", after],
    ] as const)
      await page.getByLabel(label).evaluate((area, value) => {
        const field = area as unknown as { value: string; dispatchEvent: (event: Event) => void };
        field.value = value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }, text);
  }

  /** What a browser tells a field of a paste; the clipboard itself is the system's. */
  async function paste(page: Page, label: string, text: string): Promise<void> {
    await page.getByLabel(label).selectText();
    await page.getByLabel(label).evaluate((area, value) => {
      const { DataTransfer, ClipboardEvent } = globalThis as unknown as {
        DataTransfer: new () => { setData: (type: string, text: string) => void };
        ClipboardEvent: new (type: string, options: object) => Event;
      };
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", value);
      const options = { clipboardData, bubbles: true, cancelable: true };
      (area as unknown as EventTarget).dispatchEvent(new ClipboardEvent("paste", options));
    }, text);
  }

  test.each([
    [DESK, "light"],
    [DESK, "dark"],
    [PHONE, "light"],
    [PHONE, "dark"],
  ] as const)(
    "shows the example, and axe finds nothing: %i, %s",
    async (width, scheme) => {
      const { page, faults } = await open(width, scheme);
      const closes = page.getByRole("article").filter({ hasText: "▼ Closes" }).first();
      await closes.waitFor();
      expect(await closes.textContent()).toContain("printer noise");
      expect(await axeFindings(page)).toEqual([]);
      expect(await excessWidth(page)).toBeLessThanOrEqual(0);
      expect(faults).toEqual([]);
      await page.context().close();
    },
    TEST_MS,
  );

  test(
    "says equal with its assumptions, across dialects, and what opens and closes where it is not",
    async () => {
      const { page, faults } = await open();
      await put(page, drop(25).replace("inet", "ip"), IPTABLES);
      await page.getByText("✓ Equal: proved").waitFor();
      await page.getByText(/^Assuming: Linux/).waitFor();
      await put(page, drop(25), drop(26));
      const opens = page.getByRole("article").filter({ hasText: "▲ Opens" });
      expect(await opens.textContent()).toContain("line 4: tcp dport 25 drop");
      await page.getByText("Nothing else changes: proved for all other packets.").waitFor();
      expect(faults).toEqual([]);
      await page.context().close();
    },
    TEST_MS,
  );

  test(
    "an error stands below its text, leads to its line, and takes the old answer away",
    async () => {
      const { page } = await open();
      await put(page, drop(25), drop(25).replace("tcp dport 25 drop", "tcp dprt 25 drop"));
      const line = page.getByRole("button", { name: "Line 4" }).first();
      await line.waitFor();
      expect(await page.getByRole("article").allTextContents()).toEqual([
        "A text has errors, and would not load. Mend them: nothing is proved before.",
      ]);
      await line.click();
      const selected = await page.evaluate("getSelection().toString()");
      expect(selected).toContain("dprt 25 drop");
      await page.context().close();
    },
    TEST_MS,
  );

  test(
    "thousands of pasted rules are compared beside the page",
    async () => {
      const rules = generateRules("structured", MANY);
      const { page } = await open();
      const added = rules.toSpliced(MANY >> 1, 0, "tcp dport 2525 accept");
      await paste(page, "Before", nftRuleset(rules));
      await paste(page, "After", nftRuleset(added));
      await page.getByText("1 class of packets fares otherwise").waitFor();
      await page.getByText("Nothing else changes: proved for all other packets.").waitFor();
      await page.context().close();
    },
    TEST_MS,
  );

  test(
    "a long comparison is stopped, and the next one is made",
    async () => {
      const rules = generateRules("wildcards", HARD);
      const { page } = await open();
      const stop = page.getByRole("button", { name: "Stop" });
      await put(page, nftRuleset(rules), nftRuleset(rules.toReversed()));
      await page.getByText(/^Comparing: (?!waiting)/).waitFor();
      await stop.click();
      await page.getByText("Stopped. Nothing is proved.").waitFor();
      expect(await page.getByRole("article").allTextContents()).toEqual([
        "The comparison was stopped before its end. Change a text to begin it anew.",
      ]);
      expect(await stop.isDisabled()).toBe(true);
      await put(page, drop(25), drop(25));
      await page.getByText("✓ Equal: proved").waitFor();
      await page.context().close();
    },
    TEST_MS,
  );
});
