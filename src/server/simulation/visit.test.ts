import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { z } from "@hono/zod-openapi";
import { expect, onTestFinished, test, vi } from "vitest";
import { FIREWALL } from "../../simulation/world/plan.ts";
import { fatalCommand } from "../../simulation/world/ruleset.ts";
import { errorBody } from "../contract/common.ts";
import * as incidents from "../contract/incident.ts";
import { status as statusBody } from "../contract/service.ts";
import { handAnswer, resetAnswer, simulation as simulationBody } from "../contract/simulation.ts";
import { testServer } from "../testing/testServer.ts";
import { openSimulation } from "./open.ts";

/* People wait before they complain, and servers before they try again: that takes its time here as well. */
vi.setConfig({ testTimeout: 120_000 });
const WAIT = { timeout: 60_000, interval: 200 };

async function visit() {
  const data = mkdtempSync(join(tmpdir(), "premortem-visit-"));
  onTestFinished(() => rmSync(data, { recursive: true }));
  const faults: unknown[] = [];
  const simulation = openSimulation(data, (fault) => faults.push(fault));
  const { networkFile, openTransport } = simulation;
  const network = readFileSync(networkFile, "utf8");
  /* Ended last: whoever is asked something has to be able to answer. */
  onTestFinished(() => {
    simulation.close();
    expect(faults).toEqual([]);
  });
  const server = await testServer({ network, openTransport, simulation });
  await simulation.adopt(server.service);
  await server.service.start();
  simulation.start(server.service);
  const token = await server.token("bob");
  const get = async <Schema extends z.ZodType>(path: string, schema: Schema) =>
    schema.parse((await server.ask("GET", path, { token })).body);
  const post = async <Schema extends z.ZodType>(path: string, schema: Schema, body?: unknown) =>
    schema.parse((await server.ask("POST", path, { token, body })).body);
  const byHand = (command: string, login = "netops") =>
    post(`/v1/simulation/devices/${FIREWALL}/nft`, handAnswer, { login, command });
  return { server, simulation, token, get, post, byHand };
}

test("a rule by hand becomes complaints and errors of the database, an incident that names it, and a postmortem", async () => {
  const { server, simulation, get, post, byHand } = await visit();
  await vi.waitFor(async () => {
    const { probes } = await get("/v1/status", statusBody);
    expect(probes.every(({ outcome }) => outcome === "ok")).toBe(true);
  }, WAIT);
  expect(await byHand(fatalCommand("first"))).toEqual({ code: 0, out: "", error: "" });
  const hurt = await vi.waitFor(async () => {
    const [incident] = (await get("/v1/incidents", incidents.incidents)).incidents;
    const texts = incident?.symptoms.map(({ text }) => text) ?? [];
    expect(texts.some((text) => /pgsql\(10\.10\.4\.10\): Connect failed/.test(text))).toBe(true);
    expect(texts.some((text) => /\d+ complaints within/.test(text))).toBe(true);
    if (incident?.cause?.kind !== "explained") throw new Error("no cause yet");
    return { ...incident, cause: incident.cause };
  }, WAIT);
  expect(hurt.cause.rules).toEqual(["inet edge forward: ip saddr @mail counter drop"]);
  expect(hurt.cause.difference.by).toContain("netops");

  const undone = await post(`/v1/incidents/${hurt.id}/undo`, incidents.incident);
  expect(undone.undo?.text).toContain("ip saddr @mail counter drop");
  await vi.waitFor(
    async () => {
      const { probes } = await get("/v1/status", statusBody);
      expect(probes.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
    },
    { ...WAIT, timeout: 90_000 },
  );
  /*
   * A line of a log is over when no more have come for a while; who began to connect before the undo gives up, and
   * says so, for half a minute behind it. The server's time passes meanwhile.
   */
  await vi.waitFor(async () => {
    server.pass(10_000);
    const found = await get(`/v1/incidents/${hurt.id}`, incidents.incident);
    const hurting = found.symptoms.filter(({ endedMs }) => endedMs === null);
    expect(found.recoveredMs, hurting.map(({ text }) => text).join("; ")).not.toBeNull();
  }, WAIT);
  const { markdown } = await get(`/v1/incidents/${hurt.id}/postmortem`, incidents.postmortem);
  expect(markdown).toContain("ip saddr @mail counter drop");
  expect(markdown).toContain("netops");
  const countedBefore = simulation.network.world.counts().length;
  const { seconds } = await get("/v1/simulation", simulationBody);
  expect(seconds.some(({ failedLogins }) => failedLogins > 0)).toBe(true);
  expect(seconds.length).toBeGreaterThanOrEqual(countedBefore);
  expect(seconds.length).toBeLessThanOrEqual(simulation.network.world.counts().length);
}, 240_000);

test("nft answers by hand as it does on a real device", async () => {
  const { byHand } = await visit();
  expect((await byHand("-a list chain inet edge forward")).out).toMatch(
    /invalid counter packets \d+ bytes \d+ drop # handle \d+/,
  );
  const refused = await byHand("nft add rule inet edge nowhere drop");
  expect(refused.code).toBe(1);
  expect(refused.error).toContain("No such file or directory");
});

test("a reset loads what is approved again, and nothing waits", async () => {
  const { byHand, post, simulation } = await visit();
  await byHand(fatalCommand("wan"));
  const { kernel } = simulation.network.firewall;
  const shown = { stateless: true, handles: false, terse: false };
  expect(kernel.list(shown)).toContain("ip saddr @mail oifname");
  await post("/v1/simulation/reset", resetAnswer);
  expect(kernel.list(shown)).not.toContain('ip saddr @mail oifname "wan" counter');
});

test("a server on real devices knows nothing of a simulation", async () => {
  const server = await testServer();
  const token = await server.token("ana");
  for (const [method, path] of [
    ["GET", "/v1/simulation"],
    ["POST", `/v1/simulation/devices/${FIREWALL}/nft`],
    ["POST", "/v1/simulation/reset"],
  ] as const) {
    const answer = await server.ask(method, path, {
      token,
      ...(method === "POST" && { body: {} }),
    });
    expect(answer.status).toBe(404);
    expect(errorBody.parse(answer.body).error.code).toBe("notFound");
  }
});

test("a device of the network file that is not simulated is never reached", async () => {
  const { simulation } = await visit();
  const ways = [
    { kind: "local" },
    { kind: "ssh", target: "root@198.51.100.1", port: null },
    { kind: "namespace", name: "pm-fw" },
    { kind: "simulated", name: "elsewhere" },
  ] as const;
  for (const reach of ways) {
    const transport = simulation.openTransport(reach);
    expect(await transport.run(["true"])).toMatchObject({ kind: "fault", fault: "forbidden" });
    expect(await transport.knock(1)).toMatchObject({ kind: "fault", fault: "forbidden" });
  }
});
