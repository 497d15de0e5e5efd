import { expect, test } from "vitest";
import { openReceiver, takes } from "../../platform/notify/testing/receiver.ts";
import { MAXIMUM_TEXT } from "./clean.ts";
import { alertDatabase, messageOf, openTold, toldOf } from "./testing/openTold.ts";
import { raisedOf } from "./testing/raised.ts";

const LONG_MS = 60_000;
const STORM = 100;
/** Messages that a storm may become: a burst, and what has gathered behind it. */
const FEW = 10;
const keys = Array.from({ length: STORM }, (_, index) => `probe/${index}`);

test("a storm of one cause is one message", { timeout: LONG_MS }, async () => {
  const receiver = await openReceiver();
  const alerts = openTold(await alertDatabase(), receiver.url);
  alerts.start();
  await Promise.all(keys.map((key) => alerts.raise(raisedOf(key, "cause/1"))));
  await alerts.flushed();
  expect(receiver.received.map(toldOf)).toEqual([["cause/1 opened"]]);
  expect(await alerts.list({ limit: 200, beforeId: null })).toHaveLength(STORM);
  for (const key of keys) await alerts.end(key);
  await alerts.flushed();
  const [, end] = receiver.received.map(messageOf);
  expect(receiver.received.map(toldOf).slice(1)).toEqual([["cause/1 resolved"]]);
  expect(end?.groups[0]?.alertCount).toBe(STORM);
});

test("a storm of many causes is few messages, and none is lost", { timeout: LONG_MS }, async () => {
  const receiver = await openReceiver();
  const alerts = openTold(await alertDatabase(), receiver.url);
  alerts.start();
  await Promise.all(keys.map((key) => alerts.raise(raisedOf(key, `cause/${key}`))));
  await alerts.flushed();
  const told = receiver.received.flatMap(toldOf);
  expect(told.sort()).toEqual(keys.map((key) => `cause/${key} opened`).sort());
  expect(receiver.received.length).toBeLessThanOrEqual(FEW);
  const titles = receiver.received.map((one) => messageOf(one).title);
  expect(titles.some((title) => /fails \(and \d+ more\)$/.test(title))).toBe(true);
});

test("a channel that is down is told when it is back, once, and its state says so", async () => {
  const down = await openReceiver();
  const { url, port } = down;
  await down.close();
  const alerts = openTold(await alertDatabase(), url);
  alerts.start();
  await alerts.raise(raisedOf("a", "g"));
  await alerts.raise(raisedOf("b", "h"));
  await expect
    .poll(async () => (await alerts.channels())[0])
    .toMatchObject({
      name: "webhook",
      state: { kind: "failing", reason: expect.stringContaining("ECONNREFUSED") },
      waiting: 2,
    });
  const back = await openReceiver(takes, port);
  await alerts.flushed();
  expect(back.received.flatMap(toldOf)).toEqual(["g opened", "h opened"]);
  expect((await alerts.channels())[0]).toMatchObject({ state: { kind: "ok" }, waiting: 0 });
});

test("what came and went while a channel was down is told as over", async () => {
  const down = await openReceiver();
  await down.close();
  const database = await alertDatabase();
  const alerts = openTold(database, down.url);
  await alerts.raise(raisedOf("a", "g"));
  await alerts.end("a");
  alerts.start();
  const back = await openReceiver(takes, down.port);
  await back.came(1);
  expect(back.received.map(toldOf)).toEqual([["g resolved"]]);
});

test("a channel that hangs holds up no other", async () => {
  const hanging = await openReceiver(() => undefined);
  const quick = await openReceiver();
  const alerts = openTold(await alertDatabase(), hanging.url, { alertmanager: quick.url });
  alerts.start();
  await alerts.raise(raisedOf("a", "g"));
  await hanging.came(1);
  await quick.came(1);
  await alerts.raise(raisedOf("b", "h"));
  const [, second] = await quick.came(2);
  expect(second?.path).toBe("/api/v2/alerts");
  const states = (await alerts.channels()).map(({ name, state }) => `${name} ${state.kind}`);
  expect(states).toEqual(["webhook unused", "alertmanager ok"]);
});

test("what was raised before a server was killed is told by the next one", async () => {
  const database = await alertDatabase();
  const receiver = await openReceiver();
  const killed = openTold(database, receiver.url);
  await killed.raise(raisedOf("probe/smtp", "cause/1"));
  await killed.close();
  expect(receiver.received).toEqual([]);
  const next = openTold(database, receiver.url);
  next.start();
  await receiver.came(1);
  await next.flushed();
  expect(receiver.received.map(toldOf)).toEqual([["cause/1 opened"]]);
});

test("killed while it tells, the next server tells exactly the same, under the same id", async () => {
  const database = await alertDatabase();
  const deaf = await openReceiver(() => undefined);
  const killed = openTold(database, deaf.url);
  killed.start();
  await killed.raise(raisedOf("a", "g"));
  const [lost] = await deaf.came(1);
  await killed.close();
  const receiver = await openReceiver();
  const next = openTold(database, receiver.url);
  await next.raise(raisedOf("b", "h"));
  next.start();
  await next.flushed();
  const [again, after] = receiver.received;
  expect(again?.body).toBe(lost?.body);
  expect(again?.headers["premortem-delivery"]).toBe(lost?.headers["premortem-delivery"]);
  expect([again, after].flatMap((one) => (one === undefined ? [] : toldOf(one)))).toEqual([
    "g opened",
    "h opened",
  ]);
});

test("whatever texts hold arrives as text, and not without end", async () => {
  const receiver = await openReceiver();
  const alerts = openTold(await alertDatabase(), receiver.url);
  alerts.start();
  await alerts.raise(
    raisedOf("a\r\nb", "g\u0000", {
      title: "<img src=x onerror=alert(1)>\nsecond line\ud800",
      text: `first\r\nsecond\u0007${"😀".repeat(1_000_000)}`,
      labels: Object.fromEntries(keys.map((key) => [key, "x".repeat(100_000)])),
    }),
  );
  const [message] = (await receiver.came(1)).map(messageOf);
  const alert = message?.groups[0]?.alerts[0];
  expect(message?.title).toBe("<img src=x onerror=alert(1)> second line");
  expect(alert?.key).toBe("a b");
  expect(alert?.text).toMatch(/^first\nsecond\ufffd😀/u);
  expect(alert?.text.length).toBeLessThanOrEqual(MAXIMUM_TEXT);
  expect(alert?.text).not.toMatch(/\p{Surrogate}/u);
  expect(receiver.received[0]?.body.length).toBeLessThan(20_000);
});
