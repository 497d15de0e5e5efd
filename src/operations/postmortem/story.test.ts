import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  addSymptom,
  beginUndo,
  endSymptom,
  endUndo,
  note,
  openIncident,
  setCause,
} from "../incident/life.ts";
import type { Incident, Symptom, SymptomFlow } from "../incident/model.ts";
import { explainedCause } from "../incident/testing/explainedCause.ts";
import { parseNetwork } from "../inventory/networkFile.ts";
import { draftPostmortem } from "./draft.ts";
import { momentsOf } from "./moments.ts";
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

const CAUSE = explainedCause({
  difference: {
    id: "7",
    device: "edge",
    atMs: 0,
    added: ["inet edge forward: ip saddr 10.10.2.8/29 drop"],
    by: "login ops2 (likely: the ssh session was open)",
  },
  rules: ["inet edge forward: ip saddr 10.10.2.8/29 drop"],
  explains: ["database errors"],
});

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
  const { title, body: text } = draftPostmortem(storyOf(network, over));
  expect(title).toBe(
    "0x19-postmortem: tcp/5432 to 10.10.4.10 failed for 10.10.2.11, 1970-01-01 00:00 UTC, 42 s",
  );
  expect(text).toContain("Duration: 1970-01-01 00:00:00 - 1970-01-01 00:00:42 (UTC) (42 s)");
  expect(text).toContain(
    "This rule on edge (inet edge forward):\n\n    ip saddr 10.10.2.8/29 drop",
  );
  expect(text).toContain("It was put in by login ops2");
  expect(text).toContain("It breaks what was needed (proved): database errors.");
  expect(text).toContain("closed by: no difference on edge without a change");
});

const promise = (id: string, from: string, to: string, service: string): Symptom => ({
  ...symptom(`intent ${id} is broken`, flow(from, to, service)),
  intent: { device: "edge", id },
});

const ANA = { login: "ana", name: "Ana", email: null, keys: [], roles: [] } as const;

/** The origin: promises broken by a rule, felt a dozen times, undone by bob, and a word of ana's. */
function origin(): Incident {
  const promised = [
    promise("mail-out", "mail-servers", "internet", "smtp"),
    promise("mail-db", "mail-servers", "database", "postgresql"),
  ] as const;
  const felt = Array.from({ length: 12 }, (_, n) => ({
    ...symptom(`probe ${n} fails`, flow("10.10.2.11", "10.10.4.10", "tcp/5432")),
    sinceMs: 3_000 + n,
  }));
  const all = [...promised, ...felt];
  const begun = felt.reduce(
    (one, next) => addSymptom(one, next, next.sinceMs),
    addSymptom(openIncident(25, promised[0], 1_000), promised[1], 1_000),
  );
  const explains = all.map(({ text }) => text);
  const named = setCause(begun, { ...CAUSE, explains }, 4_000);
  const said = note(named, 5_000, "ana: called the network team");
  const undone = endUndo(beginUndo(said, "bob", "", 20_000), "done", "the rule is gone", 21_000);
  return all.reduce((one, { id }) => endSymptom(one, id, 40_000), undone);
}

test("a long incident has a short story: its turns, with marks, and all of it behind", () => {
  if (network === null) throw new Error("no network");
  const story = storyOf({ ...network, people: [ANA] }, origin());
  expect(story.title).toBe("mail-out and mail-db broken for mail-servers");
  expect(story.moments.map(({ mark, text }) => `${mark}: ${text}`)).toEqual([
    expect.stringMatching(/^the change: edge: \+ inet edge forward: /),
    "first symptom: intent mail-out is broken",
    "cause named: this is what broke it, proved",
    "noted: ana: called the network team",
    "undone: the rule is gone",
    "recovered: all symptoms are over",
  ]);
  expect(story.impact).toEqual([
    "intent mail-out is broken",
    "intent mail-db is broken",
    "12 symptoms felt of it, at the end",
  ]);
  expect(story.cause?.explains.at(-1)).toBe("12 more symptoms follow from it (proved).");
  const { body, records } = draftPostmortem(story);
  expect(body).not.toContain("probe 7 fails");
  expect(records.match(/probe 7 fails/g)).toHaveLength(4);
});

test.each([
  ["ana: cause found: it was me", "noted"],
  ["eva: cause found: it was me", null],
  ["the undo failed: no way to fw1", "undo failed"],
  ["over: probe 1 fails", null],
])("%j stands in a story as %j", (text, mark) => {
  const incident = note(openIncident(1, symptom("it fails"), 2_000), 3_000, text);
  const [, told] = momentsOf(incident, ["ana"]);
  expect(told?.mark ?? null).toBe(mark);
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
