import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { networkFile } from "../../simulation/hosts/networkFile.ts";
import { openIncident } from "../incident/life.ts";
import type { Symptom } from "../incident/model.ts";
import { parseNetwork } from "../inventory/networkFile.ts";
import { matchPlaybooks } from "./match.ts";
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
