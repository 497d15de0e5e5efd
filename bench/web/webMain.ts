// What the pages cost in Debian's Chromium, on a demonstration whose firewall has many rules. Prints JSON (`WebRuns`).
// --rules N,N: rules on the device, from few to many; --added N: rules of a change that brings so many at once, each of
// which lets other packets through; --runs N: visits of each page, each in a browser without a cache.
import { parseArgs } from "node:util";
import type { Browser } from "playwright-core";
import { BOOT_RULESET } from "../../src/simulation/world/ruleset.ts";
import { startBrowser } from "../../test/web/browser.ts";
import { startDemo } from "../../test/web/demo.ts";
import { edits } from "./keys.ts";
import { ask, propose } from "./longChange.ts";
import { bootWith, editedRuleset, longRuleset } from "./longRuleset.ts";
import { visits } from "./pages.ts";
import { review } from "./review.ts";
import type { ChangeRuns, SizeRuns, WebRuns } from "./webRuns.ts";

const { values } = parseArgs({
  options: {
    rules: { type: "string", default: "200,5000" },
    added: { type: "string", default: "5000" },
    runs: { type: "string", default: "7" },
  },
});
const sizes = values.rules.split(",").map(Number);
const runs = Number(values.runs);

/** On a demonstration of its own, which begins with a ruleset. */
async function onDemo<Result>(text: string, run: (url: string) => Promise<Result>) {
  const demo = await startDemo(bootWith(text));
  try {
    return await run(demo.url);
  } finally {
    await demo.close();
  }
}

async function changeRuns(
  browser: Browser,
  url: string,
  text: string,
  rules: number,
): Promise<ChangeRuns & { readonly id: number }> {
  const { id, ms: proposeMs } = await propose(url, text);
  const useful = "article[data-tone]";
  const { ms, workMs } = await visits({ browser, url, path: `/changes/${id}`, useful, runs });
  const jsonMs = await ask(url, runs, [`/v1/changes/${id}`, `/v1/changes/${id}/proof`]);
  const reviewed = await review(browser, url, id);
  return { id, rules, proposeMs, jsonMs, changeMs: ms, changeWorkMs: workMs, ...reviewed };
}

async function sizeRuns(browser: Browser, rules: number): Promise<SizeRuns> {
  return onDemo(longRuleset(rules), async (url) => {
    const { id: _, ...change } = await changeRuns(browser, url, editedRuleset(rules), rules);
    const visit = { browser, url, runs };
    const overview = await visits({ ...visit, path: "/", useful: "section h2" });
    const editMs = await edits({ ...visit, path: "/changes/new?device=fw1" });
    return { ...change, overviewMs: overview.ms, editMs };
  });
}

async function measured(browser: Browser): Promise<WebRuns> {
  const found: SizeRuns[] = [];
  for (const rules of sizes) found.push(await sizeRuns(browser, rules));
  const rules = Number(values.added);
  return onDemo(BOOT_RULESET, async (url) => {
    const empty = await visits({ browser, url, path: "/icon.svg", useful: "svg", runs });
    const { id: _, ...added } = await changeRuns(browser, url, longRuleset(rules), rules);
    return { emptyMs: empty.ms, sizes: found, added };
  });
}

const browser = await startBrowser();
try {
  console.log(JSON.stringify(await measured(browser)));
} finally {
  await browser.close();
}
