import { expect, test } from "vitest";
import { systemClock } from "../../platform/clock.ts";
import { localTransport } from "../../platform/transport/local.ts";
import type { ProbeResult } from "./model.ts";
import { isStale } from "./model.ts";
import { openProbes, type ProbeParts, type Probes } from "./service.ts";
import { networkOf } from "./testing/monitors.ts";
import { answers, listen } from "./testing/server.ts";

const TAKES = { EHLO: "250 ok", MAIL: "250 ok", RCPT: "250 ok", RSET: "250 ok", QUIT: "221 bye" };
const takes = answers("220 mx\r\n", TAKES);
const monitorOf = (port: number, keys = "") =>
  `{ kind: smtp, from: here, to: '127.0.0.1:${port}', recipient: a@b.example ${keys} }`;

function open(monitors: readonly string[], parts: Partial<ProbeParts> = {}): Probes {
  return openProbes({
    network: networkOf(...monitors),
    transportOf: () => localTransport(),
    clock: systemClock,
    random: () => 0,
    onFault: (fault) => {
      throw fault;
    },
    ...parts,
  });
}

/** The next results that somebody is told. */
function next(probes: Probes, count: number): Promise<readonly ProbeResult[]> {
  return new Promise((resolve) => {
    const found: ProbeResult[] = [];
    const end = probes.results.subscribe((result) => {
      found.push(result);
      if (found.length < count) return;
      end();
      resolve(found);
    });
  });
}

test("results are told each time, changes once", async () => {
  const server = await listen(takes);
  const probes = open([monitorOf(server.port)]);
  const told: string[] = [];
  probes.changes.subscribe(({ before, result }) => told.push(`${before} → ${result.outcome}`));
  await probes.run("m0");
  await probes.run("m0");
  await server.close();
  const { atMs } = await probes.run("m0");
  expect(told).toEqual(["null → ok", "ok → failed"]);
  expect(probes.states()[0]).toMatchObject({ sinceMs: atMs, last: { outcome: "failed" } });
});

test("the schedule asks again and again, until it is stopped", async () => {
  const server = await listen(takes);
  const probes = open([monitorOf(server.port, ", every: 100ms")]);
  const results = next(probes, 3);
  probes.start();
  expect((await results).map(({ outcome }) => outcome)).toEqual(["ok", "ok", "ok"]);
  await probes.stop();
  const asked = server.heard.length;
  await server.close();
  expect(asked % Object.keys(TAKES).length).toBe(0);
});

test("a target that hangs holds up nobody else", async () => {
  const hanging = await listen(() => undefined);
  const server = await listen(takes);
  const stuck = Array.from({ length: 8 }, () => monitorOf(hanging.port, ", timeout: 1s"));
  const probes = open([...stuck, monitorOf(server.port)]);
  const first = next(probes, 1);
  const all = Array.from({ length: 9 }, (_, index) => probes.run(`m${index}`));
  expect((await first)[0]).toMatchObject({ monitor: "m8", outcome: "ok" });
  const outcomes = (await Promise.all(all)).map(({ outcome }) => outcome);
  expect(outcomes).toEqual([...stuck.map(() => "failed"), "ok"]);
  await hanging.close();
  await server.close();
});

test("more than may run at once come one after the other, and all come", async () => {
  const server = await listen(takes);
  const count = 40;
  const probes = open(Array.from({ length: count }, () => monitorOf(server.port)));
  const all = await Promise.all(
    Array.from({ length: count }, (_, index) => probes.run(`m${index}`)),
  );
  expect(all.every(({ outcome }) => outcome !== "failed")).toBe(true);
  await server.close();
});

test("a result that cannot be kept is told all the same, and the fault is", async () => {
  const server = await listen(takes);
  const faults: unknown[] = [];
  const keep = () => Promise.reject(new Error("disk full"));
  const probes = open([monitorOf(server.port)], { keep, onFault: (fault) => faults.push(fault) });
  expect(await probes.run("m0")).toMatchObject({ outcome: "ok" });
  expect(faults).toEqual([new Error("disk full")]);
  await server.close();
});

test("a probe that nobody knows is refused", async () => {
  await expect(open([monitorOf(25)]).run("m7")).rejects.toThrow("there is no probe `m7`");
});

test("a result is stale after three intervals, and before the first one", async () => {
  const server = await listen(takes);
  const probes = open([monitorOf(server.port)]);
  const stale = (nowMs: number) => probes.states().map((state) => isStale(state, nowMs));
  expect(stale(0)).toEqual([true]);
  const { atMs } = await probes.run("m0");
  expect([stale(atMs + 35_000), stale(atMs + 35_001)]).toEqual([[false], [true]]);
  await server.close();
});
