import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Actor } from "../../platform/auth/actor.ts";
import { systemClock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import { testDatabase } from "../../platform/db/testing/testDatabase.ts";
import { isSigned } from "../../platform/notify/signature.ts";
import { openReceiver, type Received } from "../../platform/notify/testing/receiver.ts";
import { openTrail } from "../trail/service.ts";
import { TRAIL_MIGRATIONS } from "../trail/store.ts";
import { channelsOf } from "./channelsOf.ts";
import { type AlertOptions, type Alerts, openAlerts } from "./service.ts";
import { ALERT_MIGRATIONS } from "./store.ts";
import { raisedOf } from "./testing/raised.ts";

const SECRET = "a secret\n";
const operator: Actor = { login: "ana", roles: ["operator"] };

function secretFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "premortem-notify-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "secret");
  writeFileSync(path, SECRET);
  return path;
}

async function databaseOfAlerts(): Promise<Database> {
  return (await testDatabase(TRAIL_MIGRATIONS, ALERT_MIGRATIONS)).database;
}

function open(database: Database, url: string | null, options: Partial<AlertOptions> = {}): Alerts {
  const webhook = url === null ? null : { url, secretFile: secretFile() };
  const alerts = openAlerts({
    database,
    clock: systemClock,
    trail: openTrail({ database }),
    channels: () => channelsOf({ alertmanager: null, webhook }, systemClock),
    onFault: (fault) => {
      throw fault;
    },
    random: () => 0,
    ...options,
  });
  onTestFinished(() => alerts.close());
  return alerts;
}

function toldOf({ body }: Received) {
  const { groups } = JSON.parse(body) as {
    readonly groups: readonly { readonly key: string; readonly news: string }[];
  };
  return groups.map(({ key, news }) => `${key} ${news}`);
}

test("who listens is told of an alert, signed, and of its end", async () => {
  const receiver = await openReceiver();
  const alerts = open(await databaseOfAlerts(), receiver.url);
  alerts.start();
  await alerts.raise(raisedOf("probe/smtp", "cause/1"));
  const [first] = await receiver.came(1);
  await alerts.end("probe/smtp");
  await alerts.flushed();
  expect(receiver.received.map(toldOf)).toEqual([["cause/1 opened"], ["cause/1 resolved"]]);
  const timestamp = String(first?.headers["premortem-timestamp"]);
  const signature = String(first?.headers["premortem-signature"]).replace("sha256=", "");
  expect(isSigned(SECRET.trim(), timestamp, first?.body ?? "", signature)).toBe(true);
  expect(isSigned(SECRET.trim(), timestamp, `${first?.body} `, signature)).toBe(false);
});

test("what was raised before a server was killed is told by the next one", async () => {
  const database = await databaseOfAlerts();
  const receiver = await openReceiver();
  const killed = open(database, receiver.url);
  await killed.raise(raisedOf("probe/smtp", "cause/1"));
  await killed.close();
  expect(receiver.received).toEqual([]);
  const next = open(database, receiver.url);
  next.start();
  await receiver.came(1);
  await next.flushed();
  expect(receiver.received.map(toldOf)).toEqual([["cause/1 opened"]]);
});

test("the cause that is found is told once, and what was told before is part of it now", async () => {
  const receiver = await openReceiver();
  const alerts = open(await databaseOfAlerts(), receiver.url);
  alerts.start();
  await alerts.raise(raisedOf("a", "incident/1"));
  await alerts.raise(raisedOf("b", "incident/1"));
  await alerts.flushed();
  await alerts.raise(raisedOf("a", "cause/fw1"));
  await alerts.raise(raisedOf("b", "cause/fw1"));
  await alerts.flushed();
  const told = receiver.received.map(toldOf);
  expect(told[0]).toEqual(["incident/1 opened"]);
  expect(told.slice(1).flat().sort()).toEqual(["cause/fw1 opened", "incident/1 moved"]);
});

test("an alert is acknowledged by an operator, and stays", async () => {
  const alerts = open(await databaseOfAlerts(), null);
  const { id } = await alerts.raise(raisedOf("a", "g"));
  const viewer: Actor = { login: "bo", roles: ["viewer"] };
  expect(await alerts.acknowledge(id, viewer)).toMatchObject({ kind: "refusal" });
  expect(await alerts.acknowledge(id, operator)).toMatchObject({ status: "acknowledged" });
  expect(await alerts.raise(raisedOf("a", "g", { text: "more" }))).toMatchObject({
    id,
    status: "acknowledged",
    text: "more",
  });
  await alerts.end("a");
  expect(await alerts.acknowledge(id, operator)).toMatchObject({ kind: "refusal" });
  expect(await alerts.find(id)).toMatchObject({ status: "resolved", acknowledged: { by: "ana" } });
  expect(await alerts.acknowledge(77, operator)).toMatchObject({ kind: "refusal" });
});
