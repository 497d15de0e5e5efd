import { describe, expect, test } from "vitest";
import { openLogReader } from "../../operations/monitor/log/read.ts";
import { Kernel } from "../kernel/kernel.ts";
import { openTime } from "../time.ts";
import type { SecondCounts } from "./counts.ts";
import { BOOT_RULESET, fatalCommand, type RulePosition } from "./ruleset.ts";
import { openWorld } from "./world.ts";

/** As the laboratory was measured: 5 mails a second in each direction, half as many logins to read. */
const RATE = 5;
const STEADY_MS = 30_000;

function play(seed = 1) {
  const time = openTime(0);
  const kernel = new Kernel({ time, files: new Map() });
  kernel.run(BOOT_RULESET);
  const world = openWorld({ time, kernel, seed, rate: RATE });
  const lines: { readonly atMs: number; readonly line: string }[] = [];
  for (const { log } of Object.values(world.hosts))
    log.follow((line) => lines.push({ atMs: time.nowMs(), line }));
  const complaints: number[] = [];
  world.onComplaint(() => complaints.push(time.nowMs()));
  const good = `flush ruleset\n${kernel.list({ stateless: true, handles: false, terse: false })}`;
  /** Of the seconds that began since. */
  const since = (fromMs: number) => world.counts().filter(({ atMs }) => atMs >= fromMs);
  return {
    world,
    time,
    kernel,
    lines,
    complaints,
    since,
    break: (position: RulePosition) =>
      expect(kernel.run(fatalCommand(position)).kind).toBe("loaded"),
    mend: () => kernel.run(good),
  };
}

function sum(seconds: readonly SecondCounts[], what: keyof SecondCounts): number {
  return seconds.reduce((total, second) => total + second[what], 0);
}

test("the same seed and the same deeds give the same history", () => {
  const histories = [7, 7, 8].map((seed) => {
    const { time, lines, complaints, ...played } = play(seed);
    time.advance(STEADY_MS);
    played.break("first");
    time.advance(STEADY_MS);
    played.mend();
    for (let step = 0; step < 100; step++) time.advance(300);
    return JSON.stringify({ lines, complaints, counts: played.world.counts() });
  });
  expect(histories[0]).toBe(histories[1]);
  expect(histories[0]).not.toBe(histories[2]);
});

test("where nothing is in the way, everything works", () => {
  const { time, world, since, complaints } = play();
  time.advance(60_000);
  const all = since(0);
  expect(sum(all, "deliveredIn")).toBeGreaterThan(200);
  expect(sum(all, "deliveredOut")).toBeGreaterThan(200);
  expect(sum(all, "failedLogins") + sum(all, "refusedIn") + sum(all, "deferredOut")).toBe(0);
  expect(complaints).toEqual([]);
  expect(world.hosts.mail1.queue.length).toBeLessThan(5);
});

describe("the fatal rule in front of what lets established connections through", () => {
  test("ends everything within 5 s, and what is logged first is an error of the database", () => {
    const { time, world, since, lines, complaints, ...played } = play();
    time.advance(STEADY_MS);
    played.break("first");
    time.advance(60_000);
    const cut = since(STEADY_MS + 5_000);
    expect(sum(cut, "deliveredIn") + sum(cut, "deliveredOut") + sum(cut, "logins")).toBe(0);
    const said = lines.filter(({ line }) => /error|warning/i.test(line));
    expect(said[0]?.line).toMatch(
      /dovecot: auth: Error: pgsql\(10\.10\.4\.10\): Connect failed: Timeout after 5 seconds$/,
    );
    expect((said[0]?.atMs ?? 0) - STEADY_MS).toBeLessThanOrEqual(6_000);
    expect(
      lines.some(({ line }) =>
        line.includes("SASL PLAIN authentication failed: Connection lost to authentication server"),
      ),
    ).toBe(true);
    /* Nobody can hand mail in, and nobody's recipients are known: an alert on the queue stays green. */
    expect(world.hosts.mail1.queue.length + world.hosts.mail2.queue.length).toBeLessThan(10);
    expect((complaints[0] ?? Infinity) - STEADY_MS).toBeLessThan(20_000);
    expect(complaints.length).toBeGreaterThan(10);
  });

  test("leaves nothing behind after a minute", () => {
    const { time, world, since, lines, ...played } = play();
    time.advance(STEADY_MS);
    played.break("first");
    time.advance(60_000);
    played.mend();
    const mendedMs = time.nowMs();
    time.advance(120_000);
    const within = (ms: number) => since(mendedMs + ms);
    expect(sum(within(40_000), "failedLogins")).toBe(0);
    expect(sum(within(90_000), "refusedIn")).toBe(0);
    expect(world.hosts.mail1.queue.length + world.hosts.mail2.queue.length).toBeLessThan(10);
    expect(lines.some(({ line }) => line.includes("status=bounced"))).toBe(false);
  });

  test("hurts for longer the longer it stood: after two minutes, logins fail for 20 to 60 s more", () => {
    const { time, since, ...played } = play();
    time.advance(STEADY_MS);
    played.break("first");
    time.advance(120_000);
    played.mend();
    const mendedMs = time.nowMs();
    time.advance(120_000);
    const failing = since(mendedMs).filter(({ failedLogins }) => failedLogins > 0);
    const lastS = ((failing.at(-1)?.atMs ?? mendedMs) - mendedMs) / 1_000;
    expect(lastS).toBeGreaterThan(20);
    expect(lastS).toBeLessThan(60);
  });
});

describe.each(["late", "wan"] as const)("the fatal rule in position `%s`", (position) => {
  test("keeps mail from leaving alone, and what is logged is that names are not found", () => {
    const { time, world, since, lines, ...played } = play();
    time.advance(STEADY_MS);
    played.break(position);
    const brokenMs = time.nowMs();
    time.advance(60_000);
    const cut = since(brokenMs + 1_000);
    expect(sum(cut, "failedLogins") + sum(cut, "refusedIn")).toBe(0);
    expect(sum(cut, "deliveredIn")).toBeGreaterThan(200);
    expect(sum(since(brokenMs + 5_000), "deliveredOut")).toBe(0);
    const waiting = world.hosts.mail1.queue.length + world.hosts.mail2.queue.length;
    expect(waiting).toBeGreaterThan(200);
    const first = lines.find(({ line }) => line.includes("status=deferred"));
    expect(first?.line).toMatch(
      /\(Host or domain name not found\. Name service error for name=\S+ type=MX: Host not found, try again\)$/,
    );
    expect((first?.atMs ?? 0) - brokenMs).toBeLessThanOrEqual(10_000);
    expect(
      lines.some(({ line }) => line.includes("(delivery temporarily suspended: Host or domain")),
    ).toBe(true);
  });

  test("has a tail of half a minute and more, which flushing the queue cuts off", () => {
    const tails = [false, true].map((isFlushed) => {
      const { time, world, since, ...played } = play();
      time.advance(STEADY_MS);
      played.break(position);
      time.advance(75_000);
      played.mend();
      const mendedMs = time.nowMs();
      if (isFlushed) for (const { queue } of Object.values(world.hosts)) queue.flush();
      time.advance(150_000);
      const waiting = since(mendedMs).filter((second) => second.waiting > 20);
      return ((waiting.at(-1)?.atMs ?? mendedMs) - mendedMs) / 1_000;
    });
    expect(tails[0]).toBeGreaterThan(30);
    expect(tails[0]).toBeLessThan(150);
    expect(tails[1]).toBeLessThan(20);
  });
});

test("a rule that rejects is told at once, in the words of the system", () => {
  const { time, lines, kernel } = play();
  time.advance(STEADY_MS);
  const set = "ip saddr @mail tcp dport 25 reject with icmp host-unreachable";
  expect(kernel.run(`insert rule inet edge forward ${set}`).kind).toBe("loaded");
  time.advance(5_000);
  const refused = lines.filter(({ line }) => /\]:25: No route to host$/.test(line));
  expect(refused.length).toBeGreaterThan(5);
});

test("lines are read by the reader that reads those of real servers", () => {
  const { time, lines, ...played } = play();
  time.advance(STEADY_MS);
  played.break("wan");
  time.advance(30_000);
  played.mend();
  played.break("first");
  time.advance(60_000);
  const reader = openLogReader();
  const events = lines.flatMap(({ line }) => reader.read(line) ?? []);
  const kinds = new Set(
    events.map((event) =>
      "trouble" in event ? `${event.kind} ${event.trouble.kind}` : event.kind,
    ),
  );
  expect([...kinds].sort()).toEqual([
    "accepted",
    "deferred names",
    "sent",
    "trouble database",
    "trouble login",
  ]);
});

test("an outage of hours costs no more than a queue holds", () => {
  const { time, world, ...played } = play();
  played.break("wan");
  time.advance(3_600_000);
  for (const { queue } of Object.values(world.hosts))
    expect(queue.length).toBeLessThanOrEqual(5_000);
}, 60_000);
