import { afterEach, describe, expect, test } from "vitest";
import { makeSnapshot } from "../inventory/snapshot.ts";
import type { SeenDifference, WatchState } from "./model.ts";
import { OFTEN_MS, pollingOf, SELDOM_MS } from "./polling.ts";
import { openWatch } from "./testing/openWatch.ts";

const RULES = "table inet edge {\n}\n";
const WITH_CHAIN = "table inet edge {\n\tchain a {\n\t}\n}\n";
const BLOCKED = "create blocked hash:net family inet\n";
const ADD = "add blocked 10.10.2.8/29\n";
const LEGACY = "*filter\n-A FORWARD -m set --match-set blocked src -j DROP\nCOMMIT\n";
const WITH_SET = { ipset: BLOCKED, "iptables-legacy-save": LEGACY };
const NOBODY = "nothing tells of changes of ipset as they come; nobody was logged in over ssh";

type Watching = Awaited<ReturnType<typeof openWatch>>;
let open: Watching | null = null;
afterEach(() => open?.audit.stop());

/** A watch that has read the device once. */
async function watching(parts: Readonly<Record<string, string>> = {}): Promise<Watching> {
  const watch = await openWatch(RULES, parts);
  open = watch;
  watch.device.logins = `\n${Math.round(watch.time.clock() / 1_000)} +0000\n`;
  const isThere = watch.until(({ kind }) => kind === "watching");
  watch.audit.start();
  await isThere;
  await watch.time.someWait();
  return watch;
}

/** The next one, or what is told of the device before it. */
function next({ events }: Watching): Promise<SeenDifference | WatchState> {
  return new Promise((resolve) => {
    const end = events.subscribe((event) => {
      end();
      resolve(event.kind === "difference" ? event.difference : event.state);
    });
  });
}

describe("what has no events", () => {
  test("is found at once where somebody asks", async () => {
    const watch = await watching(WITH_SET);
    const { reads } = watch.device;
    watch.device.quietly({ ipset: `${BLOCKED}${ADD}` });
    const found = next(watch);
    watch.audit.lookNow();
    expect(await found).toMatchObject({ isPolled: true, meaning: "breaks" });
    expect(watch.device.reads).toBe(reads + 1);
  });

  test("is found by the clock, and is told with the time in which it came", async () => {
    const watch = await watching(WITH_SET);
    const beganMs = watch.time.clock();
    watch.device.quietly({ ipset: `${BLOCKED}${ADD}` });
    const found = next(watch);
    await watch.time.pass(OFTEN_MS);
    expect(await found).toMatchObject({
      isPolled: true,
      sinceMs: beganMs,
      atMs: beganMs + OFTEN_MS,
      parts: ["ipset"],
      meaning: "breaks",
      broken: expect.arrayContaining(["mail-out"]),
      added: ["ipset: add blocked 10.10.2.8/29"],
      removed: [],
      by: { kind: "unknown", reason: NOBODY, process: null },
    });
  });

  test("is told for itself beside what an event tells of", async () => {
    const watch = await watching(WITH_SET);
    watch.device.quietly({ ipset: `${BLOCKED}${ADD}` });
    const drifting = watch.until((state) => state.kind === "watching" && state.drift.isDrift);
    watch.device.change(WITH_CHAIN);
    await drifting;
    const [set, chain, ...more] = watch.differences;
    expect(set).toMatchObject({ isPolled: true, parts: ["ipset"], by: { process: null } });
    expect(chain).toMatchObject({
      before: set?.after,
      isPolled: false,
      sinceMs: null,
      added: ["chain inet edge a"],
      broken: [],
      by: { process: "nft" },
    });
    expect(more).toEqual([]);
  });

  test("comes in front of the rules that ask it, and goes with them", async () => {
    const watch = await watching();
    const drifting = watch.until((state) => state.kind === "watching" && state.drift.isDrift);
    watch.device.quietly({ ipset: BLOCKED, "iptables-nft-save": LEGACY });
    watch.device.change(RULES);
    await drifting;
    const gone = watch.until((state) => state.kind === "watching" && !state.drift.isDrift);
    watch.device.quietly({ ipset: "", "iptables-nft-save": "" });
    watch.device.change(RULES);
    await gone;
    expect(watch.differences.map(({ parts }) => parts)).toEqual([
      ["ipset"],
      ["iptables-nft"],
      ["ipset", "iptables-nft"],
    ]);
  });

  test("is no difference where it moves all day, but where an intent fares otherwise by it", async () => {
    const bans = "create blocked hash:ip family inet timeout 600\n";
    const watch = await watching({ ...WITH_SET, ipset: bans });
    watch.device.quietly({ ipset: `${bans}add blocked 192.0.2.9\n` });
    await watch.time.pass(SELDOM_MS);
    await watch.time.someWait();
    expect(watch.differences).toEqual([]);
    const found = next(watch);
    watch.device.quietly({ ipset: `${bans}add blocked 10.10.2.11\nadd blocked 10.10.2.12\n` });
    await watch.time.pass(OFTEN_MS);
    await watch.time.someWait();
    expect(watch.differences).toEqual([]);
    await watch.time.pass(SELDOM_MS);
    expect(await found).toMatchObject({
      broken: expect.arrayContaining(["mail-out"]),
      by: { reason: "elements of a live set moved" },
    });
  });
});

describe("a read-back by the clock", () => {
  test("says nothing where nothing differs, and is counted from the one before", async () => {
    const watch = await watching(WITH_SET);
    const { reads } = watch.device;
    await watch.time.pass(OFTEN_MS - 1);
    expect(watch.time.waits()).toEqual([1]);
    await watch.time.pass(1);
    await watch.time.someWait();
    expect(watch.time.waits()).toEqual([OFTEN_MS]);
    expect(watch.device.reads).toBe(reads + 1);
    expect(watch.differences).toEqual([]);
  });

  test("that fails makes the device blind", async () => {
    const watch = await watching(WITH_SET);
    const found = next(watch);
    watch.device.failing = 1;
    await watch.time.pass(OFTEN_MS);
    expect(await found).toMatchObject({ kind: "blind" });
  });

  test("that lacks what could be read before makes it blind, and blames nobody", async () => {
    const watch = await watching(WITH_SET);
    const found = next(watch);
    watch.device.refuse("ipset");
    await watch.time.pass(OFTEN_MS);
    expect(await found).toMatchObject({ kind: "blind", reason: "ipset: the kernel is busy" });
    expect(watch.differences).toEqual([]);
  });

  test("hides no break of the stream, and no timer outlives the watch", async () => {
    const watch = await watching(WITH_SET);
    const found = next(watch);
    watch.device.breakOff();
    expect(await found).toMatchObject({ kind: "blind", reason: "the monitor has ended" });
    await watch.audit.stop();
    expect(watch.time.waits()).toEqual([]);
  });

  test("finds tables that begin to exist, and looks more often from then on", async () => {
    const watch = await watching();
    expect(watch.audit.state).toMatchObject({
      polling: { everyMs: SELDOM_MS, withoutEvents: [], text: expect.stringContaining("60 s") },
    });
    const drifting = watch.until((state) => state.kind === "watching" && state.drift.isDrift);
    watch.device.quietly({ "iptables-legacy-save": "*filter\n-A INPUT -j ACCEPT\nCOMMIT\n" });
    await watch.time.pass(SELDOM_MS);
    await drifting;
    expect(watch.differences).toMatchObject([
      { isPolled: true, added: expect.arrayContaining(["iptables-legacy: -A INPUT -j ACCEPT"]) },
    ]);
    expect(watch.audit.state).toMatchObject({
      polling: {
        everyMs: OFTEN_MS,
        withoutEvents: ["iptables-legacy"],
        text: expect.stringContaining("iptables-legacy tells of no changes: all is read every 5 s"),
      },
    });
    await watch.time.someWait();
    expect(watch.time.waits()).toEqual([OFTEN_MS]);
  });

  test("proves nothing of routes, and says so", async () => {
    const watch = await watching();
    const found = next(watch);
    watch.device.quietly({ ip: '[{"ifname":"dmz","operstate":"DOWN"}]' });
    await watch.time.pass(SELDOM_MS);
    expect(await found).toMatchObject({ isPolled: true, meaning: "unclear", broken: [] });
  });
});

describe("an event", () => {
  test("that comes just behind a read-back by the clock is the one that has led to it", async () => {
    const watch = await watching();
    watch.device.rules = WITH_CHAIN;
    await watch.time.pass(SELDOM_MS);
    const found = next(watch);
    await watch.time.someWait();
    watch.device.change(WITH_CHAIN);
    expect(await found).toMatchObject({ isPolled: false, sinceMs: null, by: { process: "nft" } });
    await watch.time.someWait();
    expect(watch.differences).toHaveLength(1);
  });

  test("that was missed is made up for", async () => {
    const watch = await watching();
    const beganMs = watch.time.clock();
    watch.device.rules = WITH_CHAIN;
    await watch.time.pass(SELDOM_MS);
    const found = next(watch);
    await watch.time.pass(500);
    expect(await found).toMatchObject({
      isPolled: true,
      sinceMs: beganMs,
      parts: ["nft"],
      by: { kind: "unknown", process: null },
    });
  });
});

test.each([
  ["nothing", {}, 0, SELDOM_MS, []],
  ["sets", { ipset: BLOCKED }, 0, OFTEN_MS, ["ipset"]],
  [
    "tables that let everything pass",
    { "iptables-legacy": "*filter\n:INPUT ACCEPT [0:0]\n" },
    0,
    SELDOM_MS,
    [],
  ],
  [
    "a policy",
    { "ip6tables-legacy": "*filter\n:INPUT DROP [0:0]\n" },
    0,
    OFTEN_MS,
    ["ip6tables-legacy"],
  ],
  ["what takes long to read", { ipset: BLOCKED }, 400, 8_000, ["ipset"]],
])("a device that holds %s", (_name, parts, tookMs, everyMs, withoutEvents) => {
  const texts = Object.entries(parts).map(([name, text]) => ({ name, text }));
  expect(pollingOf(makeSnapshot("edge", texts), tookMs)).toMatchObject({ everyMs, withoutEvents });
});
