import { readFileSync, writeFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import * as incidents from "../../server/contract/incident.ts";
import { networkSummary, status } from "../../server/contract/service.ts";
import { asker, simulatedServer } from "../../server/testing/simulatedServer.ts";
import { fatalCommand } from "../../simulation/world/ruleset.ts";
import { commandsOf } from "../testing/callCommand.ts";
import {
  beginPlaybook,
  checkPlaybooks,
  listPlaybooks,
  playbookRuns,
  readPlaybook,
  showPlaybook,
  stepPlaybook,
} from "./playbook.ts";

/* People wait before they complain, and servers before they try again: that takes its time here as well. */
vi.setConfig({ testTimeout: 240_000 });
const WAIT = { timeout: 90_000, interval: 200 };
const OUTGOING = readFileSync("playbooks/outgoing.yaml", "utf8");

/** Of a host that is not part of the simulation: premortem is not let in there, and is blind. */
const BLIND = `
title: A host that nobody reaches
owner: mail team
review-by: 2099-01-31
when: { symptoms: [nothing/] }
steps:
  - { kind: probe, id: far, title: Try it from elsewhere, probe: far-names }
`;
const ELSEWHERE = `
  elsewhere: { reach: simulated:elsewhere, addresses: 10.10.1.250 }
`;
const FAR =
  "  far-names: { kind: dns, from: elsewhere, to: 10.10.2.5, name: example, type: MX, every: 1h }\n";

async function outage() {
  const { server, network } = await simulatedServer({
    playbooks: { outgoing: OUTGOING, blind: BLIND, broken: "title: [\n" },
  });
  const ana = await asker(server, "ana");
  const more = network
    .replace("devices:\n", `devices:${ELSEWHERE}`)
    .replace("monitors:\n", `monitors:\n${FAR}`);
  writeFileSync(server.networkFile, more);
  await ana.post("/v1/network/reload", networkSummary);
  await vi.waitFor(async () => {
    const { probes } = await ana.get("/v1/status", status);
    const asked = probes.filter(({ name }) => name !== "far-names");
    expect(asked.filter(({ outcome }) => outcome !== "ok")).toEqual([]);
  }, WAIT);
  await ana.byHand(fatalCommand("first"));
  const { id } = await vi.waitFor(async () => {
    const [one] = (await ana.get("/v1/incidents", incidents.incidents)).incidents;
    if (one?.cause?.kind !== "explained") throw new Error("no cause yet");
    return one;
  }, WAIT);
  const call = await commandsOf(server, "ana");
  const incident = String(id);
  const runs = () => call((asking, streams) => playbookRuns(incident, asking, streams));
  const begin = (name: string) =>
    call((asking, streams) => beginPlaybook(incident, name, asking, streams));
  const step = (run: string, name: string, verb: string, text?: string) =>
    call((asking, streams) => {
      const said = text === undefined ? {} : { text };
      return stepPlaybook([incident, run, name, verb], { ...asking, ...said }, streams);
    });
  /** What a step of premortem came to. */
  const result = (name: string, kind: string) =>
    vi.waitFor(async () => {
      const { out } = await runs();
      const line = out.split("\n").find((one) => one.startsWith(`  ${name}  `)) ?? "";
      expect(line).toMatch(new RegExp(`  ${kind}  `));
      return line;
    }, WAIT);
  return { call, runs, begin, step, result };
}

test("a playbook is followed on the simulated network from the command line: probe, trace, undo, and the probe again", async () => {
  const { call, runs, begin, step, result } = await outage();
  const list = await call(listPlaybooks);
  expect(list.out).toMatch(/^outgoing {2}Outgoing mail is blocked {2}owner mail team/m);
  expect(list.error).toMatch(/broken\.yaml:2:1/);
  expect(list.code).toBe(1);
  expect((await call((a, s) => showPlaybook("outgoing", a, s))).out).toMatch(/^out {2}\[probe\] /m);
  expect((await call((a, s) => readPlaybook("outgoing", a, s))).out).toMatch(/read by ana$/m);
  const matches = await runs();
  expect(matches).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^outgoing {2}.* {2}fits: mail-out is broken$/m),
  });

  const begun = await begin("outgoing");
  expect(begun.code).toBe(0);
  const run = /, run (\d+) of incident /.exec(begun.out)?.[1] ?? "";
  expect((await runs()).code).toBe(1);
  await step(run, "look", "start");
  await step(run, "look", "done", "the rule is on fw1");
  expect(await result("look", "done")).toContain("the rule is on fw1");
  await step(run, "out", "start");
  expect(await result("out", "done")).toMatch(/mail1-out: failed/);
  await step(run, "rules", "start");
  expect(await result("rules", "done")).toMatch(
    /on fw1: drop, by line \d+ of its listing: ip saddr @mail counter .*drop$/,
  );
  await step(run, "undo", "start");
  expect(await result("undo", "proposed")).toMatch(
    /on fw1: takes away .*ip saddr @mail counter drop; then holds again \(proved\): .*mail-out/,
  );
  await step(run, "undo", "press");
  expect(await result("undo", "done")).toContain("ip saddr @mail counter drop");
  /* Who presses twice is refused: nothing is sent a second time. */
  expect(await step(run, "undo", "press")).toMatchObject({ code: 1 });
  await step(run, "again", "start");
  expect(await result("again", "done")).toMatch(/mail1-out: ok/);
});

test("a probe from a host where nobody is let in is blind, and its step failed: it is no word on the service", async () => {
  const { begin, step, result } = await outage();
  const { out } = await begin("blind");
  const run = /, run (\d+) of incident /.exec(out)?.[1] ?? "";
  await step(run, "far", "start");
  expect(await result("far", "failed")).toMatch(/far-names: blind/);
  expect(await begin("nothing")).toMatchObject({ code: 2 });
});

test("files of playbooks are checked without a server, each mistake at its line", () => {
  const streams = (told: string[]) => {
    const stream = {
      write: (text: string) => void told.push(text),
      style: { colour: false, width: Number.POSITIVE_INFINITY },
      isTerminal: false,
    };
    return { out: stream, error: stream };
  };
  const good: string[] = [];
  expect(checkPlaybooks(["playbooks/outgoing.yaml"], streams(good))).toBe(0);
  expect(good.join("")).toContain("Outgoing mail is blocked, steps: 7");
  const bad: string[] = [];
  expect(checkPlaybooks(["playbooks/README-is-not-there.yaml"], streams(bad))).toBe(2);
});
