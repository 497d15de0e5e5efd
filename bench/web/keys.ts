import type { Page } from "playwright-core";
import { openBenchPage, type Visit } from "./pages.ts";

/** The last digit of a port in the middle of the text is typed anew, until what it does is drawn. */
export async function edits(visit: Visit): Promise<readonly number[]> {
  const page = await openBenchPage(visit);
  await page.goto(visit.path);
  await toMiddle(page);
  /* Nobody types before the page has read what it shows. */
  await page.getByText(/^compared in/).waitFor();
  await page
    .locator(".cm-line", { hasText: / tcp dport \d\d+ accept$/ })
    .first()
    .click();
  await page.keyboard.press("End");
  for (const _ of " accept") await page.keyboard.press("ArrowLeft");
  const times: number[] = [];
  for (let run = 0; run < visit.runs; run += 1) {
    times.push(await timed(page, () => page.keyboard.press("Backspace")));
    times.push(await timed(page, () => page.keyboard.type(String(run % 10))));
  }
  await page.context().close();
  return times;
}

/** Lines that are out of sight are not there: what is looked for has to be scrolled to. */
export async function toMiddle(page: Page): Promise<void> {
  await page.locator(".cm-line").first().waitFor();
  await page.evaluate(MIDDLE_SCRIPT);
}

const MIDDLE_SCRIPT = `new Promise((resolve) => {
  const box = document.querySelector(".cm-scroller");
  box.scrollTop = (box.scrollHeight - box.clientHeight) / 2;
  requestAnimationFrame(() => requestAnimationFrame(resolve));
})`;

async function timed(page: Page, press: () => Promise<void>): Promise<number> {
  await page.evaluate(COMPARED_SCRIPT);
  await press();
  return page.evaluate<number>("globalThis.compared");
}

/* From the key itself until its own answer is drawn: the page names the edit that it answers, since what it says
 * meanwhile is gone within one frame where the comparison is quick. */
const COMPARED_SCRIPT = `globalThis.compared = new Promise((resolve) => {
  const said = document.querySelector("[data-compared-edit]");
  const before = said.dataset.comparedEdit;
  addEventListener("keydown", ({ timeStamp }) => {
    const observer = new MutationObserver(() => {
      const { comparedEdit } = said.dataset;
      if (comparedEdit === before || comparedEdit === "") return;
      observer.disconnect();
      requestAnimationFrame(() => resolve(performance.now() - timeStamp));
    });
    observer.observe(said, { attributes: true });
  }, { once: true, capture: true });
}); undefined`;
