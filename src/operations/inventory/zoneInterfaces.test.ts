import { expect, test } from "vitest";
import { parseNetwork } from "./networkFile.ts";
import { makeSnapshot } from "./snapshot.ts";
import { missingInterfaces } from "./zoneInterfaces.ts";

const NETWORK = `devices:
  fw1: { reach: local }
  fw2: { reach: local }
zones:
  lan: { device: fw1, interfaces: lan0, addresses: 10.9.1.0/24 }
  internet: { device: fw1, interfaces: ["wan*", ppp0], addresses: internet }
  dmz: { device: fw2, interfaces: dmz0, addresses: 10.9.2.0/24 }
`;

function warned(links: string | null) {
  const { network } = parseNetwork("premortem.yaml", NETWORK);
  if (network === null) throw new Error("no network");
  return missingInterfaces(network, makeSnapshot("fw1", [{ name: "links", text: links }]));
}

const linksText = (...names: readonly string[]) =>
  JSON.stringify(names.map((ifname, at) => ({ ifindex: at + 1, ifname, flags: [] })));

test("an interface that the device lacks is told with its place and what there is", () => {
  expect(warned(linksText("lo", "lan1", "wan7", "ppp0"))).toEqual([
    {
      place: "premortem.yaml:5:3",
      message: "fw1 has no interface `lan0`, behind which zone `lan` lies",
      help: "no packet comes that way: name one that it has (lan1, wan7, ppp0), or make it",
    },
  ]);
});

test.each([
  ["all are there, zones of others are not asked for", linksText("lan0", "wan0", "ppp0")],
  ["the links were not read", null],
  ["the links are not as they should be", "Object nonsense"],
])("nothing is told where %s", (_, links) => {
  expect(warned(links)).toEqual([]);
});

test("a pattern that nothing matches is told, and so is a device without interfaces", () => {
  expect(warned("[]").map(({ message, help }) => [/`([^`]+)`/.exec(message)?.[1], help])).toEqual([
    ["lan0", expect.stringContaining("(none)")],
    ["wan*", expect.stringContaining("(none)")],
    ["ppp0", expect.stringContaining("(none)")],
  ]);
});
