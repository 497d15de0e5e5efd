import type { Browser, Page } from "playwright-core";
import { DESK, openPage } from "../../test/web/browser.ts";

const LOOK = { scheme: "light", width: DESK } as const;
/** Milliseconds for a step: a comparison of thousands of rules may take seconds. */
const STEP_MS = 120_000;
const MS_IN_SECOND = 1_000;

export interface Visit {
  readonly browser: Browser;
  readonly url: string;
  readonly path: string;
  readonly runs: number;
}

export interface Drawn {
  readonly ms: readonly number[];
  /** What the page's own thread has worked by then. */
  readonly workMs: readonly number[];
}

/** Until `useful` is drawn, each time in a browser that has seen nothing yet. */
export async function visits(visit: Visit & { readonly useful: string }): Promise<Drawn> {
  const ms: number[] = [];
  const workMs: number[] = [];
  while (ms.length < visit.runs) {
    const page = await openBenchPage(visit);
    await page.addInitScript(drawnScript(visit.useful));
    const inside = await page.context().newCDPSession(page);
    /* Time of the thread itself: the same on a busy machine. */
    await inside.send("Performance.enable", { timeDomain: "threadTicks" });
    await page.goto(visit.path);
    ms.push(await page.evaluate<number>("globalThis.drawn"));
    const { metrics } = await inside.send("Performance.getMetrics");
    const worked = metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0;
    workMs.push(worked * MS_IN_SECOND);
    await page.context().close();
  }
  return { ms, workMs };
}

/** Looked for in each frame, and counted when the frame behind it begins: it is drawn then. */
const drawnScript = (useful: string) => `globalThis.drawn = new Promise((resolve) => {
  const look = () =>
    document.querySelector(${JSON.stringify(useful)}) === null
      ? requestAnimationFrame(look)
      : requestAnimationFrame(() => resolve(performance.now()));
  requestAnimationFrame(look);
});`;

export async function openBenchPage({
  browser,
  url,
}: Pick<Visit, "browser" | "url">): Promise<Page> {
  const { page } = await openPage(browser, url, "ana", LOOK);
  page.setDefaultTimeout(STEP_MS);
  return page;
}
