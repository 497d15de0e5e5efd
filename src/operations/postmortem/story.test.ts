import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { endSymptom, openIncident, setCause } from "../incident/life.ts";
import type { Incident, IncidentCause, Symptom, SymptomFlow } from "../incident/model.ts";
import { parseNetwork } from "../inventory/networkFile.ts";
import { draftPostmortem } from "./draft.ts";
import { proposeIntents } from "./regression.ts";
import { storyOf } from "./story.ts";

const { network } = parseNetwork("n", readFileSync("examples/mail/premortem.yaml", "utf8"));

const symptom = (text: string, ...flows: readonly SymptomFlow[]): Symptom => ({
  id: text,
  sinceMs: 1_000,
  text,
  flows,
  intent: null,
});
const flow = (from: string, to: string, service: string) => ({ from, to, service });

const CAUSE: IncidentCause = {
  kind: "explained",
  difference: {
    id: "7",
    device: "edge",
    atMs: 0,
    sinceMs: null,
    isPolled: false,
    added: ["inet edge forward: ip saddr 10.10.2.8/29 drop"],
    removed: [],
    by: "login ops2 (likely: the ssh session was open)",
    change: null,
  },
  rules: ["inet edge forward: ip saddr 10.10.2.8/29 drop"],
  explains: ["database errors"],
  isTakenBack: false,
  others: [],
  unexplained: [],
  contradicted: [],
  ruledOut: [],
  notExamined: 0,
};

function proposed(...flows: readonly SymptomFlow[]) {
  if (network === null) throw new Error("no network");
  const incident = openIncident(1, symptom("it failed", ...flows), 2_000);
  return proposeIntents(network, incident);
}

test("what an intent promises already is not proposed again, in other words neither", () => {
  expect(proposed(flow("mail-servers", "internet", "smtp"))).toEqual([]);
  expect(proposed(flow("mail-servers", "internet", "tcp/25"))).toEqual([]);
  expect(proposed(flow("10.10.2.11", "10.10.4.10", "tcp/5432"))).toEqual([]);
  expect(proposed(flow("10.10.2.11", "9.9.9.9", "udp/53"))).toEqual([]);
});

test("what failed and nobody promised is proposed, for the role of the host", () => {
  const [intent] = proposed(flow("10.10.2.11", "internet", "tcp/443"));
  expect(intent?.yaml).toBe(`  mail-servers-to-internet-tcp-443:
    from: mail-servers
    to: internet
    service: tcp/443
    reason: "it failed in incident 1: it failed"
    critical: true`);
});

test("what failed between the same two is one promise", () => {
  const [intent, another] = proposed(
    flow("10.10.2.11", "10.10.4.10", "tcp/5433"),
    flow("10.10.2.11", "10.10.4.10", "tcp/5434"),
  );
  expect(intent?.yaml).toContain("    service: [tcp/5433, tcp/5434]\n");
  expect(another).toBeUndefined();
});

test("the proposed lines are read as an intent, with the roles that they need", () => {
  const [intent] = proposed(flow("10.10.2.11", "10.10.9.9", "tcp/443"));
  expect(intent?.roles).toEqual(new Map([["host-10-10-9-9", "10.10.9.9"]]));
  const text = readFileSync("examples/mail/premortem.yaml", "utf8")
    .replace("roles:\n", "roles:\n  host-10-10-9-9: 10.10.9.9\n")
    .replace("intents:\n", `intents:\n${intent?.yaml}\n`);
  const read = parseNetwork("n", text);
  expect(read.diagnostics).toEqual([]);
  expect(read.network?.intents[0]?.id).toBe(intent?.id);
});

test("an incident tells its story in the form of a postmortem", () => {
  if (network === null) throw new Error("no network");
  const begun = openIncident(
    25,
    symptom("database errors", flow("10.10.2.11", "10.10.4.10", "tcp/5432")),
    2_000,
  );
  const over: Incident = endSymptom(setCause(begun, CAUSE, 2_500), "database errors", 42_000);
  const text = draftPostmortem(storyOf(network, over));
  expect(text).toContain(
    "# 0x19-postmortem: database errors, since edge: inet edge forward: ip saddr 10.10.2.8/29 drop, by login ops2",
  );
  expect(text).toContain("Duration: 1970-01-01 00:00:00 - 1970-01-01 00:00:42 (UTC) (42 s)");
  expect(text).toContain(
    "This rule on edge (inet edge forward):\n\n    ip saddr 10.10.2.8/29 drop",
  );
  expect(text).toContain("It was put in by login ops2");
  expect(text).toContain("It breaks what was needed (proved): database errors.");
  expect(text).toContain("closed by: no difference on edge without a change");
});
