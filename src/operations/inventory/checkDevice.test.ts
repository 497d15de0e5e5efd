import { expect, test } from "vitest";
import { readDevice } from "../../engine/parsers/readDevice.ts";
import { checkDevice } from "./checkDevice.ts";
import { parseNetwork } from "./networkFile.ts";

const { network } = parseNetwork(
  "n",
  `devices:
  fw: { reach: local }
  mail1: { reach: local, addresses: 10.0.1.11 }
  database: { reach: local, addresses: 10.0.2.10 }
zones:
  dmz: { device: fw, interfaces: dmz, addresses: 10.0.1.0/24 }
  data: { device: fw, interfaces: data, addresses: 10.0.2.0/24 }
  wan: { device: fw, interfaces: wan, addresses: internet }
roles:
  mail-servers: [10.0.1.11, 10.0.1.12]
intents:
  users: { from: mail-servers, to: database, service: postgresql }
  closed: { from: wan, to: database, service: postgresql, expect: blocked }
`,
);

/** What is said of each intent on a device with one chain. */
function statuses(name: string, hook: "input" | "output", rules: string): readonly string[] {
  if (network === null) throw new Error("no network");
  const text = `table inet own { chain c { type filter hook ${hook} priority 0; ${rules} } }`;
  const { device } = readDevice({ files: new Map([["rules", text]]), roots: ["rules"] });
  return checkDevice(network, name, device).intents.map(({ id, status }) => `${id} ${status}`);
}

test.each([
  ["mail1", "output", "", "holds"],
  ["mail1", "output", "tcp dport 5432 drop;", "broken"],
  ["mail1", "output", "tcp dport 5433 drop;", "holds"],
  ["mail1", "input", 'policy drop; iifname "lo" accept;', "broken"],
  ["mail1", "input", "policy drop; ct state established accept;", "holds"],
  ["database", "input", "policy drop; ip saddr 10.0.1.11 tcp dport 5432 accept;", "broken"],
  ["database", "input", "policy drop; ip saddr 10.0.1.0/24 tcp dport 5432 accept;", "holds"],
  ["database", "output", 'oifname "eth7" drop;', "undecided"],
] as const)("%s with %s { %s }: what it is an end of %s", (name, hook, rules, status) => {
  expect(statuses(name, hook, rules)).toEqual([`users ${status}`]);
});
