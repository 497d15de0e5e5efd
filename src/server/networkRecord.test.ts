import { expect, test } from "vitest";
import { parseNetwork } from "../operations/inventory/networkFile.ts";
import { openTrail } from "../operations/trail/service.ts";
import { TRAIL_MIGRATIONS } from "../operations/trail/store.ts";
import { testDatabase } from "../platform/db/testing/testDatabase.ts";
import { recordNetwork } from "./networkRecord.ts";

const FILE = `devices:
  fw: { reach: local }
zones: {}
people:
  ana: { name: Ana, roles: [operator] }
`;

function networkOf(text: string) {
  const { network, diagnostics } = parseNetwork("premortem.yaml", text);
  if (network === null) throw new Error(JSON.stringify(diagnostics));
  return network;
}

test("who became approver while no server ran is on the trail, and what is the same is not told twice", async () => {
  const { database } = await testDatabase(TRAIL_MIGRATIONS);
  const trail = openTrail({ database });
  const record = (text: string) => recordNetwork(trail, networkOf(text), 1);
  await record(FILE);
  await record(`# read again\n${FILE}`);
  await record(FILE.replace("[operator]", "[operator, approver]"));
  const entries = await trail.page({ before: null, limit: 10, subject: null });
  expect(entries.map(({ kind, details }) => [kind, details["people"]])).toEqual([
    ["network.read", { ana: ["operator", "approver"] }],
    ["network.read", { ana: ["operator"] }],
  ]);
});
