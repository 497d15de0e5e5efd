import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { TrailEvent } from "../../operations/trail/model.ts";
import { testServer } from "../../server/testing/testServer.ts";
import { type TrailOptions, trail } from "./trail.ts";

const STYLE = { colour: false, width: Number.POSITIVE_INFINITY };

/** What a call prints and ends with, and how many entries there are. */
async function open(entries: number) {
  const server = await testServer();
  const tokenFile = `${server.networkFile}.token`;
  writeFileSync(tokenFile, await server.token("vera"));
  const { trail: written } = server.service;
  for (let index = (await written.head()).number; index < entries; index++)
    await written.append({
      atMs: 1_000,
      actor: "ana",
      kind: "test.done",
      subject: `test/${index % 2}`,
      details: {},
    });
  const { hash } = await written.head();
  const call = async (options: TrailOptions) => {
    const told = { out: "", error: "" };
    const stream = (name: "out" | "error") => ({
      write: (text: string) => {
        told[name] += text;
      },
      style: STYLE,
      isTerminal: false,
    });
    const streams = { out: stream("out"), error: stream("error") };
    const code = await trail({ server: server.url, tokenFile, ...options }, streams);
    return { code, ...told };
  };
  return { call, hash, written };
}

test("a page says how the next one is asked for, until there is none", async () => {
  const { call } = await open(120);
  const first = await call({});
  expect(first.out.split("\n")).toHaveLength(51);
  expect(first.error).toBe("older ones: add `--before 71`\n");
  const last = await call({ before: "21" });
  expect(last).toMatchObject({ code: 0, error: "" });
  expect(last.out.split("\n")[0]).toMatch(/^20 /);
  expect(await call({ before: "1" })).toMatchObject({ code: 0, out: "no entry\n", error: "" });
  expect((await call({ subject: "test/0", before: "100" })).out).not.toContain("test/1");
});

test("what the watch saw is listed with its reason or its rules, and of many rules the first", async () => {
  const { call, written } = await open(1);
  const add = (kind: string, details: TrailEvent["details"]) =>
    written.append({ atMs: 1_000, actor: "premortem", kind, subject: "device/fw", details });
  await add("watch.blind", { reason: "the line\nbroke", sinceMs: 1, untold: 0 });
  await add("watch.difference", { added: ["a: drop", "b: drop"], removed: ["c: accept"] });
  await add("watch.difference", { added: ["1", "2", "3", "4", "5", "6"], removed: ["7"] });
  const { out } = await call({ subject: "device/fw" });
  expect(out.split("\n").filter((line) => line.startsWith(" "))).toEqual([
    ...["    + 1", "    + 2", "    + 3", "    + 4", "    + 5", "    and 2 more"],
    ...["    + a: drop", "    + b: drop", "    - c: accept"],
    "    the line\\u{a}broke",
  ]);
});

test("a head that was kept elsewhere is found in a trail that went on", async () => {
  const { call, hash } = await open(5);
  const found = await call({ verify: true, anchor: hash });
  expect(found).toMatchObject({ code: 0, error: "" });
  expect(found.out).toContain("; the anchor is entry 5, and in it");
  const json = await call({ verify: true, anchor: hash, json: true });
  expect(JSON.parse(json.out)).toMatchObject({ formatVersion: 1, isWhole: true, anchored: 5 });
});

test("one that is not in it is told, with what to do", async () => {
  const { call } = await open(5);
  const missed = await call({ verify: true, anchor: "a".repeat(64) });
  expect(missed.code).toBe(1);
  expect(missed.out).toMatch(
    /^no entry has the hash of the anchor; without it the trail is whole up to entry 5, /,
  );
  expect(missed.error).toMatch(/no entry up to 5 has the hash a{64}.*\n {2}= help: look whether/);
});

describe("a mistake in the call is told before the server is asked:", () => {
  const CASES: readonly (readonly [string, TrailOptions])[] = [
    ["is compared by `--verify`", { anchor: "a".repeat(64) }],
    ["is no hash of an entry", { verify: true, anchor: "5f0c" }],
    ["reads the whole trail", { verify: true, subject: "device/fw" }],
    ["is no number of an entry", { before: "0" }],
    ["is no number of an entry", { before: "1e3" }],
  ];
  test.each(CASES)("%s", async (words, options) => {
    const { call } = await open(1);
    const { code, error } = await call(options);
    expect(code).toBe(2);
    expect(error).toContain(words);
  });
});
