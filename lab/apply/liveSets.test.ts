import { rmSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { readListing } from "../../src/operations/apply/listing.ts";
import { liveSets, lossesOf } from "../../src/operations/apply/liveSets.ts";
import { describeWith } from "../../test/requirements.ts";
import { armInput, EXIT, here, LONG_S, OTHERS, TestDevice } from "./testDevice.ts";

/* What packets and clocks have put into sets is there behind a load and behind the way back. */

const device = new TestDevice(`pm-live-${process.pid}`);

const table = (sets: string, rules = "") => `table inet edge {
${sets}
	chain forward {
		type filter hook forward priority filter; policy accept;
${rules}	}
}
`;
const set = (...lines: readonly string[]) =>
  `\tset bans {\n${lines.map((line) => `\t\t${line}\n`).join("")}\t}\n`;

const BANS = set("type ipv4_addr", "flags timeout");
const DROP = "\t\tip saddr @bans drop\n";
const BASE = table(BANS, DROP);
/** The same keys, defined in another way. */
const WIDER = table(set("type ipv4_addr", "flags dynamic,timeout", "timeout 1d"), DROP);
const OTHER_KEYS = table(set("type ipv6_addr", "flags timeout"), "\t\tip6 saddr @bans drop\n");
const NO_TIMES = table(set("type ipv4_addr", "size 65535", "flags dynamic"), DROP);
const WITHOUT = table("", "\t\ttcp dport 25 drop\n");
const ONE_MORE = table(
  `${BANS}\n\tset more {\n\t\ttype ipv4_addr\n\t\tflags timeout\n\t}\n`,
  `${DROP}\t\tip saddr @more drop\n`,
);

const ban = (last: number, time = "1h") =>
  device.nft(`add element inet edge bans { 192.0.2.${last} timeout ${time} }\n`);
const bans = () =>
  [...device.inside(["nft", "list", "set", "inet", "edge", "bans"]).out.matchAll(/192\.0\.2\.\d+/g)]
    .map(([address]) => Number(address.split(".").at(-1)))
    .sort((a, b) => a - b);
/** Seconds that a ban has left. */
function left(last: number): number {
  const { out } = device.inside(["nft", "-j", "list", "set", "inet", "edge", "bans"]);
  const found = new RegExp(`"192\\.0\\.2\\.${last}"[^}]*"expires": (\\d+)`).exec(out);
  return Number(found?.[1]);
}
const run = (verb: string) => expect(device.run(verb, "1")).toMatchObject({ code: EXIT.done });
const arm = (candidate: string) =>
  expect(device.arm(1, LONG_S, armInput(BASE, candidate))).toMatchObject({ code: EXIT.done });

const setsOf = (before: string, after: string) =>
  liveSets(readListing(before) ?? [], readListing(after) ?? []);

describe("which live sets are filled again", () => {
  const NAME = "set inet edge bans";
  test.each<[string, string, string, ReturnType<typeof setsOf>]>([
    ["unchanged", BASE, BASE, { all: [NAME], carried: [], lost: [], refilled: [] }],
    ["as wide", BASE, WIDER, { all: [NAME], carried: [NAME], lost: [], refilled: [NAME] }],
    ["of other keys", BASE, OTHER_KEYS, { all: [], carried: [], lost: [NAME], refilled: [] }],
    ["without times", BASE, NO_TIMES, { all: [NAME], carried: [], lost: [NAME], refilled: [NAME] }],
    ["gone", BASE, WITHOUT, { all: [], carried: [], lost: [NAME], refilled: [] }],
    ["gone with its table", BASE, "", { all: [], carried: [], lost: [NAME], refilled: [] }],
    ["new", WITHOUT, BASE, { all: [], carried: [], lost: [], refilled: [] }],
  ])("%s", (_name, before, after, expected) => {
    expect(setsOf(before, after)).toEqual(expected);
  });

  test("what is lost is counted before the load", () => {
    const elements = 'elements = { 192.0.2.1 timeout 1h comment "a, b", 192.0.2.2 timeout 1h }';
    const listed = table(set("type ipv4_addr", "flags timeout", elements), DROP);
    const told = (after: string) => lossesOf(setsOf(BASE, after), readListing(listed) ?? []);
    expect(told(OTHER_KEYS)).toEqual(["2 elements of set `bans` of inet edge cannot be kept"]);
    expect(told(WIDER)).toEqual([]);
  });
});

describeWith(["root", "nft", "ip"], "what live sets hold", () => {
  beforeAll(() => here("ip", ["netns", "add", device.namespace]));
  afterAll(() => here("ip", ["netns", "delete", device.namespace]));
  beforeEach(() => {
    device.begin();
    device.nft(`flush ruleset\n${OTHERS}${BASE}`);
    ban(1);
  });
  afterEach(async () => {
    device.run("restore", "1");
    await vi.waitUntil(() => here("pgrep", ["-f", device.state]).out === "");
    rmSync(device.state, { recursive: true, force: true });
  });

  test("goes there and back with a set that is defined otherwise", () => {
    arm(WIDER);
    ban(2, "30m");
    run("load");
    expect(device.listing()).toContain("timeout 1d");
    expect(bans()).toEqual([1, 2]);
    expect(left(2)).toBeLessThanOrEqual(1800);
    expect(left(2)).toBeGreaterThan(1780);
    ban(3);
    device.nft("delete element inet edge bans { 192.0.2.1 }\n");
    run("restore");
    expect(device.look()).toBe("restored previous");
    expect(bans()).toEqual([2, 3]);
    expect(left(2)).toBeLessThanOrEqual(1800);
    expect(left(2)).toBeGreaterThan(1780);
  });

  test.each([
    ["is gone", WITHOUT],
    ["takes other keys", OTHER_KEYS],
    ["knows no times", NO_TIMES],
  ])(
    "comes back with a set that %s in between, less the time that went by",
    async (_name, candidate) => {
      arm(candidate);
      ban(2, "30m");
      ban(3, "2s");
      run("load");
      expect(bans()).toEqual([]);
      const before = performance.now();
      await expect
        .poll(() => performance.now() - before, { timeout: 5_000 })
        .toBeGreaterThan(2_000);
      run("restore");
      expect(device.look()).toBe("restored previous");
      expect(bans()).toContain(2);
      expect(left(2)).toBeLessThanOrEqual(1798);
      expect(left(2)).toBeGreaterThan(1780);
      await expect.poll(bans, { timeout: 5_000 }).toEqual([1, 2]);
    },
  );

  test("is left in place where somebody wrote beside it, and the candidate had one set more", () => {
    arm(ONE_MORE);
    run("load");
    ban(2);
    device.nft(
      "add element inet edge more { 192.0.2.9 timeout 1h }\nadd rule inet edge forward tcp dport 99 drop\n",
    );
    run("restore");
    expect(device.look()).toBe("restored previous");
    expect(bans()).toEqual([1, 2]);
    expect(device.listing()).not.toMatch(/more|dport 99/);
  });

  test("comes back where somebody took the table away", () => {
    arm(WIDER);
    run("load");
    device.nft("delete table inet edge\n");
    run("restore");
    expect(device.look()).toBe("restored previous");
    expect(bans()).toEqual([1]);
  });

  test("is given up where the kernel does not take it, and not the way back", () => {
    arm(WITHOUT);
    run("load");
    here("sh", [
      "-c",
      `echo "add element inet edge bans { nonsense }" >>"$0"`,
      `${device.state}/1/saved`,
    ]);
    run("restore");
    expect(device.look()).toBe("restored previous");
    expect(bans()).toEqual([1]);
  });
});
