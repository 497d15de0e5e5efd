import { expect, test } from "vitest";
import { openReceiver } from "../../platform/notify/testing/receiver.ts";
import type { Network } from "../inventory/model.ts";
import type { Calling } from "./testing/openCalling.ts";
import {
  callDatabase,
  calledBy,
  callingNetwork,
  MAIL,
  openCalling,
  RULE,
} from "./testing/openCalling.ts";

const MINUTE_MS = 60_000;
const ANA = { login: "ana", roles: ["operator"] } as const;
const BOB = { login: "bob", roles: ["approver"] } as const;
const VERA = { login: "vera", roles: ["viewer"] } as const;
const EVE = { login: "eve", roles: ["viewer"] } as const;

async function open(policies?: string) {
  const receiver = await openReceiver();
  const network = callingNetwork(receiver.url, policies);
  const calling = openCalling(await callDatabase(), () => network);
  calling.escalations.start();
  return { ...calling, receiver, called: () => receiver.received.map(calledBy) };
}

async function alarms({ alerts }: Pick<Calling, "alerts">): Promise<readonly string[]> {
  return (await alerts.unresolved()).map(({ key }) => key).sort();
}

async function kinds({ trail }: Pick<Calling, "trail">): Promise<readonly string[]> {
  const page = await trail.page({ before: null, limit: 100, subject: null });
  return page.map(({ kind }) => kind).reverse();
}

test("whoever is on call is told at once, and the next when nobody comes", async () => {
  const calling = await open();
  await calling.see(RULE);
  expect(calling.called()).toEqual(["step 1: ana"]);
  await calling.pass(5 * MINUTE_MS - 1);
  expect(calling.called()).toHaveLength(1);
  await calling.pass(1);
  expect(calling.called()).toEqual(["step 1: ana", "step 2: bob", "step 2: ana"]);
  const [view] = await calling.escalations.list(10, true);
  expect(view?.tellings.map(({ result, attempts }) => [result, attempts])).toEqual([
    ["sent", 1],
    ["sent", 1],
    ["sent", 1],
  ]);
});

test("an acknowledgement stops the clock, and stands on the trail", async () => {
  const calling = await open();
  await calling.see(RULE);
  expect(await calling.escalations.acknowledge(1, ANA)).toMatchObject({
    escalation: { state: { kind: "acknowledged", by: "ana" } },
  });
  await calling.pass(60 * MINUTE_MS);
  expect(calling.called()).toEqual(["step 1: ana"]);
  await calling.see();
  expect(await kinds(calling)).toEqual([
    "escalation.begun",
    "escalation.told",
    "escalation.delivered",
    "escalation.acknowledged",
    "escalation.ended",
  ]);
});

test("who was called may take it in hand without being an operator, others may not", async () => {
  const calling = await open();
  await calling.see(MAIL);
  expect(calling.called()).toEqual(["step 1: mia", "step 1: vera"]);
  expect(await calling.escalations.acknowledge(1, EVE)).toMatchObject({
    kind: "refusal",
    reason: "`eve` is no operator, and was not called",
  });
  expect(await calling.escalations.acknowledge(1, VERA)).toMatchObject({ escalation: { id: 1 } });
});

test("given back, the next step is taken at once", async () => {
  const calling = await open();
  await calling.see(RULE);
  await calling.escalations.acknowledge(1, ANA);
  await calling.pass(MINUTE_MS);
  await calling.escalations.giveBack(1, ANA);
  await calling.escalations.look();
  await calling.escalations.flushed();
  expect(calling.called()).toEqual(["step 1: ana", "step 2: bob", "step 2: ana"]);
});

test("handed over, somebody else is called, and the next step is taken if he does not come", async () => {
  const calling = await open();
  await calling.see(RULE);
  await calling.escalations.acknowledge(1, ANA);
  await calling.escalations.handOver(1, ANA, "mia");
  await calling.pass(0);
  expect(calling.called()).toEqual(["step 1: ana", "step 1: mia"]);
  await calling.pass(5 * MINUTE_MS);
  expect(calling.called().slice(2)).toEqual(["step 2: bob", "step 2: ana"]);
  expect(await calling.escalations.handOver(1, ANA, "nobody")).toMatchObject({ kind: "refusal" });
});

test("when the cause turns out to be a rule, network operations are called at that moment", async () => {
  const calling = await open();
  await calling.see(MAIL);
  await calling.escalations.acknowledge(1, VERA);
  await calling.pass(2 * MINUTE_MS);
  await calling.see(RULE);
  expect(calling.called()).toEqual(["step 1: mia", "step 1: vera", "step 1: ana"]);
  expect(await kinds(calling)).toContain("escalation.takenOver");
  /* What is known once is not forgotten: the same cause calls nobody twice. */
  await calling.see(MAIL);
  await calling.see(RULE);
  expect(calling.called()).toHaveLength(3);
});

test("whoever has it in hand and would be called first goes on when the cause is known", async () => {
  const calling = await open();
  await calling.see(MAIL);
  await calling.escalations.acknowledge(1, ANA);
  await calling.see(RULE);
  expect(calling.called()).toEqual(["step 1: mia", "step 1: vera"]);
});

test("that nobody has come is an alert, until somebody takes it in hand", async () => {
  const calling = await open();
  await calling.see(MAIL);
  await calling.pass(5 * MINUTE_MS);
  expect(calling.called()).toHaveLength(4);
  expect(await alarms(calling)).toEqual([]);
  await calling.pass(5 * MINUTE_MS);
  expect(await alarms(calling)).toEqual(["escalation/1/exhausted"]);
  await calling.escalations.acknowledge(1, BOB);
  await calling.pass(0);
  expect(await alarms(calling)).toEqual([]);
});

const GAP = `
on-call:
  nights:
    time-zone: Europe/Vienna
    rotation: ana
    hours: [{ days: [monday, tuesday], from: "22:00", to: "06:00" }]
escalation:
  rules:
    when: rule
    steps: [{ notify: "on-call:nights" }, { notify: bob }]
`;

test("where nobody is on call the next step is taken without waiting, and an alert says so", async () => {
  const calling = await open(GAP);
  await calling.see(RULE);
  expect(calling.called()).toEqual(["step 2: bob"]);
  expect(await alarms(calling)).toEqual(["escalation/1/nobody/on-call:nights"]);
  expect(await kinds(calling)).toContain("escalation.nobody");
  await calling.see();
  expect(await alarms(calling)).toEqual([]);
});

test("an override calls somebody else from its begin on", async () => {
  const calling = await open();
  const { roster } = calling.escalations;
  const [calendar] = await roster.calendars();
  expect(calendar?.now).toMatchObject({ login: "ana" });
  const fromMs = calendar?.now.fromMs ?? 0;
  const wish = { login: "vera", fromMs, toMs: fromMs + 60 * MINUTE_MS };
  expect(await roster.override("network", EVE, wish)).toMatchObject({ kind: "refusal" });
  expect(await roster.override("network", ANA, wish)).toMatchObject({ id: 1, by: "ana" });
  await calling.see(RULE);
  expect(calling.called()).toEqual(["step 1: vera"]);
  expect(await roster.withdraw("network", 1, ANA)).toMatchObject({ id: 1 });
  expect(await roster.withdraw("network", 1, ANA)).toMatchObject({ code: "unknown" });
});

test("a channel that is down says why, and is tried again until it takes it", async () => {
  let isDown = true;
  const receiver = await openReceiver((_, response) =>
    response.writeHead(isDown ? 503 : 200).end(),
  );
  const network: Network = callingNetwork(receiver.url);
  const calling = openCalling(await callDatabase(), () => network);
  calling.escalations.start();
  const done = calling.see(RULE);
  await receiver.came(1);
  isDown = false;
  await done;
  const [view] = await calling.escalations.list(10, true);
  expect(view?.tellings).toMatchObject([{ result: "sent", attempts: 2 }]);
  const ids = receiver.received.map(({ headers }) => headers["premortem-delivery"]);
  expect(new Set(ids).size).toBe(1);
});
