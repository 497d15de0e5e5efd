import { expect, test } from "vitest";
import type { Actor } from "../../platform/auth/actor.ts";
import { isSigned } from "../../platform/notify/signature.ts";
import { openReceiver } from "../../platform/notify/testing/receiver.ts";
import type { AlertEvent } from "./model.ts";
import { alertDatabase, openTold, SECRET, toldOf } from "./testing/openTold.ts";
import { raisedOf } from "./testing/raised.ts";

const operator: Actor = { login: "ana", roles: ["operator"] };
const viewer: Actor = { login: "bo", roles: ["viewer"] };

test("who listens is told of an alert, signed, and of its end", async () => {
  const receiver = await openReceiver();
  const alerts = openTold(await alertDatabase(), receiver.url);
  alerts.start();
  await alerts.raise(raisedOf("probe/smtp", "cause/1"));
  const [first] = await receiver.came(1);
  await alerts.end("probe/smtp");
  await alerts.flushed();
  expect(receiver.received.map(toldOf)).toEqual([["cause/1 opened"], ["cause/1 resolved"]]);
  const timestamp = String(first?.headers["premortem-timestamp"]);
  const signature = String(first?.headers["premortem-signature"]).replace("sha256=", "");
  expect(isSigned(SECRET, timestamp, first?.body ?? "", signature)).toBe(true);
  expect(isSigned(SECRET, timestamp, `${first?.body} `, signature)).toBe(false);
});

test("the cause that is found is told once, and what was told before is part of it now", async () => {
  const receiver = await openReceiver();
  const alerts = openTold(await alertDatabase(), receiver.url);
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
  const alerts = openTold(await alertDatabase(), null);
  const { id } = await alerts.raise(raisedOf("a", "g"));
  expect(await alerts.acknowledge(id, viewer)).toMatchObject({ kind: "refusal" });
  expect(await alerts.acknowledge(id, operator)).toMatchObject({ status: "acknowledged" });
  const more = await alerts.raise(raisedOf("a", "g", { text: "more" }));
  expect(more).toMatchObject({ id, status: "acknowledged", text: "more" });
  await alerts.end("a");
  expect(await alerts.acknowledge(id, operator)).toMatchObject({ kind: "refusal" });
  expect(await alerts.find(id)).toMatchObject({ status: "resolved", acknowledged: { by: "ana" } });
  expect(await alerts.acknowledge(77, operator)).toMatchObject({ kind: "refusal" });
});

test("who is in this process hears of each step, and only of steps", async () => {
  const alerts = openTold(await alertDatabase(), null);
  const heard: AlertEvent[] = [];
  alerts.events.subscribe((event) => heard.push(event));
  const { id } = await alerts.raise(raisedOf("a", "g"));
  await alerts.raise(raisedOf("a", "g"));
  await alerts.raise(raisedOf("a", "h"));
  await alerts.acknowledge(id, operator);
  await alerts.acknowledge(id, operator);
  await alerts.end("a");
  await alerts.end("a");
  expect(heard.map(({ kind, alert }) => `${kind} ${alert.group}`)).toEqual([
    "raised g",
    "changed h",
    "acknowledged h",
    "resolved h",
  ]);
});

test("alerts are listed from the newest on, in pages", async () => {
  const alerts = openTold(await alertDatabase(), null);
  for (const key of ["a", "b", "c"]) await alerts.raise(raisedOf(key, "g"));
  const first = await alerts.list({ limit: 2, beforeId: null });
  expect(first.map(({ key }) => key)).toEqual(["c", "b"]);
  const rest = await alerts.list({ limit: 2, beforeId: first.at(-1)?.id ?? null });
  expect(rest.map(({ key }) => key)).toEqual(["a"]);
});

test("raised by many at once, an alert is one", async () => {
  const alerts = openTold(await alertDatabase(), null);
  const raised = await Promise.all(
    Array.from({ length: 10 }, (_, index) => alerts.raise(raisedOf("a", `g${index % 3}`))),
  );
  expect(new Set(raised.map(({ id }) => id)).size).toBe(1);
  expect(await alerts.list({ limit: 10, beforeId: null })).toHaveLength(1);
});
