import { expect, test, vi } from "vitest";
import { openReceiver, type Received } from "../../src/platform/notify/testing/receiver.ts";
import * as incidents from "../../src/server/contract/incident.ts";
import { status } from "../../src/server/contract/service.ts";
import { asker, simulatedServer } from "../../src/server/testing/simulatedServer.ts";
import { fatalCommand } from "../../src/simulation/world/ruleset.ts";

/*
 * Scene 3, the origin by hand at 03:00, on the simulator: one person on call, one page through Alertmanager that
 * names the rule, one tap, a real login and a real mail, and no other page.
 */

vi.setConfig({ testTimeout: 240_000 });
const WAIT = { timeout: 90_000, interval: 200 };

interface Told {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: { readonly summary: string; readonly description: string };
}

/** What Alertmanager was shown that wakes somebody, by its group. */
function pagesOf(received: readonly Received[]): readonly Told[] {
  return received
    .flatMap(({ body }): readonly Told[] => JSON.parse(body))
    .filter(({ labels }) => labels["severity"] === "page");
}

test("a rule by hand: one page names it, one tap undoes it, a login and a mail prove it, and nobody is paged again", async () => {
  const receiver = await openReceiver();
  const { server } = await simulatedServer({
    network: (text) => `${text}notify: { alertmanager: "${receiver.url}" }\n`,
  });
  const ana = await asker(server, "ana");
  const probes = async () => (await ana.get("/v1/status", status)).probes;
  await vi.waitFor(async () => {
    for (const { name, outcome } of await probes()) expect([name, outcome]).toEqual([name, "ok"]);
  }, WAIT);
  expect(pagesOf(receiver.received)).toEqual([]);

  await ana.byHand(fatalCommand("first"));
  const page = await vi.waitFor(() => {
    const found = pagesOf(receiver.received).find(({ annotations }) =>
      annotations.summary.includes("ip saddr @mail counter drop"),
    );
    if (found === undefined) throw new Error("nobody was paged with the rule");
    return found;
  }, WAIT);
  expect(page.annotations.summary).toContain("fw1");
  const hurt = await vi.waitFor(async () => {
    const [one] = (await ana.get("/v1/incidents", incidents.incidents)).incidents;
    if (one?.cause?.kind !== "explained") throw new Error("no cause yet");
    const texts = new Map(one.symptoms.map(({ id, text }) => [id, text]));
    const explained = one.cause.explains.map((id) => texts.get(id) ?? id);
    /* "Database errors on mail1" follow from the same rule. */
    expect(explained.join("\n")).toMatch(/pgsql\(10\.10\.4\.10\): Connect failed/);
    return { ...one, cause: one.cause };
  }, WAIT);
  expect(hurt.cause.difference).toMatchObject({ device: "fw1", by: /netops/ });
  const intents = hurt.symptoms.flatMap(({ intent }) => intent?.id ?? []);
  expect(intents).toEqual(expect.arrayContaining(["mail-out", "users-database"]));
  const said = pagesOf(receiver.received).at(-1)?.annotations.description ?? "";
  expect(said).toMatch(/netops/);
  for (const intent of ["mail-out", "users-database"]) expect(said).toContain(intent);

  const undone = await ana.post(`/v1/incidents/${hurt.id}/undo`, incidents.incident);
  expect(undone.undo).toMatchObject({ by: "ana", state: "done" });
  await vi.waitFor(async () => {
    for (const { name, outcome } of await probes()) expect([name, outcome]).toEqual([name, "ok"]);
  }, WAIT);
  /* A line of a log is over when no more have come for a while. */
  server.pass(120_000);
  await vi.waitFor(async () => {
    const one = await ana.get(`/v1/incidents/${hurt.id}`, incidents.incident);
    expect(one.recoveredMs).not.toBeNull();
    const timeline = one.timeline.map(({ text }) => text).join("\n");
    expect(timeline).toMatch(/users-submission works again/);
    expect(timeline).toMatch(/round-trip works again/);
  }, WAIT);
  await server.service.alerts.flushed();
  const groups = new Set(pagesOf(receiver.received).map(({ labels }) => labels["group"]));
  expect([...groups]).toEqual([`incident/${hurt.id}`]);
});
