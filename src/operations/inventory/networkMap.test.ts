import { expect, test } from "vitest";
import { parseNetwork } from "./networkFile.ts";
import { networkMap } from "./networkMap.ts";

test("a map says who lies in which zone, and what lies in several stands in each", () => {
  const { network, diagnostics } = parseNetwork(
    "n",
    `devices:
  fw: { reach: local, addresses: 10.0.1.1 }
  mail: { reach: local, addresses: 10.0.2.5 }
zones:
  users: { device: fw, interfaces: [lan, vpn], addresses: 10.0.1.0/24 }
  dmz: { device: fw, interfaces: dmz, addresses: 10.0.2.0/24 }
  internet: { device: fw, interfaces: wan, addresses: internet }
roles:
  monitoring: [10.0.1.9, 10.0.2.9]
  lost: 10.9.9.9
`,
  );
  expect(diagnostics).toEqual([]);
  expect(network === null ? null : networkMap(network)).toEqual([
    { zone: "users", device: "fw", interfaces: ["lan", "vpn"], holds: ["monitoring"] },
    { zone: "dmz", device: "fw", interfaces: ["dmz"], holds: ["monitoring", "mail"] },
    { zone: "internet", device: "fw", interfaces: ["wan"], holds: [] },
  ]);
});
