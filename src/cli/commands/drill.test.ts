import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readDrills } from "../../operations/drill/shelf.ts";
import { testServer } from "../../server/testing/testServer.ts";
import type { Streams } from "../streams.ts";
import { debriefDrill, listDrills, type NextLine, playDrill } from "./drill.ts";

const LONG_MS = 120_000;

/** A server, and the command line as one person of it. */
async function desk() {
  const server = await testServer();
  const folder = mkdtempSync(join(tmpdir(), "premortem-drill-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const tokenFile = join(folder, "token");
  writeFileSync(tokenFile, await server.token("vera"));
  const told = { out: "", error: "" };
  const stream = (key: keyof typeof told) => ({
    write: (text: string) => {
      told[key] += text;
    },
    style: { colour: false, width: Number.POSITIVE_INFINITY },
    isTerminal: false,
  });
  const streams: Streams = { out: stream("out"), error: stream("error") };
  return { options: { server: server.url, tokenFile }, streams, told };
}

function lines(all: readonly string[]): NextLine {
  const left = [...all];
  return async () => left.shift() ?? null;
}

test(
  "a drill is played by numbers, left, gone on with, and ends with a debrief",
  async () => {
    const { options, streams, told } = await desk();
    /* Declares, then a number that is none, then leaves by the end of the input. */
    expect(await playDrill("origin", options, streams, lines(["4", "99"]))).toBe(0);
    expect(told.out).toContain("a simulation, nothing of it is real");
    expect(told.out).toMatch(/ {2}4 {2}say that it is an outage \(1 min\)/);
    expect(told.out).toContain("the run stays open: `premortem drill play origin`");
    expect(told.error).toContain("`99` is none of them");
    told.out = "";
    /* Looks at complaints, restarts Dovecot, gives up. */
    const more = ["1", "1", "6", "3", "9"];
    expect(await playDrill("origin", options, streams, lines(more))).toBe(1);
    expect(told.out).toContain("You have done 1 things in it");
    expect(told.out).toContain("what it was: ");
    expect(told.out).toMatch(/givenUp, \d+ of 100/);
    told.out = "";
    expect(await listDrills(options, streams)).toBe(0);
    expect(told.out).toMatch(/run 1 .*: givenUp, \d+ of 100/);
    expect(await debriefDrill("1", options, streams)).toBe(1);
    expect(await debriefDrill("2", options, streams)).toBe(2);
    expect(told.error).toContain("you have no drill run 2");
  },
  LONG_MS,
);

test(
  "a program plays a drill by lines of JSON",
  async () => {
    const { options, streams, told } = await desk();
    const file = readDrills("drills").files.find(({ drill }) => drill.id === "origin");
    const right = (file?.drill.truth.right ?? []).map((action) => JSON.stringify(action));
    const asJson = { ...options, json: true };
    expect(await playDrill("origin", asJson, streams, lines(["", ...right]))).toBe(0);
    const runs = told.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(runs).toHaveLength(right.length + 1);
    expect(runs.at(-1)).toMatchObject({ formatVersion: 1, isOver: true });
    told.out = "";
    expect(await debriefDrill("1", asJson, streams)).toBe(0);
    expect(JSON.parse(told.out)).toMatchObject({ outcome: "restored" });
  },
  LONG_MS,
);

test("what is no action, and what is no drill, is told with what to do", async () => {
  const { options, streams, told } = await desk();
  const asJson = { ...options, json: true };
  for (const line of ["declare", "7", "null", '{"kind":"dance"}'])
    expect(await playDrill("origin", asJson, streams, lines([line])), line).toBe(2);
  expect(told.error).toContain("`declare` is no action");
  expect(told.error).toContain("what was sent is not as it should be");
  expect(await playDrill("gone", options, streams, lines([]))).toBe(2);
  expect(told.error).toContain("there is no drill `gone`");
});
