import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseNetwork } from "../inventory/networkFile.ts";
import { makeSnapshot } from "../inventory/snapshot.ts";
import { judgeRunning } from "./confirmation.ts";

const EDGE = readFileSync("examples/mail/edge.nft", "utf8");
const { network } = parseNetwork("n", readFileSync("examples/mail/premortem.yaml", "utf8"));
const STATES = "    ct state established,related counter accept\n    ct state invalid";
const before = (rule: string) => EDGE.replace(STATES, `    ${rule}\n${STATES}`);

/** Of mails that go out nobody knows any more, since nobody knows what takes them out of the queue. */
const DOUBTFUL = before("ip saddr 10.10.2.11 tcp dport 25 queue num 1");
const FATAL = before("ip saddr 10.10.2.11 tcp dport 25 drop");
const UNREAD = before("no such statement");

interface Excuses {
  readonly overridden?: readonly string[];
  readonly undecided?: readonly string[];
  readonly brokenBefore?: readonly string[];
}

function judged(text: string, excuses: Excuses = {}) {
  const device = network?.devices.get("edge");
  if (network === null || device === undefined) throw new Error("no network");
  const nothing = { overridden: [], undecided: [], brokenBefore: [] };
  const snapshot = makeSnapshot("edge", [{ name: "nft", text }]);
  return judgeRunning({ network, device, ...nothing, ...excuses }, snapshot);
}

test("what keeps all that was promised may stay", () => {
  expect(judged(EDGE).passed).toBe(true);
});

test("an intent of which nobody knows any more whether it holds rolls back", () => {
  expect(judged(DOUBTFUL)).toMatchObject({ passed: false, text: "undecided: mail-out" });
  expect(judged(DOUBTFUL, { undecided: ["mail-names"] }).passed).toBe(false);
});

test("it does not where somebody has accepted exactly that", () => {
  expect(judged(DOUBTFUL, { undecided: ["mail-out"] }).passed).toBe(true);
  expect(judged(DOUBTFUL, { overridden: ["mail-out"] }).passed).toBe(true);
  expect(judged(DOUBTFUL, { brokenBefore: ["mail-out"] }).passed).toBe(true);
});

test("who accepted that it is undecided has not accepted that it is broken", () => {
  expect(judged(FATAL, { undecided: ["mail-out"] })).toMatchObject({
    passed: false,
    text: "broken: mail-out",
  });
  expect(judged(FATAL, { overridden: ["mail-out"] }).passed).toBe(true);
});

test("what could not be read whole may not stay, whatever the rest seems to keep", () => {
  expect(judged(UNREAD)).toMatchObject({
    passed: false,
    text: "part of what runs could not be read",
  });
});
