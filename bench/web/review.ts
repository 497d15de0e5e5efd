import type { Browser, Page } from "playwright-core";
import { toMiddle } from "./keys.ts";
import { openBenchPage } from "./pages.ts";

export interface Reviewed {
  /** Of each press or key, by the browser's own count. */
  readonly interactionMs: readonly number[];
  /** The longest frame of each scrolling. */
  readonly scrollMs: readonly number[];
}

/** Keys, presses and scrolling that a review consists of, on one change. */
export async function review(browser: Browser, url: string, change: number): Promise<Reviewed> {
  const page = await openBenchPage({ browser, url });
  await page.goto(`/changes/${change}`);
  await page.locator("article[data-tone]").first().waitFor();
  await page.evaluate(OBSERVE_SCRIPT);
  await page.getByRole("tab", { name: "To lines of files" }).click();
  await page.locator(".cm-line").first().waitFor();
  await page.getByText("All lines").click();
  await page.locator(".cm-line").first().hover();
  const lines = await scrolled(page);
  await page.getByRole("tab", { name: "To packets and promises" }).click();
  const more = page.getByText(/^Show .* more classes/).first();
  await page.locator("article[data-tone]").first().waitFor();
  if ((await more.count()) > 0) await more.click();
  const packets = await scrolled(page);
  await page.getByLabel("Say something about it").click();
  await page.keyboard.type("Why so many?");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("go to");
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Edit", exact: true }).click();
  await toMiddle(page);
  await page.locator(".cm-line", { hasText: "ip saddr" }).first().click();
  await page.keyboard.press("End");
  await page.keyboard.type(" # a remark of somebody");
  const text = await scrolled(page);
  const interactionMs = await page.evaluate<number[]>(OBSERVED_SCRIPT);
  await page.context().close();
  return { interactionMs, scrollMs: [lines, packets, text] };
}

/** Turns of the wheel, and pixels of each. */
const TURNS = 20;
const TURN = 600;

/** What lies under the pointer. */
async function scrolled(page: Page): Promise<number> {
  await page.evaluate("observedFrames.length = 0");
  for (let turn = 0; turn < TURNS; turn += 1) {
    await page.mouse.wheel(0, TURN);
    await page.evaluate("new Promise((resolve) => requestAnimationFrame(resolve))");
  }
  const frames = await page.evaluate<number[]>(FRAMES_SCRIPT);
  return Math.max(0, ...frames);
}

/* What is quicker than 16 ms no browser tells. An interaction is as long as the longest of its events. */
const OBSERVE_SCRIPT = `globalThis.observed = new Map();
new PerformanceObserver((list) => {
  for (const { interactionId, duration } of list.getEntries())
    if (interactionId > 0)
      observed.set(interactionId, Math.max(duration, observed.get(interactionId) ?? 0));
}).observe({ type: "event", durationThreshold: 16 });
globalThis.observedFrames = [];
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) observedFrames.push(duration);
}).observe({ type: "long-animation-frame" }); undefined`;

/* Told of some time later. */
const FRAMES_SCRIPT = "new Promise((resolve) => setTimeout(() => resolve(observedFrames), 500))";
const OBSERVED_SCRIPT = `new Promise((resolve) =>
  setTimeout(() => resolve([...observed.values()]), 500))`;
