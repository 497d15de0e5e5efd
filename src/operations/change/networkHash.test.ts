import { expect, test } from "vitest";
import { parseNetwork } from "../inventory/networkFile.ts";
import { networkHashOf } from "./networkHash.ts";

const FILE = `
devices:
  fw1: { reach: local, managed-by: { inet edge: premortem }, addresses: 10.9.2.1 }
zones:
  dmz: { device: fw1, interfaces: in0, addresses: 10.9.2.0/24 }
  internet: { device: fw1, interfaces: out0, addresses: internet }
roles:
  mail: 10.9.2.11
intents:
  mail-out: { from: mail, to: internet, service: smtp, critical: true }
people:
  ana: { name: Ana, roles: [operator] }
`;

function hashOf(text: string): string {
  const { network, diagnostics } = parseNetwork("premortem.yaml", text);
  const device = network?.devices.get("fw1");
  if (network === null || device === undefined) throw new Error(JSON.stringify(diagnostics));
  return networkHashOf(network, device);
}

test.each([
  ["an intent that is critical no more", "critical: true", "critical: false"],
  ["another service", "service: smtp", "service: submission"],
  ["another host of a role", "mail: 10.9.2.11", "mail: 10.9.2.12"],
  ["another interface of a zone", "interfaces: out0", "interfaces: out1"],
  ["another owner of a table", "inet edge: premortem", "inet edge: ansible"],
  ["another address of the device", "addresses: 10.9.2.1 ", "addresses: 10.9.2.2 "],
])("the part of the network file that proofs read has another name with %s", (_, from, to) => {
  expect(FILE).toContain(from);
  expect(hashOf(FILE.replace(from, to))).not.toBe(hashOf(FILE));
});

test.each([
  ["places in the file", "zones:", "\n\nzones:"],
  ["people", "name: Ana", "name: Anna"],
  ["the order of zones", /( {2}dmz.*\n)( {2}internet.*\n)/, "$2$1"],
])("%s are no part of it", (_, from, to) => {
  expect(FILE.replace(from, to)).not.toBe(FILE);
  expect(hashOf(FILE.replace(from, to))).toBe(hashOf(FILE));
});
