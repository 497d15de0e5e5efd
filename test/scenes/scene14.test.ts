import { expect, test, vi } from "vitest";
import * as contract from "../../src/server/contract/change.ts";
import { errorBody } from "../../src/server/contract/common.ts";
import { differences } from "../../src/server/contract/device.ts";
import { asker, simulatedServer } from "../../src/server/testing/simulatedServer.ts";
import { FIREWALL } from "../../src/simulation/world/plan.ts";

/* Scene 14, alone: one administrator and nobody else; changes are possible, and are never called four eyes. */

vi.setConfig({ testTimeout: 120_000 });
const WAIT = { timeout: 60_000, interval: 200 };
const PAUSE_MS = 600_000;
const SOURCE = "/etc/nftables.conf";
const LOSS = "no mail in or out until I am at the console of the firewall";

const PEOPLE = "people:\n  ana: { name: Ana, roles: [operator, approver] }\n";
const SECOND = "  bob: { name: Bob, roles: [approver] }\n";

/** The simulated network, with one administrator in the place of its people. */
function aloneOf(network: string): string {
  const people = /^people:\n(?: .*\n)+/m;
  expect(network).toMatch(people);
  const others = /^(?:teams|training|on-call|escalation):\n(?: .*\n)+/gm;
  return `${network.replace(others, "").replace(people, PEOPLE)}solo: {}\n`;
}

async function alone() {
  const { server, simulation, network } = await simulatedServer({ network: aloneOf });
  const ana = await asker(server, "ana");
  const refused = async (path: string, body?: unknown) => {
    const answer = await server.ask("POST", path, { token: ana.token, body });
    expect(answer.status).toBe(409);
    return errorBody.parse(answer.body).error.message;
  };
  const running = await simulation.network.devices.get(FIREWALL)?.transport.run(["cat", SOURCE]);
  const text = running?.kind === "ran" ? running.out : "";
  /* Addresses for documentation (RFC 5737) are nobody's: no promise hangs on them. */
  const edit = (octet: number) => {
    const rule = `ip saddr 192.0.2.${octet} counter drop`;
    return [{ path: SOURCE, text: text.replace(/(chain forward \{\n.*\n)/, `$1    ${rule}\n`) }];
  };
  const made = await ana.post("/v1/changes", contract.change, { device: FIREWALL, files: edit(7) });
  const at = `/v1/changes/${made.id}`;
  await ana.post(`${at}/prove`, contract.proof);
  const shown = () => ana.get(at, contract.change);
  /** Says what would be lost, and waits out the pause. */
  const pause = async () => {
    const { shownHash } = await shown();
    await ana.post(`${at}/alone`, contract.change, { shownHash, loss: LOSS });
    server.pass(PAUSE_MS);
    return { shownHash };
  };
  return { server, ana, refused, network, at, shown, edit, pause };
}

test("one administrator applies a change behind a pause, and the evidence says that it was not four eyes", async () => {
  const { server, ana, refused, at, shown } = await alone();
  const { shownHash, missing } = await shown();
  expect(missing).toEqual([
    { kind: "alone", by: "ana", pauseMs: PAUSE_MS, untilMs: null, reason: null },
  ]);
  expect(await refused(`${at}/approve`, { shownHash })).toMatch(/nobody else may approve it$/);
  expect(await refused(`${at}/apply`, {})).toMatch(/has not said what would be lost/);
  expect(await refused(`${at}/alone`, { shownHash, loss: "x" })).toMatch(/not said what/);

  const waiting = await ana.post(`${at}/alone`, contract.change, { shownHash, loss: LOSS });
  expect(waiting.alone).toMatchObject({ by: "ana", loss: LOSS, void: null });
  expect(await refused(`${at}/approve`, { shownHash })).toMatch(/^the pause goes on until /);
  server.pass(PAUSE_MS);
  const approved = await ana.post(`${at}/approve`, contract.change, { shownHash });
  expect(approved).toMatchObject({ isFourEyes: false, missing: [], alone: null });

  await ana.post(`${at}/apply`, contract.apply, {});
  const applied = await vi.waitFor(async () => {
    const now = await shown();
    expect(now.status).toBe("applied");
    return now;
  }, WAIT);
  expect(applied.isFourEyes).toBe(false);
  const page = { before: null, limit: 200, subject: `change/${applied.id}` };
  const told = await server.service.trail.page(page);
  const marked = told.filter(({ details }) => details["isFourEyes"] === false);
  expect(marked.map(({ kind }) => kind).sort()).toEqual([
    "change.aloneAsked",
    "change.applying",
    "change.approved",
  ]);
  expect(marked.find(({ kind }) => kind === "change.approved")?.details["loss"]).toBe(LOSS);
});

test("what is found to run names a change that was approved alone as such", async () => {
  const { ana, at, pause } = await alone();
  await ana.post(`${at}/approve`, contract.change, await pause());
  await ana.post(`${at}/apply`, contract.apply, {});
  await vi.waitFor(async () => {
    const found = await ana.get("/v1/differences", differences);
    expect(found.differences.at(-1)?.by).toMatchObject({ kind: "change", isAlone: true });
  }, WAIT);
});

test("an edit in the pause ends it, and so does a second approver and a network file without `solo`", async () => {
  const { server, ana, refused, network, at, shown, edit, pause } = await alone();
  const first = await pause();
  await ana.put(`${at}/files`, contract.change, { files: edit(8) });
  expect((await shown()).alone).toBeNull();
  await ana.post(`${at}/prove`, contract.proof);
  const { shownHash } = await shown();
  expect(shownHash).not.toBe(first.shownHash);
  expect(await refused(`${at}/approve`, { shownHash })).toMatch(/nobody else may approve it$/);

  const seen = await pause();
  server.write(network.replace(PEOPLE, PEOPLE + SECOND));
  expect(await refused(`${at}/approve`, seen)).toMatch(/wrote it, or edited it last/);
  server.write(network);
  const approved = await ana.post(`${at}/approve`, contract.change, seen);
  expect(approved.missing).toEqual([]);
  server.write(network.replace("solo: {}\n", ""));
  expect((await shown()).approvals[0]?.void).toMatch(/lets nobody approve alone/);
  expect(await refused(`${at}/apply`, {})).toMatch(/lets nobody approve alone/);
});
