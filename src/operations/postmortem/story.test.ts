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

test.each([
  ["почта", "база", "мост"],
  ["123", "true", "null"],
  ["a: b", "x #y", "- z"],
  ["a-b", "a b", "a_b"],
  ["*a", "line\nline", "'"],
])(
  "roles called %j, %j and %j make intents that are read, each with an id of its own",
  (...names) => {
    const [mail = "", database = "", balancer = ""] = names;
    const quoted = (name: string) => JSON.stringify(name);
    const text = `devices: { fw: { reach: local } }
zones:
  dmz: { device: fw, interfaces: dmz, addresses: 10.10.2.0/24 }
roles:
  ${quoted(mail)}: 10.10.2.11
  ${quoted(database)}: 10.10.2.12
  ${quoted(balancer)}: 10.10.2.13
`;
    const { network: read } = parseNetwork("n", text);
    if (read === null) throw new Error("no network");
    const failed = symptom(
      "it failed",
      flow("10.10.2.11", "10.10.2.12", "tcp/9000"),
      flow("10.10.2.11", "10.10.2.13", "tcp/9000"),
    );
    const proposals = proposeIntents(read, openIncident(1, failed, 2_000));
    const again = parseNetwork(
      "n",
      [text, "intents:", ...proposals.map(({ yaml }) => yaml)].join("\n"),
    );
    expect(again.diagnostics).toEqual([]);
    expect(again.network?.intents.map(({ from, to }) => [from, to])).toEqual([
      [mail, database],
      [mail, balancer],
    ]);
    expect(again.network?.intents.map(({ id }) => id)).toEqual(proposals.map(({ id }) => id));
  },
);
