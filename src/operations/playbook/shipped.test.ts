import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { networkFile } from "../../simulation/hosts/networkFile.ts";
import { addSymptom, openIncident } from "../incident/life.ts";
import type { Symptom } from "../incident/model.ts";
import { parseNetwork } from "../inventory/networkFile.ts";
import { matchPlaybooks, otherPlaybooks } from "./match.ts";
import { parsePlaybook } from "./playbookFile.ts";

const FOLDER = "playbooks";
const { network, diagnostics } = parseNetwork(
  "premortem.yaml",
  networkFile({ probePassword: "/nowhere", complaintSecret: "/nowhere" }),
);

function shipped() {
  if (network === null) throw new Error(JSON.stringify(diagnostics));
  const known = network;
  const read = readdirSync(FOLDER).map((name) => {
    const file = join(FOLDER, name);
    return parsePlaybook(file, readFileSync(file, "utf8"), known);
  });
  expect(read.flatMap((one) => one.diagnostics)).toEqual([]);
  return { network: known, playbooks: read.flatMap(({ playbook }) => playbook ?? []) };
}

test("the playbooks that come with premortem are whole, and fit the simulated network", () => {
  expect(shipped().playbooks.map(({ id }) => id)).toEqual([
    "database",
    "incoming",
    "outgoing",
    "premortem-down",
    "queue",
    "resolver",
  ]);
});

const flow = (from: string, to: string, service: string, id = "probe/x"): Symptom => ({
  id,
  sinceMs: 1,
  text: "x",
  flows: [{ from, to, service }],
  intent: null,
});

test.each([
  ["outgoing", flow("10.10.2.11", "44.128.1.10", "tcp/25")],
  ["outgoing", flow("mail-servers", "internet", "smtp")],
  ["incoming", flow("internet", "public-address", "smtp")],
  ["incoming", flow("users", "balancer", "submission")],
  ["resolver", flow("mail-servers", "internet", "udp/53")],
  ["database", flow("10.10.2.12", "database", "tcp/5432")],
  ["queue", { ...flow("", "", ""), id: "mail1-postfix/queue", flows: [] }],
] as const)("%s is for what fails there, and no other is", (id, symptom) => {
  const { network: known, playbooks } = shipped();
  const incident = openIncident(1, symptom, 2);
  const found = matchPlaybooks(playbooks, { network: known, incident, blind: [] });
  expect(found.map(({ playbook }) => playbook.id)).toEqual([id]);
});

const broken = (id: string, from: string, to: string, service: string): Symptom => ({
  ...flow(from, to, service, `intent/fw1/${id}`),
  intent: { device: "fw1", id },
});

/* The origin: one rule breaks three promises, and users feel more of the database than of outgoing mail. */
const ORIGIN: readonly Symptom[] = [
  flow("users", "balancer", "submission", "probe/in"),
  broken("mail-out", "mail-servers", "internet", "smtp"),
  broken("names", "mail-servers", "internet", "dns"),
  broken("users-database", "mail-servers", "database", "postgresql"),
  flow("10.10.2.11", "database", "tcp/5432", "log/a"),
  flow("10.10.2.12", "database", "tcp/5432", "log/b"),
];

function matchesOf([first, ...rest]: readonly Symptom[], isReversed = false) {
  const { network: known, playbooks } = shipped();
  if (first === undefined) throw new Error("an incident has a symptom");
  const incident = rest.reduce(
    (one, symptom) => addSymptom(one, symptom, 2),
    openIncident(1, first, 2),
  );
  const shelf = isReversed ? playbooks.toReversed() : playbooks;
  const matches = matchPlaybooks(shelf, { network: known, incident, blind: [] });
  return { matches, others: otherPlaybooks(shelf, matches) };
}

test.each([false, true])(
  "playbooks stand by how they fit, whatever their names: as the incident names broken promises, then what is felt",
  (isReversed) => {
    const { matches, others } = matchesOf(ORIGIN, isReversed);
    expect(matches.map(({ playbook, fit, fits }) => [playbook.id, fit, fits])).toEqual([
      ["outgoing", "promise", ["mail-out is broken"]],
      ["resolver", "promise", ["names is broken"]],
      ["database", "promise", ["users-database is broken"]],
      ["incoming", "symptom", ["users → balancer, submission fails"]],
    ]);
    expect(others.map(({ id }) => id)).toEqual(["queue"]);
  },
);

test("of what is only felt the one with more symptoms comes first", () => {
  const { matches } = matchesOf([
    flow("mail-servers", "internet", "smtp", "probe/a"),
    flow("10.10.2.11", "database", "tcp/5432", "log/a"),
    flow("10.10.2.12", "database", "tcp/5432", "log/b"),
  ]);
  expect(matches.map(({ playbook }) => playbook.id)).toEqual(["database", "outgoing"]);
});
