// Takes the pictures of docs/screens: the pages in an outage, as Debian's Chromium draws them. With `--all FOLDER`
// each page, and whatever opens over one, before and in the outage, in both schemes and widths, to be looked at.
import { mkdirSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { become, DESK, type Look, openPage, PHONE, startBrowser } from "../test/web/browser.ts";
import { startDemo } from "../test/web/demo.ts";
import { breakNetwork, putOnCall } from "../test/web/outage.ts";
import { OVERLAYS } from "../test/web/overlays.ts";

const FOLDER = "docs/screens";
/** Milliseconds for charts to be drawn. */
const SETTLE_MS = 1_500;

const TRACE = `/trace?${new URLSearchParams({
  device: "fw1",
  packet: "tcp 10.10.2.11:40000 > 44.128.1.10:25 state=new",
})}`;

type Places = readonly (readonly [name: string, path: string])[];

const SHOWN: Places = [
  ["overview", "/"],
  ["change", "/changes/1"],
  ["editor", "/changes/new?change=1"],
  ["device", "/devices/fw1"],
  ["services", "/services"],
  ["incident", "/incidents/1"],
  ["help-desk", "/help-desk"],
  ["playbook", "/playbooks/outgoing"],
  ["training", "/training"],
  ["drill", "/training/2"],
  ["trace", `${TRACE}&change=1`],
];
/** Those that documents name (test/tidy.test.ts), by look. */
const LIGHT: Look = { scheme: "light", width: DESK };
const NAMED: readonly (readonly [look: Look, names: readonly string[]])[] = [
  [LIGHT, ["overview", "change", "playbook", "drill"]],
  [{ scheme: "dark", width: PHONE }, ["incident"]],
];
const CALM: Places = [
  ["overview", "/"],
  ["changes", "/changes"],
  ["propose", "/changes/new"],
  ["device", "/devices/fw1"],
  ["services", "/services"],
  ["incidents", "/incidents"],
  ["playbooks", "/playbooks"],
  ["people", "/people"],
  ["help-desk", "/help-desk"],
  ["actions", "/actions"],
  ["training", "/training"],
];
const REST: Places = [
  ["changes", "/changes"],
  ["devices", "/devices"],
  ["host", "/devices/mail1"],
  ["incidents", "/incidents"],
  ["postmortem", "/incidents/1/postmortem"],
  ["playbooks", "/playbooks"],
  ["people", "/people"],
  ["actions", "/actions"],
  ["debrief", "/training/1"],
  ["trace-now", TRACE],
  ["nowhere", "/nowhere"],
];
const LOOKS = (["light", "dark"] as const).flatMap((scheme) =>
  [DESK, PHONE].map((width) => ({ scheme, width })),
);

const fileOf = (folder: string, name: string, { scheme, width }: Look) =>
  `${folder}/${name}-${scheme}-${width}.png`;

async function go(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForTimeout(SETTLE_MS);
}

interface Taking {
  readonly browser: Browser;
  readonly url: string;
  readonly folder: string;
  readonly places: Places;
  readonly looks: readonly Look[];
  /** Whether all of a page is taken, and not what a window shows. */
  readonly isWhole: boolean;
}

async function take({ browser, url, folder, places, looks, isWhole }: Taking): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const look of looks) {
    const { page } = await openPage(browser, url, "ana", look);
    for (const [name, path] of places) {
      await go(page, path);
      await page.screenshot({ path: fileOf(folder, name, look), fullPage: isWhole });
    }
    await page.context().close();
  }
}

async function takeOverlays(browser: Browser, url: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const look of LOOKS) {
    const { page } = await openPage(browser, url, "ana", look);
    for (const { name, path, widths, open, login = "ana" } of OVERLAYS) {
      if (!widths.includes(look.width)) continue;
      await become(page, login);
      await go(page, path);
      await (await open(page)).first().waitFor();
      await page.screenshot({ path: fileOf(folder, name.replaceAll(" ", "-"), look) });
    }
    await page.context().close();
  }
}

const [option, everything] = process.argv.slice(2);
const all = option === "--all" && everything !== undefined ? everything : null;
const demo = await startDemo();
const browser = await startBrowser();
const { url } = demo;
try {
  if (all !== null)
    await take({ browser, url, folder: `${all}/calm`, places: CALM, looks: LOOKS, isWhole: true });
  const { page } = await openPage(browser, url, "ana", LIGHT);
  await putOnCall(demo, page);
  await breakNetwork(page);
  await page.context().close();
  if (all === null) {
    for (const [look, names] of NAMED) {
      const places = SHOWN.filter(([name]) => names.includes(name));
      await take({ browser, url, folder: FOLDER, places, looks: [look], isWhole: false });
    }
  } else {
    const places = [...SHOWN, ...REST];
    await take({ browser, url, folder: `${all}/outage`, places, looks: LOOKS, isWhole: true });
    await takeOverlays(browser, url, `${all}/open`);
  }
} finally {
  await browser.close();
  await demo.close();
}
