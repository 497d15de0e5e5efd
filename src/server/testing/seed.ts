import {
  type ApplyOrder,
  insertApply,
  writeAftermath,
  writeState,
} from "../../operations/apply/store.ts";
import { auditStore } from "../../operations/audit/store.ts";
import { contentHashOf } from "../../operations/change/content.ts";
import type { Change, ChangeStatus } from "../../operations/change/model.ts";
import { insertChange } from "../../operations/change/store.ts";
import { close, endSymptom, openIncident, setCause } from "../../operations/incident/life.ts";
import { incidentStore } from "../../operations/incident/store.ts";
import { explainedCause } from "../../operations/incident/testing/explainedCause.ts";
import { makeSnapshot } from "../../operations/inventory/snapshot.ts";
import { paperOrder } from "./paperOrder.ts";
import type { TestServer } from "./testServer.ts";

/* One of each thing that a server may know, written as its parts write it. */

const ANA = { login: "ana", roles: ["operator", "approver"] } as const;
const STATUSES: readonly ChangeStatus[] = [
  "draft",
  "proposed",
  "applying",
  "applied",
  "rolledBack",
  "failed",
  "withdrawn",
];
const SOURCE = "/etc/nftables.conf";
const TEXT = "table inet edge {\n}\n";
const HASH = "0".repeat(64);

/** Numbers and hashes of what was put in. */
export interface Seeded {
  readonly changes: readonly number[];
  readonly applies: readonly number[];
  readonly incidents: readonly number[];
  readonly alerts: readonly number[];
  readonly snapshot: string;
}

/** The network file has to name the device `fw`; nothing is asked of it. */
export async function seed({ service, database: { database } }: TestServer): Promise<Seeded> {
  const { inventory, trail, alerts } = service;
  const snapshot = makeSnapshot("fw", [
    { name: "nft", text: TEXT },
    { name: SOURCE, text: TEXT },
  ]);
  await inventory.keep(snapshot);
  await inventory.adopt("fw", snapshot.hash, ANA);
  await auditStore(database, trail).add(
    {
      device: "fw",
      atMs: 1,
      sinceMs: null,
      isPolled: false,
      parts: ["nft"],
      before: snapshot.hash,
      after: snapshot.hash,
      meaning: "breaks",
      broken: ["mail-out"],
      repaired: [],
      doubtful: [],
      added: ["inet edge forward: drop"],
      removed: [],
      by: { kind: "unknown", reason: "nobody watched then", process: null },
    },
    { baseline: snapshot.hash, isDrift: true, isEntered: true, nowMs: 1 },
  );
  const symptom = { id: "probe/x", sinceMs: 1, text: "x", flows: [], intent: null };
  const opened = openIncident(0, symptom, 1);
  const explained = setCause(opened, explainedCause({ difference: {}, explains: ["probe/x"] }), 2);
  const incidents = incidentStore(database);
  const over = close(endSymptom(opened, symptom.id, 2), "ana", 3);
  const incidentIds = [];
  for (const one of [explained, opened, over]) incidentIds.push((await incidents.add(one)).id);
  await alerts.raise({
    key: "blind/device/fw",
    group: "device/fw",
    severity: "page",
    title: "t",
    text: "",
    labels: {},
    link: null,
  });
  const changes = [];
  for (const status of STATUSES) changes.push(await addChange(database, status));
  const [, , applying = 0, applied = 0, rolledBack = 0] = changes;
  const ended = [];
  for (const [change, kind] of [
    [applied, "confirmed"],
    [rolledBack, "rolledBack"],
  ] as const) {
    const { id } = await insertApply(database, orderOf(change, change));
    const state =
      kind === "confirmed" ? ({ kind } as const) : ({ kind, reason: "checkFailed" } as const);
    await writeState(database, id, state, 2);
    await writeAftermath(database, id, {
      bootProblem: null,
      baselineProblem: null,
      openConnections: null,
      flushed: [],
      waitsFor: [],
    });
    ended.push(id);
  }
  const open = await insertApply(database, orderOf(applying, 99));
  const [alert] = await alerts.list({ limit: 1, beforeId: null, isOpen: true });
  return {
    changes,
    applies: [...ended, open.id],
    incidents: incidentIds,
    alerts: alert === undefined ? [] : [alert.id],
    snapshot: snapshot.hash,
  };
}

async function addChange(
  database: TestServer["database"]["database"],
  status: ChangeStatus,
): Promise<number> {
  const files = new Map([[SOURCE, TEXT]]);
  const draft: Change = {
    id: 0,
    device: "fw",
    author: "ana",
    lastEditor: "ana",
    writers: ["ana"],
    files,
    contentHash: contentHashOf(files),
    status,
    approvals: [],
    override: null,
    alone: null,
    isFourEyes: null,
    proof: null,
  };
  return (await insertChange(database, draft, 1)).change.id;
}

function orderOf(changeId: number, number: number): ApplyOrder {
  return paperOrder(
    {
      changeId,
      contentHash: HASH,
      networkHash: HASH,
      startedMs: 1,
      foreignHash: HASH,
      files: [[SOURCE, TEXT]],
      filesBefore: [[SOURCE, TEXT]],
    },
    { id: number, tables: ["inet edge"], base: TEXT, candidate: TEXT },
  );
}

/** Number of a session of ana's. */
export async function seedSession({ service }: TestServer): Promise<number> {
  const ana = { login: "ana", roles: ["operator", "approver"] } as const;
  const from = { address: "192.0.2.7", agent: "a test", before: null };
  return (await service.sessions.open(ana, "password", from)).id;
}
