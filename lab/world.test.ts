import { expect, test } from "vitest";
import { makeLabHost } from "./labHost.ts";
import type { Sketch } from "./sketch.ts";
import { World } from "./world.ts";

const OWN = 0x0a000001n;
const OTHER = 0xc6336407n;

const SKETCH: Sketch = {
  family: "ip",
  protocol: 17,
  source: OTHER,
  destination: OWN,
  sourcePort: 1,
  destinationPort: 2,
  path: "input",
  in: "lab0",
  out: "lab0",
  tcp: { flags: 0, sequence: 0, acknowledgement: 0 },
  icmp: { type: 0, code: 0, id: 0 },
  ttl: 64,
  dscp: 0,
  ecn: 0,
  payload: 6,
  mark: 0,
  uid: 0,
  gid: 0,
  more: [],
};
const TO_SELF = SKETCH;
const THROUGH: Sketch = { ...SKETCH, path: "forward", out: "lab1" };

function enter(...scenarios: readonly (readonly Sketch[])[]) {
  const world = new World(makeLabHost(["lab0", "lab1"]));
  return scenarios.flatMap((scenario) => world.enter(scenario, false));
}

function owns(surroundings: ReturnType<typeof enter>): readonly boolean[] {
  return surroundings.map(({ addresses }) => addresses.some(({ address }) => address === OWN));
}

test("an address stays on the device for packets that do not mind", () => {
  const both = enter([TO_SELF], [{ ...THROUGH, destination: OTHER, source: 1n }]);
  expect(owns(both)).toEqual([true, true]);
  expect(both[0]?.version).toBe(both[1]?.version);
});

test("a packet to it elsewhere takes it off, and the world is another", () => {
  const both = enter([TO_SELF], [THROUGH]);
  expect(owns(both)).toEqual([true, false]);
  expect(both[0]?.version).not.toBe(both[1]?.version);
});

test("it can move within a scenario", () => {
  const both = enter([TO_SELF, THROUGH, TO_SELF]);
  expect(owns(both)).toEqual([true, false, true]);
  expect(new Set(both.map(({ version }) => version)).size).toBe(3);
});
