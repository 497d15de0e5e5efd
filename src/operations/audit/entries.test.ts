import { describe, expect, test } from "vitest";
import { isEntered } from "./entries.ts";
import type { WatchState } from "./model.ts";
import type { Audit } from "./service.ts";
import { openTrailed, until } from "./testing/openTrailed.ts";
import { banning } from "./testing/openWatch.ts";
import type { OwnWork } from "./who.ts";

/* What the watch has seen is evidence: each difference, how drift ended, and when nobody looked. */

const CALM = "table inet edge {\n}\n";
const DRIFT = "table inet edge {\n\tchain a {\n\t}\n}\n";
const MORE = "table inet edge {\n\tchain a {\n\t}\n\tchain b {\n\t}\n}\n";
const MINUTE_MS = 60_000;

const isWatching = ({ kind }: WatchState) => kind === "watching";
const isBlind = ({ kind }: WatchState) => kind === "blind";
const drifts = (isDrift: boolean) => (state: WatchState) =>
  state.kind === "watching" && state.drift.isDrift === isDrift;

async function watched(audit: Audit, isThere = isWatching) {
  const there = until(audit, isThere);
  await audit.start("edge");
  await there;
}

async function when(audit: Audit, isThere: (state: WatchState) => boolean, event: () => void) {
  const there = until(audit, isThere);
  event();
  await there;
}

async function open() {
  const trailed = await openTrailed(CALM);
  const audit = trailed.server();
  await watched(audit);
  const kinds = async () => (await trailed.told()).map(([kind]) => kind);
  return { ...trailed, audit, kinds };
}

test("what somebody puts in by hand is entered once, and so is its end", async () => {
  const { device, audit, told } = await open();
  await when(audit, drifts(true), () => device.change(DRIFT));
  await when(audit, drifts(false), () => device.change(CALM));
  const entries = await told();
  expect(entries).toMatchObject([
    [
      "watch.difference",
      {
        difference: 1,
        meaning: "harmless",
        parts: ["nft"],
        added: ["chain inet edge a"],
        removed: [],
        by: expect.stringContaining("unknown"),
      },
    ],
    ["watch.difference", { difference: 2, removed: ["chain inet edge a"] }],
    ["watch.driftEnded", { how: "gone", differences: [1] }],
  ]);
});

describe("whoever brings the baseline back is named:", () => {
  const CASES: readonly (readonly [string, OwnWork])[] = [
    ["reverted", { kind: "revert", login: "ana" }],
    ["undone", { kind: "undo", incident: 1, login: "ana" }],
    ["byChange", { kind: "change", change: 1 }],
  ];
  test.each(CASES)("%s", async (how, work) => {
    const { device, audit, told } = await open();
    await when(audit, drifts(true), () => device.change(DRIFT));
    const end = audit.attribute("edge", work);
    await when(audit, drifts(false), () => device.change(CALM));
    end();
    expect((await told()).at(-1)).toMatchObject(["watch.driftEnded", { how, differences: [1] }]);
  });
});

test("drift that is adopted has ended, and what came after it has not", async () => {
  const { device, audit, adopt, told } = await open();
  await when(audit, drifts(true), () => device.change(DRIFT));
  await adopt();
  await when(audit, drifts(true), () => device.change(MORE));
  await when(audit, drifts(true), () => void audit.rebase("edge"));
  expect((await told()).at(-1)).toMatchObject([
    "watch.driftEnded",
    { how: "adopted", differences: [1] },
  ]);
  await when(audit, drifts(false), () => device.change(DRIFT));
  expect((await told()).at(-1)).toMatchObject([
    "watch.driftEnded",
    { how: "gone", differences: [2] },
  ]);
});

test("another server on the same database enters nothing again but that nobody watched", async () => {
  const { device, audit, server, kinds, told } = await open();
  await when(audit, drifts(true), () => device.change(DRIFT));
  await audit.close();
  const second = server();
  await watched(second);
  expect(await kinds()).toEqual(["watch.difference", "watch.seeing"]);
  expect((await told()).at(-1)).toMatchObject([
    "watch.seeing",
    { sinceMs: expect.any(Number), reason: "premortem did not watch it" },
  ]);
  await second.close();
  device.change(CALM);
  await watched(server());
  expect((await kinds()).slice(2)).toEqual([
    "watch.seeing",
    "watch.difference",
    "watch.driftEnded",
  ]);
});

test("an entry that cannot be written is written by the watch that begins anew, once", async () => {
  for (const refused of [1, 2, 3]) {
    const { device, audit, refusing, kinds } = await open();
    await when(audit, drifts(true), () => device.change(DRIFT));
    refusing.entries = refused;
    await when(audit, drifts(false), () => device.change(CALM));
    const entered = (await kinds()).filter((kind) => kind !== "watch.blind");
    expect(entered.filter((kind) => kind !== "watch.seeing")).toEqual([
      "watch.difference",
      "watch.difference",
      "watch.driftEnded",
    ]);
    expect(entered.filter((kind) => kind === "watch.seeing")).toHaveLength(1);
  }
});

test("what live sets hold and routes are entered where an intent fares otherwise by them alone", () => {
  const difference = {
    device: "edge",
    atMs: 1,
    sinceMs: null,
    isPolled: false,
    before: "aa",
    after: "bb",
    meaning: "moves",
    broken: [],
    repaired: [],
    doubtful: [],
    added: [],
    removed: [],
    by: { kind: "unknown", reason: "", process: null },
  } as const;
  expect(isEntered({ ...difference, parts: ["nft"] }, false)).toBe(true);
  expect(isEntered({ ...difference, parts: ["nft"] }, true)).toBe(false);
  expect(isEntered({ ...difference, parts: ["nft"], broken: ["mail-out"] }, true)).toBe(true);
  expect(isEntered({ ...difference, parts: ["links", "routes"] }, false)).toBe(false);
  expect(isEntered({ ...difference, parts: ["nft", "routes"] }, false)).toBe(true);
  expect(isEntered({ ...difference, parts: ["routes"], doubtful: ["mail-out"] }, false)).toBe(true);
});

test("a ban that came before a rule is not on the trail, and the rule is", async () => {
  const asking = "iifname vpn ip saddr @bans drop";
  const { device, server, told } = await openTrailed(banning(asking, ""));
  const audit = server();
  await watched(audit);
  device.ban(banning(asking, "10.10.9.9"));
  await when(audit, drifts(true), () => device.change(banning(asking, "10.10.9.9", "counter")));
  expect(await audit.since(0)).toHaveLength(2);
  expect(await told()).toMatchObject([
    ["watch.difference", { difference: 2, added: ["inet edge forward: counter"] }],
  ]);
});

describe("blindness", () => {
  test("is entered when it begins and when it ends, with since when", async () => {
    const { device, audit, told } = await open();
    await when(audit, isBlind, () => device.breakOff());
    await until(audit, isWatching);
    const [blind, seeing, ...more] = await told();
    expect([blind, seeing]).toMatchObject([
      ["watch.blind", { sinceMs: expect.any(Number), reason: "the monitor has ended", untold: 0 }],
      ["watch.seeing", { sinceMs: blind?.[1]["sinceMs"], reason: "the monitor has ended" }],
    ]);
    expect(more).toEqual([]);
  });

  test("that goes on is one, also where the server ends meanwhile", async () => {
    const { device, audit, server, kinds, told } = await open();
    device.failing = 1_000_000;
    await when(audit, isBlind, () => device.breakOff());
    await until(audit, isBlind);
    await audit.close();
    const second = server();
    await watched(second, isBlind);
    expect(await kinds()).toEqual(["watch.blind"]);
    device.failing = 0;
    await until(second, isWatching);
    const [blind, seeing, ...more] = await told();
    expect(seeing).toMatchObject(["watch.seeing", { sinceMs: blind?.[1]["sinceMs"] }]);
    expect(more).toEqual([]);
  });

  test("that comes and goes is counted, and told once a minute", async () => {
    const { device, audit, told, pass } = await open();
    const flap = async () => {
      await when(audit, isBlind, () => device.breakOff());
      await until(audit, isWatching);
    };
    await flap();
    await flap();
    await flap();
    pass(MINUTE_MS);
    await flap();
    expect((await told()).map(([kind, { untold }]) => [kind, untold])).toEqual([
      ["watch.blind", 0],
      ["watch.seeing", undefined],
      ["watch.blind", 2],
      ["watch.seeing", undefined],
    ]);
  });
});
