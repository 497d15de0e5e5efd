import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../engine/bdd/index.ts";
import { beginHost, beginTrial, type HostCounts, INTERVAL_MS, take, type Usual } from "./host.ts";

const RATES = { meanRunLength: 90 * 17_280, chanceOfTrial: 1 / 5_000 };
const LEARNT: Usual = { mean: 25, burstiness: 1 };
const LEARNING: Usual = { mean: null, burstiness: 1 };

function run(host: HostCounts, counts: Iterable<number>, usual: Usual, rates = RATES) {
  let now = host;
  let interval = 0;
  for (const count of counts) {
    interval++;
    const { host: next, news } = take(now, count, usual, interval * INTERVAL_MS, rates);
    now = next;
    if (news.kind !== "nothing") return { host: now, interval, news };
  }
  return { host: now, interval: null, news: null };
}

const same = (count: number, times: number) => Array.from({ length: times }, () => count);
const peace = (usual: Usual, count = 25, times = 400) =>
  run(beginHost(RATES), same(count, times), usual).host;

test("nothing where five a second are usual is told within two intervals", () => {
  const { interval, news } = run(peace(LEARNT), same(0, 10), LEARNT);
  expect(interval).toBe(2);
  expect(news).toMatchObject({
    kind: "dropped",
    gathered: { count: 0, expected: expect.closeTo(50, 0) },
  });
});

test("a tenth is an outage, half is a quiet day", () => {
  expect(run(peace(LEARNT), same(2, 50), LEARNT).interval).toBe(2);
  expect(run(peace(LEARNT), same(12, 5_000), LEARNT).interval).toBeNull();
});

test("a holiday at a fifth is peace once it has begun slowly", () => {
  const slowly = Array.from({ length: 2_000 }, (_, index) =>
    Math.round(25 * Math.exp(-index / 1_000)),
  );
  const holiday = run(peace(LEARNT), slowly, LEARNT);
  expect(holiday.interval).toBeNull();
  expect(run(holiday.host, same(4, 3_000), LEARNT).interval).toBeNull();
  expect(run(holiday.host, same(0, 50), LEARNT).interval).toBeLessThan(20);
});

test("bursts need more evidence", () => {
  const bursts = { mean: 25, burstiness: 10 };
  expect(run(peace(bursts), same(0, 50), bursts).interval).toBeGreaterThan(2);
});

test("where nothing is learnt, nothing is told", () => {
  expect(run(peace(LEARNING), same(0, 5_000), LEARNING).interval).toBeNull();
});

describe("behind a change", () => {
  const changed = (usual: Usual, count = 25, times = 400) =>
    beginTrial(peace(usual, count, times), usual, 0);

  test("half is found as well", () => {
    expect(run(changed(LEARNT), same(12, 100), LEARNT).interval).toBeLessThan(15);
  });
  test("what comes as before is nothing", () => {
    expect(run(changed(LEARNT), same(22, 500), LEARNT).interval).toBeNull();
    expect(run(changed(LEARNING), same(20, 500), LEARNING).interval).toBeNull();
  });
  test("less is needed", () => {
    const slow = { mean: 1, burstiness: 1 };
    const before = run(peace(slow, 1), same(0, 500), slow).interval ?? 0;
    expect(run(changed(slow, 1), same(0, 500), slow).interval).toBeLessThan(0.6 * before);
  });
  test("an outage is found before a season is learnt", () => {
    expect(run(changed(LEARNING), same(0, 10), LEARNING).interval).toBe(1);
  });
  test("what was not seen before cannot have dropped", () => {
    expect(run(changed(LEARNING, 25, 10), same(0, 500), LEARNING).interval).toBeNull();
    expect(run(changed(LEARNING, 0), same(0, 500), LEARNING).interval).toBeNull();
  });
  test("it ends by itself", () => {
    const later = run(changed(LEARNING), same(25, 121), LEARNING);
    expect(later.host.trial).toBeNull();
  });
  test("a false alarm is as seldom as stated", () => {
    const random = seededRandom(5);
    const rates = { ...RATES, chanceOfTrial: 1 / 50 };
    /* The least that is peace: 0.7 of 5. */
    const usual = { mean: 5, burstiness: 1 };
    const before = changed(usual, 5);
    let alarms = 0;
    for (let i = 0; i < 2_000; i++) {
      const counts = Array.from({ length: 120 }, () => poisson(random, 3.5));
      if (run(before, counts, usual, rates).interval !== null) alarms++;
    }
    expect(alarms).toBeLessThan(2_000 / 50);
  });
});

test("mails that come again are told, and the level is what it was", () => {
  const down = run(peace(LEARNT), same(0, 10), LEARNT).host;
  const { news, interval, host } = run(down, [0, 0, 0, 0, 3, 24, 26], LEARNT);
  expect([news?.kind, interval, host.level]).toEqual(["over", 6, expect.closeTo(1, 1)]);
});

test("a day later, less is what is usual", () => {
  const down = run(peace(LEARNT), same(0, 10), LEARNT).host;
  const { news, interval } = run(down, same(0, 20_000), LEARNT);
  expect([news?.kind, interval]).toEqual(["over", 17_280]);
});

function poisson(random: () => number, mean: number): number {
  const end = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > end; product *= random()) count++;
  return count;
}
