import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Page } from "playwright-core";
import { become } from "./browser.ts";
import type { Demo } from "./demo.ts";

export const FATAL = 'ip saddr @mail counter drop comment "temp: printer noise"';

const HEADERS = { "x-premortem": "1" };
const SOURCE = "/etc/nftables.conf";
const ANCHOR = "type filter hook forward priority filter; policy drop;";
const WAIT_MS = 120_000;

/** What the demonstration's network file has not: nobody listens there, so that calls go out, and are not heard. */
const CALLS = (secret: string) => `
solo: { pause: 10m }
notify: { webhook: { url: "http://127.0.0.1:64999/", secret-file: ${JSON.stringify(secret)} } }
on-call:
  network: { time-zone: Europe/Vienna, rotation: [bob, ana], every: week, hand-over: monday 09:00 }
escalation:
  rules: { when: rule, steps: [{ notify: "on-call:network", wait: 5m }, { notify: "team:mail", wait: 10m }] }
  others: { when: [mail, any], steps: [{ notify: "team:mail", wait: 10m }] }
`;

/** Has people on call in the demonstration, and lets who is the only approver approve alone. */
export async function putOnCall({ networkFile }: Demo, page: Page): Promise<void> {
  const secret = join(dirname(networkFile), "webhook.secret");
  writeFileSync(secret, "a secret of the tests, and of nobody else\n", { mode: 0o600 });
  writeFileSync(networkFile, readFileSync(networkFile, "utf8") + CALLS(secret));
  await sent(page, "/v1/network/reload");
}

/**
 * The demonstration in its outage: the fatal rule proposed by Ana (change 1) and by Bob (change 2), and put in by
 * hand; one drill given up and one begun, and an attendance that was corrected. The page is Ana's.
 */
export async function breakNetwork(page: Page): Promise<void> {
  const { devices } = await (await page.request.get("/v1/devices")).json();
  const [fw1] = devices;
  const at = `/v1/devices/fw1/snapshots/${fw1.baseline.hash}`;
  const { parts } = await (await page.request.get(at)).json();
  const file = parts.find(({ name }: { name: string }) => name === SOURCE);
  const text = file.text.replace(ANCHOR, `${ANCHOR}\n    ${FATAL}`);
  for (const [id, login] of [
    [1, "ana"],
    [2, "bob"],
  ] as const) {
    await become(page, login);
    await sent(page, "/v1/changes", { device: "fw1", files: [{ path: SOURCE, text }] });
    await sent(page, `/v1/changes/${id}/prove`);
  }
  await become(page, "ana");
  await sent(page, "/v1/simulation/devices/fw1/nft", {
    login: "netops",
    command: `insert rule inet edge forward ${FATAL}`,
  });
  await sent(page, "/v1/drills/origin/runs", { pace: "steps" });
  await sent(page, "/v1/drill-runs/1/actions", { kind: "look", at: "differences" });
  await sent(page, "/v1/drill-runs/1/actions", { kind: "giveUp" });
  await sent(page, "/v1/drills/origin/runs", { pace: "steps" });
  await sent(page, "/v1/drill-runs/2/actions", { kind: "look", at: "complaints" });
  await sent(page, "/v1/training/attendance", { lesson: "telephone", logins: ["ana", "eva"] });
  const right = { logins: ["ana"], why: "eva was ill" };
  await sent(page, "/v1/training/attendance/1/corrections", right);
  await page.goto("/incidents/1");
  /* Symptoms are folded behind the first few, whichever came first: the whole log tells all. */
  await page.getByText(/^All \d+$/).click();
  await page
    .getByText(/Dovecot cannot ask/)
    .first()
    .waitFor({ timeout: WAIT_MS });
  await page.getByRole("button", { name: "Undo on fw1" }).waitFor({ timeout: WAIT_MS });
}

async function sent(page: Page, path: string, data: object = {}): Promise<void> {
  const answer = await page.request.post(path, { data, headers: HEADERS });
  if (!answer.ok()) throw new Error(`${path}: ${await answer.text()}`);
}
