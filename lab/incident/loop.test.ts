import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { type Audit, openAudit } from "../../src/operations/audit/service.ts";
import { AUDIT_MIGRATIONS } from "../../src/operations/audit/store.ts";
import type { Actor } from "../../src/operations/change/model.ts";
import { type IncidentEvent, openIncidents } from "../../src/operations/incident/service.ts";
import { INCIDENT_MIGRATIONS } from "../../src/operations/incident/store.ts";
import { parseNetwork } from "../../src/operations/inventory/networkFile.ts";
import { pull } from "../../src/operations/inventory/pull.ts";
import type { Snapshot } from "../../src/operations/inventory/snapshot.ts";
import { openTrail } from "../../src/operations/trail/service.ts";
import { TRAIL_MIGRATIONS } from "../../src/operations/trail/store.ts";
import { systemWait } from "../../src/platform/clock.ts";
import { testDatabase } from "../../src/platform/db/testing/testDatabase.ts";
import { namespaceTransport } from "../../src/platform/transport/local.ts";
import { describeWith } from "../../test/requirements.ts";

/* From a rule that somebody puts in by hand to its undo, on the real kernel and a real database. */

const NAMESPACE = `pm-loop-${process.pid}`;
/* A device that takes long to read is read less often: a busy machine needs its time. */
const LONG_MS = 240_000;
const PART = "src/operations/apply/device/premortem-device.sh";
let records = "";
const transport = namespaceTransport(NAMESPACE);
const nft = (script: string) =>
  execFileSync("ip", ["netns", "exec", NAMESPACE, "nft", "-f", "-"], { input: script });
const inside = (command: string) =>
  execFileSync("ip", ["netns", "exec", NAMESPACE, ...command.split(" ")]);
const listing = () =>
  execFileSync("ip", ["netns", "exec", NAMESPACE, "nft", "-s", "list", "ruleset"], {
    encoding: "utf8",
  });

const { network } = parseNetwork("n", readFileSync("examples/mail/premortem.yaml", "utf8"));
const ANA: Actor = { login: "ana", roles: ["operator"] };
const FATAL = "insert rule inet edge forward ip saddr 10.10.2.8/29 counter drop\n";
const HARMLESS = "insert rule inet edge forward ip saddr 10.99.0.1 counter drop\n";

/** Audit and incidents of a device that is watched, put together as the server does. */
async function open() {
  if (network === null) throw new Error("no network");
  const device = network.devices.get("edge");
  if (device === undefined) throw new Error("no device");
  const pulled = await pull(transport, device);
  if (pulled.kind !== "pulled") throw new Error(pulled.message);
  const snapshots = new Map<string, Snapshot>([[pulled.snapshot.hash, pulled.snapshot]]);
  const { database } = await testDatabase(TRAIL_MIGRATIONS, AUDIT_MIGRATIONS, INCIDENT_MIGRATIONS);
  const faults: unknown[] = [];
  const common = {
    database,
    clock: Date.now,
    network: () => network,
    transportOf: () => transport,
    snapshotOf: async (hash: string) => snapshots.get(hash) ?? null,
    onFault: (fault: unknown) => faults.push(fault),
  };
  const audit = openAudit({
    ...common,
    trail: openTrail({ database }),
    wait: systemWait,
    baselineOf: async () => pulled.snapshot,
    keep: async (snapshot) => void snapshots.set(snapshot.hash, snapshot),
  });
  const incidents = openIncidents({
    ...common,
    differencesSince: (atMs) => audit.since(atMs),
    difference: (id) => audit.find(id),
    isSeen: (device) => audit.states().get(device)?.kind === "watching",
    taken: async () => null,
    devicePart: readFileSync(PART, "utf8"),
    deviceFolder: () => records,
    attribute: audit.attribute,
    record: async () => undefined,
    recover: async () => ["queues flushed"],
  });
  const told: IncidentEvent[] = [];
  incidents.events.subscribe((event) => told.push(event));
  audit.events.subscribe((event) => {
    if (event.kind === "difference") void incidents.differenceSeen();
    else void incidents.drifted(event.device, event.state);
  });
  /* What was heard until the end of a test is taken in before the database goes. */
  onTestFinished(() => incidents.settled());
  await watching(audit);
  return { audit, incidents, told, faults };
}

function watching(audit: Audit): Promise<void> {
  return new Promise((resolve) => {
    const end = audit.events.subscribe((event) => {
      if (event.kind !== "state" || event.state.kind !== "watching") return;
      end();
      resolve();
    });
    void audit.start("edge");
  });
}

/** The next event of a kind, those that came already among them. */
async function next(
  { incidents, told }: Awaited<ReturnType<typeof open>>,
  kind: IncidentEvent["kind"],
): Promise<IncidentEvent> {
  for (;;) {
    const found = told.find((event) => event.kind === kind);
    if (found !== undefined) return found;
    await new Promise<void>((resolve) => {
      const end = incidents.events.subscribe(() => {
        end();
        resolve();
      });
    });
  }
}

describeWith(["root", "nft", "ip"], "the loop", () => {
  beforeAll(() => {
    records = mkdtempSync(join(tmpdir(), "premortem-records-"));
    execFileSync("ip", ["netns", "add", NAMESPACE]);
  });
  afterAll(() => {
    execFileSync("ip", ["netns", "delete", NAMESPACE]);
    rmSync(records, { recursive: true });
  });
  beforeEach(() => nft(`flush ruleset\n${readFileSync("examples/mail/edge.nft", "utf8")}`));

  test(
    "a rule put in by hand opens an incident that names it, and one command takes it back",
    async () => {
      const loop = await open();
      const before = listing();
      nft(FATAL);
      const { incident } = await next(loop, "causeFound");
      expect(incident.cause).toMatchObject({
        kind: "explained",
        difference: {
          device: "edge",
          added: ["inet edge forward: ip saddr 10.10.2.8/29 counter drop"],
          change: null,
        },
        rules: ["inet edge forward: ip saddr 10.10.2.8/29 counter drop"],
        explains: ["intent/edge/mail-out", "intent/edge/mail-names", "intent/edge/mail-users"],
        unexplained: [],
      });
      const proposed = await loop.incidents.proposeUndo(incident.id);
      expect(proposed).toMatchObject({
        kind: "proposed",
        device: "edge",
        plan: {
          undo: { extent: "rules", removed: ["ip saddr 10.10.2.8/29 counter drop"], restored: [] },
          repairs: ["mail-out", "mail-names", "mail-users"],
          stillBroken: [],
        },
      });
      const undone = await loop.incidents.undo(incident.id, ANA);
      expect(undone).toMatchObject({
        undo: {
          state: "done",
          by: "ana",
          text: "- ip saddr 10.10.2.8/29 counter drop; proved to restore mail-out, mail-names, mail-users",
        },
      });
      expect(listing()).toBe(before);
      const { incident: recovered } = await next(loop, "recovered");
      expect(recovered.symptoms.every(({ endedMs }) => endedMs !== null)).toBe(true);
      expect(await loop.incidents.close(incident.id, ANA)).toMatchObject({ status: "closed" });
      await loop.audit.close();
      expect(loop.faults).toEqual([]);
    },
    LONG_MS,
  );

  test(
    "where no cause is proved, a person may take back what may be it",
    async () => {
      const loop = await open();
      const before = listing();
      nft("flush chain ip nat postrouting\n");
      await differenceSeen(loop);
      const flows = [{ from: "10.10.2.11", to: "internet", service: "smtp" }];
      await loop.incidents.symptom({
        id: "mail",
        sinceMs: Date.now(),
        text: "no mail leaves",
        flows,
        intent: null,
      });
      const { incident } = await next(loop, "opened");
      const { cause } = (await loop.incidents.find(incident.id)) ?? {};
      if (cause?.kind !== "unclear") throw new Error(`the cause is ${cause?.kind}`);
      const [candidate] = cause.candidates;
      expect(await loop.incidents.undo(incident.id, ANA)).toMatchObject({
        kind: "refusal",
        help: expect.stringContaining(`--difference ${candidate?.id}`),
      });
      expect(await loop.incidents.undo(incident.id, ANA, "999")).toMatchObject({
        kind: "refusal",
        reason: expect.stringContaining("999"),
      });
      expect(await loop.incidents.undo(incident.id, ANA, candidate?.id)).toMatchObject({
        undo: { state: "done" },
      });
      expect(listing()).toBe(before);
      await loop.audit.close();
      expect(loop.faults).toEqual([]);
    },
    LONG_MS,
  );

  test(
    "what a harmless rule does not break is not its fault, and the fatal one goes alone",
    async () => {
      const loop = await open();
      nft(HARMLESS);
      await differenceSeen(loop);
      nft(FATAL);
      const { incident } = await next(loop, "causeFound");
      nft(HARMLESS);
      const undone = await loop.incidents.undo(incident.id, ANA);
      expect(undone).toMatchObject({ undo: { state: "done" } });
      expect(listing()).not.toContain("10.10.2.8/29");
      expect(listing().match(/10\.99\.0\.1/g)?.length).toBe(2);
      await loop.audit.close();
      expect(loop.faults).toEqual([]);
    },
    LONG_MS,
  );

  test(
    "of rules that came at once the one that breaks it is named",
    async () => {
      const loop = await open();
      nft(`${HARMLESS}${FATAL}${HARMLESS}`);
      const { incident } = await next(loop, "causeFound");
      expect(incident.cause).toMatchObject({
        kind: "explained",
        rules: ["inet edge forward: ip saddr 10.10.2.8/29 counter drop"],
      });
      await loop.audit.close();
      expect(loop.faults).toEqual([]);
    },
    LONG_MS,
  );

  test(
    "a symptom that no rule explains is told as that, with what was ruled out",
    async () => {
      const loop = await open();
      nft(HARMLESS);
      const flows = [{ from: "10.10.2.11", to: "10.10.4.10", service: "tcp/5432" }];
      const sinceMs = Date.now() + 10_000;
      await differenceSeen(loop);
      await loop.incidents.symptom({
        id: "database",
        sinceMs,
        text: "the database refuses connections",
        flows,
        intent: null,
      });
      const { incident } = await next(loop, "causeFound");
      expect(incident.cause).toMatchObject({
        kind: "notByRules",
        ruledOut: [{ added: ["inet edge forward: ip saddr 10.99.0.1 counter drop"] }],
      });
      expect(await loop.incidents.undo(incident.id, ANA)).toMatchObject({
        kind: "refusal",
        reason: "no difference of a ruleset is its cause",
      });
      await loop.audit.close();
      expect(loop.faults).toEqual([]);
    },
    LONG_MS,
  );
});

describeWith(["root", "nft", "ip", "iptables", "ipset"], "what has no events", () => {
  beforeAll(() => {
    records = mkdtempSync(join(tmpdir(), "premortem-records-"));
    execFileSync("ip", ["netns", "add", NAMESPACE]);
    nft(readFileSync("examples/mail/edge.nft", "utf8"));
    inside("ipset create blocked hash:net");
    inside("iptables-legacy -A FORWARD -m set --match-set blocked src -j DROP");
  });
  afterAll(() => {
    execFileSync("ip", ["netns", "delete", NAMESPACE]);
    rmSync(records, { recursive: true });
  });

  test(
    "opens an incident that names the element that was put in, and leaves it to a person to take it out",
    async () => {
      const loop = await open();
      inside("ipset add blocked 10.10.2.8/29");
      const { incident } = await next(loop, "causeFound");
      expect(incident.cause).toMatchObject({
        kind: "explained",
        difference: {
          added: ["ipset: add blocked 10.10.2.8/29"],
          isPolled: true,
          sinceMs: expect.any(Number),
          by: expect.stringMatching(/^(unknown: )?nothing tells of changes of ipset|likely/),
        },
        explains: ["intent/edge/mail-out", "intent/edge/mail-names", "intent/edge/mail-users"],
        unexplained: [],
      });
      expect(await loop.incidents.undo(incident.id, ANA)).toMatchObject({
        kind: "refusal",
        reason: "the difference is in ipset, and premortem takes back rules of nftables alone",
      });
      inside("ipset del blocked 10.10.2.8/29");
      const { incident: recovered } = await next(loop, "recovered");
      expect(recovered.symptoms.every(({ endedMs }) => endedMs !== null)).toBe(true);
      await loop.audit.close();
      expect(loop.faults).toEqual([]);
    },
    LONG_MS,
  );

  test(
    "is blamed by itself where a legacy rule came beside a harmless one of nftables",
    async () => {
      const loop = await open();
      inside("iptables-legacy -I FORWARD -s 10.10.2.8/29 -j DROP");
      nft(HARMLESS);
      const { incident } = await next(loop, "causeFound");
      expect(incident.cause).toMatchObject({
        kind: "explained",
        difference: {
          added: ["iptables-legacy: -A FORWARD -s 10.10.2.8/29 -j DROP"],
          isPolled: true,
        },
      });
      inside("iptables-legacy -D FORWARD -s 10.10.2.8/29 -j DROP");
      await next(loop, "recovered");
      await loop.audit.close();
      expect(loop.faults).toEqual([]);
    },
    LONG_MS,
  );
});

/** The first difference, also where it came already. */
async function differenceSeen({ audit }: Awaited<ReturnType<typeof open>>): Promise<void> {
  const coming = new Promise<void>((resolve) => {
    const end = audit.events.subscribe((event) => {
      if (event.kind !== "difference") return;
      end();
      resolve();
    });
  });
  if ((await audit.since(0)).length === 0) await coming;
}
