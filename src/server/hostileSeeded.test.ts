import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { sign } from "../platform/notify/signature.ts";
import { attempts, HOSTILE, RAW, spoiled } from "./testing/attempts.ts";
import { readDocument, type Schema, sampleOf } from "./testing/document.ts";
import { judge } from "./testing/judge.ts";
import { seed, seedSession } from "./testing/seed.ts";
import { PEOPLE, testServer } from "./testing/testServer.ts";

/* Hostile calls of what is there: behind "not found" and behind a signature, where more code can be wrong. */

vi.setConfig({ testTimeout: 240_000 });

const RUNS = 25;
const SEED = 20_261_130;
const SECRET = "s3cret";
const PLAYBOOK = `
title: Mail is blocked
owner: mail team
review-by: 2027-05-31
steps:
  - { kind: person, id: look, title: Look }
  - { kind: person, id: call, title: Call }
`;
/* What answers with a text, and has nothing of its own to find. */
const NOT_JSON: ReadonlySet<string> = new Set([
  "/v1/events",
  "/v1/break-glass",
  "/v1/playbooks/{name}/print",
  "/v1/training/record.csv",
]);

async function open(isStarted = false) {
  const folder = mkdtempSync(join(tmpdir(), "premortem-hostile-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "secret");
  writeFileSync(file, `${SECRET}\n`);
  return testServer({
    isStarted,
    playbooks: { fw: PLAYBOOK },
    network: `
devices:
  fw: { reach: namespace:pm-nowhere, sources: /etc/nftables.conf, managed-by: { inet edge: premortem }, addresses: [10.9.2.1] }
zones:
  dmz: { device: fw, interfaces: in0, addresses: 10.9.2.0/24 }
  internet: { device: fw, interfaces: out0, addresses: internet }
roles:
  mail: 10.9.2.11
intents:
  mail-out: { from: mail, to: internet, service: smtp, critical: true }
status-page: { title: Mail, components: { Outgoing mail: { intents: mail-out } } }
monitors:
  desk: { kind: complaints, secret-file: ${file} }
  out: { kind: dns, from: fw, to: 198.51.100.53, name: a.example }
${PEOPLE}`,
  });
}

test("whatever is sent to what is there finds no defect, and what is refused says what to do", async () => {
  const server = await open();
  const { changes, applies, incidents, alerts, snapshot } = await seed(server);
  const texts = (ids: readonly number[]) => ids.map(String);
  const there: Readonly<Record<string, readonly string[]>> = {
    "/v1/changes": texts(changes),
    "/v1/applies": texts(applies),
    "/v1/incidents": texts(incidents),
    "/v1/alerts": texts(alerts),
    "/v1/actions": ["1"],
    "/v1/sessions": texts([await seedSession(server)]),
  };
  const { operations, schemas } = readDocument((await server.ask("GET", "/openapi.json")).body);
  const token = await server.token("ana");
  const playbook = { token, body: { playbook: "fw" } };
  await server.ask("POST", `/v1/incidents/${incidents[0]}/playbook-runs`, playbook);
  const check = { kind: "person" };
  const action = { text: "x", owner: "ana", due: "2027-01-01", check };
  await server.ask("POST", "/v1/actions", { token, body: action });
  for (const operation of operations) {
    const { method, role, body, path: shape } = operation;
    if (role === null || role === "admin" || NOT_JSON.has(shape)) continue;
    const group = Object.keys(there).find((one) => shape.startsWith(one)) ?? "";
    const names = shape.startsWith("/v1/probes") ? ["out"] : ["fw", "desk"];
    const runs = { run: ["1"], step: ["look", "call"] };
    const known = { id: there[group] ?? [], name: names, hash: [snapshot], ...runs };
    const sample = body === null ? null : sampleOf(schemas, body as Schema);
    let found = 0;
    await fc.assert(
      fc.asyncProperty(
        attempts(operation, sample, known),
        async ({ path, raw, type, headers: more }) => {
          const headers = { ...more, ...(raw === null ? {} : { "content-type": type }) };
          const sent = raw === null ? {} : { raw };
          const answer = await server.ask(method, path, { token, ...sent, headers });
          if (answer.status !== 404) found++;
          judge(
            answer,
            `${method} ${path.slice(0, 200)} ${raw?.slice(0, 300)}: ${answer.text.slice(0, 300)}`,
          );
        },
      ),
      { seed: SEED, numRuns: RUNS },
    );
    expect(found, `${method} ${shape} was never found`).toBeGreaterThan(0);
  }
});

test("a complaint that is signed as it should be may hold anything", async () => {
  const server = await open(true);
  const sample = { id: "T-1", text: "mail is gone", atMs: 1, user: "ana", tags: ["mail"] };
  const raws = fc.oneof(
    { weight: 4, arbitrary: spoiled(sample).map((value) => JSON.stringify(value) ?? "") },
    { weight: 1, arbitrary: fc.constantFrom(...RAW) },
    { weight: 1, arbitrary: fc.constantFrom(...HOSTILE).map((one) => JSON.stringify(one) ?? "") },
  );
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(raws, fc.constantFrom("application/json", "text/plain"), async (raw, type) => {
      const timestamp = String(Math.floor(Date.now() / 1_000));
      const headers = {
        "content-type": type,
        "premortem-timestamp": timestamp,
        "premortem-signature": `sha256=${sign(SECRET, timestamp, raw)}`,
      };
      const answer = await server.ask("POST", "/v1/complaints/desk", { raw, headers });
      statuses.add(answer.status);
      judge(answer, `${raw.slice(0, 300)}: ${answer.text.slice(0, 300)}`);
    }),
    { seed: SEED, numRuns: 200 },
  );
  expect(statuses).toContain(200);
  expect(statuses).toContain(400);
});

test.each(["", "-1", "run-99999999999999999999", "run-1e3", "\u00ff", "x".repeat(200), "{}"])(
  "a stream begins behind whatever somebody says was the last event: %j",
  async (last) => {
    const server = await open();
    const stop = new AbortController();
    const answer = await fetch(`${server.url}/v1/events`, {
      headers: { authorization: `Bearer ${await server.token("ana")}`, "last-event-id": last },
      signal: stop.signal,
    });
    expect(answer.status).toBe(200);
    const first = await answer.body?.getReader().read();
    expect(new TextDecoder().decode(first?.value)).toMatch(/^event: (hello|missed)\n/);
    stop.abort();
  },
);
