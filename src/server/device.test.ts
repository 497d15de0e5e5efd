import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import type { z } from "zod";
import { describeWith } from "../../test/requirements.ts";
import type { Incident } from "../operations/incident/model.ts";
import type { Transport } from "../platform/transport/transport.ts";
import { change } from "./contract/change.ts";
import { errorBody } from "./contract/common.ts";
import * as device from "./contract/device.ts";
import * as contract from "./contract/service.ts";
import { type Answer, PEOPLE, type TestServer, testServer } from "./testing/testServer.ts";

/* What the API says of a device and does to it, on the kernel in a namespace. */

vi.setConfig({ testTimeout: 60_000 });

const NAMESPACE = `pm-api-${process.pid}`;
const RECORDS = mkdtempSync(join(tmpdir(), "premortem-records-"));
const inside = (args: readonly string[], input = "") =>
  execFileSync("ip", ["netns", "exec", NAMESPACE, ...args], { input, encoding: "utf8" });
const nft = (script: string) => inside(["nft", "-f", "-"], script);
const listing = () => inside(["nft", "-s", "list", "ruleset"]);

const RULESET = `flush ruleset
table inet edge {
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
		ip saddr 10.9.2.0/24 tcp dport 25 accept
	}
}
`;
const BY_HAND = "insert rule inet edge forward ip saddr 10.9.2.11 drop\n";

const network = (more = "") => `
devices:
  fw: { reach: namespace:${NAMESPACE}, managed-by: { inet edge: premortem }, addresses: [10.9.2.1], records: ${RECORDS} }
zones:
  dmz: { device: fw, interfaces: in0, addresses: 10.9.2.0/24 }
  internet: { device: fw, interfaces: out0, addresses: [internet, 198.51.100.0/24] }
roles:
  mail: 10.9.2.11
intents:
  mail-out: { from: mail, to: internet, service: smtp, critical: true }
${more}${PEOPLE}`;

/** What came back, as the contract has it: nothing else, and nothing less. */
function conforming<Schema extends z.ZodType>(schema: Schema, answer: Answer): z.output<Schema> {
  expect(answer.status, answer.text).toBe(200);
  const parsed = schema.parse(answer.body);
  expect(parsed).toEqual(answer.body);
  return parsed;
}

function refused({ status, body }: Answer): string {
  expect(status).toBe(409);
  return errorBody.parse(body).error.message;
}

async function open() {
  const server = await testServer({ network: network(), isStarted: true });
  const ana = await server.token("ana");
  const post = (path: string, body?: unknown) =>
    server.ask("POST", path, { token: ana, ...(body === undefined ? {} : { body }) });
  const get = (path: string) => server.ask("GET", path, { token: ana });
  const pull = async () => conforming(device.pulled, await post("/v1/devices/fw/pull"));
  return { server, post, get, pull };
}

/** When the audit says this of the device. */
async function watched({ service }: TestServer, isDrift: boolean): Promise<void> {
  const isIt = () => {
    const state = service.audit.states().get("fw");
    return state?.kind === "watching" && state.drift.isDrift === isDrift;
  };
  await new Promise<void>((resolve) => {
    const end = service.audit.events.subscribe(() => {
      if (isIt()) resolve();
    });
    onTestFinished(end);
    if (isIt()) resolve();
  });
}

/** The incident with a proved cause, when it is there. */
function causeFound({ service: { incidents } }: TestServer): Promise<Incident> {
  return new Promise((resolve) => {
    const seek = async () => {
      const found = (await incidents.open()).find(({ cause }) => cause?.kind === "explained");
      if (found !== undefined) resolve(found);
    };
    onTestFinished(incidents.events.subscribe(() => void seek()));
    void seek();
  });
}

type Run = Transport["run"];

/** Does something else where the device's part is run with a verb. */
function onVerb(
  { service }: TestServer,
  verb: string,
  instead: (run: () => ReturnType<Run>) => ReturnType<Run>,
): void {
  const transport = service.inventory.transportOf("fw");
  const { run } = transport;
  const other: Run = (words, options) =>
    words.includes(verb) ? instead(() => run(words, options)) : run(words, options);
  Object.assign(transport, { run: other });
}

async function kinds({ service }: TestServer): Promise<readonly string[]> {
  const entries = await service.trail.page({ before: null, limit: 99, subject: null });
  return entries.map(({ kind }) => kind);
}

describeWith(["root", "nft", "ip", "iptables"], "a device", () => {
  beforeAll(() => execFileSync("ip", ["netns", "add", NAMESPACE]));
  afterAll(() => {
    execFileSync("ip", ["netns", "delete", NAMESPACE]);
    rmSync(RECORDS, { recursive: true, force: true });
  });
  beforeEach(() => nft(RULESET));

  test("drift is taken back to the baseline, where what was looked at still runs", async () => {
    const { server, post, get, pull } = await open();
    const first = await pull();
    expect(refused(await post("/v1/devices/fw/revert", { hash: first.hash }))).toMatch(
      /has no baseline/,
    );
    conforming(device.baseline, await post("/v1/devices/fw/baseline", { hash: first.hash }));
    await watched(server, false);
    const before = listing();
    nft(BY_HAND);
    await watched(server, true);
    const drifted = await pull();
    expect(drifted.meaning).toMatchObject({ isDrift: true });
    expect(drifted.intents).toMatchObject([{ id: "mail-out", status: "broken" }]);
    nft("add rule inet edge forward tcp dport 99 accept\n");
    expect(refused(await post("/v1/devices/fw/revert", { hash: drifted.hash }))).toMatch(
      /does not run any more what was looked at/,
    );
    const now = await pull();
    const reverted = conforming(
      device.revertedDrift,
      await post("/v1/devices/fw/revert", { hash: now.hash }),
    );
    expect(reverted).toMatchObject({ baseline: first.hash, repairs: ["mail-out"] });
    expect(reverted.removed.join("\n")).toMatch(/10\.9\.2\.11 drop/);
    expect(listing()).toBe(before);
    await watched(server, false);
    const { devices } = conforming(device.devices, await get("/v1/devices"));
    expect(devices).toMatchObject([{ watch: { kind: "watching", drift: { isDrift: false } } }]);
    expect(await kinds(server)).toEqual(
      expect.arrayContaining(["drift.reverting", "drift.reverted"]),
    );
    expect(refused(await post("/v1/devices/fw/revert", { hash: first.hash }))).toMatch(
      /not there any more/,
    );
    const { differences } = conforming(device.differences, await get("/v1/differences"));
    expect(differences.length).toBeGreaterThanOrEqual(2);
    expect(differences.map(({ by }) => by)).toContainEqual({ kind: "revert", login: "ana" });
    conforming(contract.status, await get("/v1/status"));
    conforming(contract.trailPage, await get("/v1/trail"));
    expect(conforming(contract.verdict, await post("/v1/trail/verify", {})).isWhole).toBe(true);
  });

  /** The markers that the device has on record, oldest first. */
  const markers = () =>
    inside(["sh", "-c", `cat ${RECORDS}/[0-9]*/marker 2>/dev/null || true`])
      .trim()
      .split("\n");

  test("a revert is armed, and stays because it is confirmed", async () => {
    const { post, pull } = await open();
    const first = await pull();
    conforming(device.baseline, await post("/v1/devices/fw/baseline", { hash: first.hash }));
    nft(BY_HAND);
    const { hash } = await pull();
    conforming(device.revertedDrift, await post("/v1/devices/fw/revert", { hash }));
    expect(markers().at(-1)).toBe("confirmed");
    expect(existsSync(`${RECORDS}/premortem-device`)).toBe(true);
  });

  test("a revert that does not earn its place is taken back", async () => {
    const { server, post, pull } = await open();
    const first = await pull();
    conforming(device.baseline, await post("/v1/devices/fw/baseline", { hash: first.hash }));
    nft(BY_HAND);
    const { hash } = await pull();
    const before = listing();
    /* Somebody writes to the own tables behind the load, and before it is read back. */
    let isDone = false;
    onVerb(server, "load", async (run) => {
      const ran = await run();
      if (!isDone) nft("add rule inet edge forward tcp dport 99 drop\n");
      isDone = true;
      return ran;
    });
    expect(refused(await post("/v1/devices/fw/revert", { hash }))).toMatch(
      /was loaded, and taken back: read-back: something else runs/,
    );
    expect(isDone).toBe(true);
    expect(listing()).toBe(before);
    expect(markers().at(-1)).toBe("restored");
    expect(await kinds(server)).toContain("drift.notReverted");
  });

  test("nothing else is loaded onto a device while drift is being taken back there", async () => {
    const { server, post, get, pull } = await open();
    const first = await pull();
    conforming(device.baseline, await post("/v1/devices/fw/baseline", { hash: first.hash }));
    nft(BY_HAND);
    const { hash } = await pull();
    await watched(server, true);
    const { id } = await causeFound(server);
    const files = [{ path: "/etc/nftables.conf", text: RULESET }];
    conforming(change, await post("/v1/changes", { device: "fw", files }));
    const asked: string[] = [];
    onVerb(server, "load", async (run) => {
      asked.push(refused(await post("/v1/devices/fw/revert", { hash })));
      asked.push(refused(await post(`/v1/incidents/${id}/undo`)));
      asked.push(refused(await post("/v1/changes/1/apply", { insist: null })));
      return run();
    });
    conforming(device.revertedDrift, await post("/v1/devices/fw/revert", { hash }));
    expect(asked).toEqual(Array(3).fill("drift is being taken back on `fw`"));
    const { devices } = conforming(device.devices, await get("/v1/devices"));
    expect(devices).toMatchObject([{ lastRevert: { login: "ana", state: "confirmed" } }]);
  });

  test("tables of others stay as they are in a revert, and are told", async () => {
    const { post, pull } = await open();
    const others = "table inet f2b {\n\tchain c {\n\t}\n}\n";
    nft(others);
    const first = await pull();
    conforming(device.baseline, await post("/v1/devices/fw/baseline", { hash: first.hash }));
    const rule = "add rule inet f2b c tcp dport 9 drop\n";
    nft(rule);
    const alone = await pull();
    expect(refused(await post("/v1/devices/fw/revert", { hash: alone.hash }))).toMatch(
      /differs in inet f2b alone, not premortem's/,
    );
    nft(BY_HAND);
    const both = await pull();
    const reverted = conforming(
      device.revertedDrift,
      await post("/v1/devices/fw/revert", { hash: both.hash }),
    );
    expect(reverted).toMatchObject({ repairs: ["mail-out"], leftAlone: ["inet f2b"] });
    expect(listing()).toContain("tcp dport 9 drop");
    expect(listing()).not.toContain("10.9.2.11");
  });

  test("what loses a promise of the baseline is adopted by two people, and the first baseline by one", async () => {
    const { server, post, get, pull } = await open();
    nft(BY_HAND);
    const worst = await pull();
    conforming(device.baseline, await post("/v1/devices/fw/baseline", { hash: worst.hash }));
    nft(RULESET);
    const good = await pull();
    conforming(device.baseline, await post("/v1/devices/fw/baseline", { hash: good.hash }));

    const adopt = (hash: string) => post("/v1/devices/fw/baseline", { hash });
    const bob = await server.token("bob");
    const agree = (token: string, hash: string) =>
      server.ask("POST", "/v1/devices/fw/baseline/agree", { token, body: { hash } });
    expect(refused(await agree(bob, worst.hash))).toMatch(/nobody asks/);
    expect(refused(await adopt(worst.hash))).toBe(
      "it loses what the baseline of `fw` keeps: mail-out",
    );
    const { devices } = conforming(device.devices, await get("/v1/devices"));
    expect(devices).toMatchObject([
      { asked: { hash: worst.hash, login: "ana", lost: ["mail-out"] } },
    ]);
    expect(refused(await agree(await server.token("ana", ["approver"]), worst.hash))).toMatch(
      /`ana` asked for it/,
    );
    expect(refused(await agree(bob, good.hash))).toMatch(/nobody asks to adopt this state/);
    server.pass(24 * 3_600_000 - 60_000);
    conforming(device.baseline, await agree(await server.token("bob"), worst.hash));
    expect(await kinds(server)).toEqual(
      expect.arrayContaining(["baseline.asked", "baseline.agreed"]),
    );
    expect(refused(await agree(await server.token("bob"), worst.hash))).toMatch(/nobody asks/);
  });

  test("nobody agrees any more once the baseline is another, or a day is over", async () => {
    const { server, post, pull } = await open();
    const good = await pull();
    const adopt = (hash: string) => post("/v1/devices/fw/baseline", { hash });
    conforming(device.baseline, await adopt(good.hash));
    nft("add rule inet edge forward tcp dport 99 drop\n");
    const other = await pull();
    nft(BY_HAND);
    const bad = await pull();
    const bob = await server.token("bob");
    const agree = () =>
      server.ask("POST", "/v1/devices/fw/baseline/agree", { token: bob, body: { hash: bad.hash } });
    refused(await adopt(bad.hash));
    conforming(device.baseline, await adopt(other.hash));
    expect(refused(await agree())).toMatch(/the baseline or the network file changed/);
    refused(await adopt(bad.hash));
    server.pass(24 * 3_600_000 + 1);
    expect(await server.service.adoptions.asked("fw")).toBeNull();
  });

  test("drift outside of nftables is not taken back", async () => {
    const { post, pull } = await open();
    const first = await pull();
    conforming(device.baseline, await post("/v1/devices/fw/baseline", { hash: first.hash }));
    inside(["iptables-legacy", "-A", "INPUT", "-p", "tcp", "--dport", "9", "-j", "DROP"]);
    onTestFinished(() => void inside(["iptables-legacy", "-F"]));
    const now = await pull();
    expect(refused(await post("/v1/devices/fw/revert", { hash: now.hash }))).toMatch(
      /the difference is in iptables-legacy, and premortem takes back rules of nftables alone/,
    );
  });

  test("a network file that is read again is in use at once; one with mistakes is not", async () => {
    const { server, post, get } = await open();
    const probe =
      "monitors:\n  names: { kind: dns, name: a.example, from: fw, to: '127.0.0.1:9', every: 1h }\n";
    writeFileSync(server.networkFile, network(probe));
    const now = conforming(contract.networkSummary, await post("/v1/network/reload"));
    expect(now.monitors).toEqual(["names"]);
    const { probes } = conforming(contract.probes, await get("/v1/probes"));
    expect(probes).toMatchObject([{ name: "names", outcome: null }]);
    conforming(contract.probe, await post("/v1/probes/names/run"));
    writeFileSync(server.networkFile, "devices: {}\nzones:\n  lan: { device: nowhere }\n");
    const bad = await post("/v1/network/reload");
    expect(refused(bad)).toMatch(/premortem\.yaml:3:/);
    expect(errorBody.parse(bad.body).error.problems?.[0]?.path).toMatch(/premortem\.yaml:3:\d+$/);
    expect(conforming(contract.networkSummary, await get("/v1/network"))).toEqual(now);
    writeFileSync(server.networkFile, network().replace("  fw:", "  fw2: { reach: local }\n  fw:"));
    conforming(contract.networkSummary, await post("/v1/network/reload"));
    expect(server.service.probes.states()).toEqual([]);
    expect([...server.service.audit.states().keys()].sort()).toEqual(["fw", "fw2"]);
    expect((await kinds(server)).filter((kind) => kind === "network.reloaded")).toHaveLength(2);
  });
});
