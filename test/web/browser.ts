import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

/** Debian's; the sandbox of Chromium wants no root, and tests of the lab want nothing else. */
export function startBrowser(): Promise<Browser> {
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: "/usr/bin/chromium", args });
}

export interface Look {
  readonly scheme: "light" | "dark";
  readonly width: number;
}

export const PHONE = 390;
export const DESK = 1440;
const HEIGHT = 900;

/** A page of a browser of its own, as somebody of the demonstration. What goes wrong in it fails the test. */
export async function openPage(
  browser: Browser,
  url: string,
  login: string,
  { scheme, width }: Look,
): Promise<{ readonly page: Page; readonly faults: readonly string[] }> {
  const context = await browser.newContext({
    baseURL: url,
    colorScheme: scheme,
    viewport: { width, height: HEIGHT },
    reducedMotion: "reduce",
  });
  const faults: string[] = [];
  const page = await context.newPage();
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    /* What the policy keeps out is told there, and nowhere else. */
    if (/Content Security Policy/.test(message.text())) faults.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("blob:"))
      faults.push(`asked for ${request.url()}`);
  });
  await become(page, login);
  return { page, faults };
}

/** Another person of the demonstration; the page has to be loaded anew. */
export async function become(page: Page, login: string): Promise<void> {
  const answer = await page.request.post("/v1/session/demo", {
    data: { login },
    headers: { "x-premortem": "1" },
  });
  expect(answer.status()).toBe(200);
}

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly {
    readonly target: readonly unknown[];
    readonly failureSummary?: string;
  }[];
}

/** What axe finds on a page as it is now, in words: empty is what it has to be. `scope`: in what of it. */
export async function axeFindings(page: Page, scope = "html"): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async (where): Promise<readonly Violation[]> => {
    const { axe } = globalThis as unknown as {
      axe: { run: (where: string) => Promise<{ violations: readonly Violation[] }> };
    };
    return (await axe.run(where)).violations;
  }, scope);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${help}: ${target.join(" ")}: ${failureSummary}`,
    ),
  );
}

/** Pixels by which a page is wider than its window: nothing but tables of code may scroll sideways. */
export function excessWidth(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - innerWidth");
}
