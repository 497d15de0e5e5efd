import { describe, expect, test, vi } from "vitest";
import type { WatchState } from "./model.ts";
import { banning, openWatch } from "./testing/openWatch.ts";

const isWatching = ({ kind }: WatchState) => kind === "watching";
const isBlind = ({ kind }: WatchState) => kind === "blind";
const isDrifting = (state: WatchState) => state.kind === "watching" && state.drift.isDrift;

test("a store that is away for a moment makes a device blind, and it is watched again", async () => {
  const { device, audit, refusing, faults, until } = await openWatch();
  const watching = until(isWatching);
  audit.start();
  await watching;
  const blind = until(isBlind);
  refusing.writes = 1;
  device.change("table inet edge {\n\tchain a {\n\t}\n}\n");
  await blind;
  expect(audit.state).toMatchObject({ reason: expect.stringContaining("the database is away") });
  expect(faults).toHaveLength(1);
  await until(isDrifting);
  await audit.stop();
});

test("a read-back that fails once is repeated, without another change", async () => {
  const { device, audit, until } = await openWatch();
  const watching = until(isWatching);
  audit.start();
  await watching;
  const blind = until(isBlind);
  device.failing = 1;
  device.change("table inet edge {\n\tchain a {\n\t}\n}\n");
  await blind;
  await until(isDrifting);
  await audit.stop();
});

test("a difference is told behind the decision on a load that waits for one, as it was read before", async () => {
  const { device, audit, decisions, until } = await openWatch();
  const watching = until(isWatching);
  audit.start();
  await watching;
  const decide = decisions.begin();
  const { reads } = device;
  const drifting = until(isDrifting);
  device.change("table inet edge {\n\tchain a {\n\t}\n}\n");
  await vi.waitFor(() => expect(device.reads).toBe(reads + 1));
  device.rules = "table inet edge {\n}\n";
  expect(isDrifting(audit.state)).toBe(false);
  decide();
  await drifting;
  await audit.stop();
});

test("a watch whose end cannot be kept ends all the same", async () => {
  const { audit, refusing, faults, until } = await openWatch();
  const watching = until(isWatching);
  audit.start();
  await watching;
  refusing.writes = 1;
  await audit.stop();
  expect(faults).toHaveLength(1);
});

const COUNTING = "ip saddr 10.99.0.1 counter accept";

describe("what a live set held meanwhile", () => {
  async function differencesOf(asking: string, bans: string) {
    const { device, audit, until, differences } = await openWatch(banning(asking, ""));
    const watching = until(isWatching);
    audit.start();
    await watching;
    const drifting = until(isDrifting);
    device.ban(banning(asking, bans));
    device.change(banning(asking, bans, COUNTING));
    await drifting;
    await audit.stop();
    return differences;
  }

  test("is no part of the rule that somebody puts in behind it", async () => {
    const [moved, ruled, ...more] = await differencesOf(
      "ip saddr @bans drop",
      "10.10.2.11, 10.10.2.12",
    );
    expect(moved).toMatchObject({
      added: ["inet edge set bans: elements = { 10.10.2.11, 10.10.2.12 }"],
      removed: [],
      sinceMs: expect.any(Number),
      by: { kind: "unknown", reason: "elements of a live set moved" },
    });
    expect([...(moved?.broken ?? []), ...(moved?.doubtful ?? [])]).toContain("mail-out");
    expect(ruled).toMatchObject({
      before: moved?.after,
      added: [`inet edge forward: ${COUNTING}`],
      removed: [],
      broken: [],
      doubtful: [],
      sinceMs: null,
    });
    expect(more).toEqual([]);
  });
});
