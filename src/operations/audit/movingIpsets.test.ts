import { expect, test } from "vitest";
import { makeSnapshot } from "../inventory/snapshot.ts";
import { movedIpsets } from "./movingIpsets.ts";

const device = (ipset: string, legacy = "") =>
  makeSnapshot("edge", [
    { name: "ipset", text: ipset },
    { name: "iptables-legacy", text: legacy },
  ]);
const BANS = "create bans hash:ip family inet timeout 600\n";
const BLOCKED = "create blocked hash:net family inet\n";
const FILLED =
  "*raw\n-A PREROUTING -p tcp -m tcp --dport 23 -j SET --add-set blocked src --exist\n";
const ADD = "add blocked 10.10.2.8/29\n";

test("bans that come and go have moved, an element of a plain set has not", () => {
  expect(
    movedIpsets(
      device(`${BANS}add bans 10.0.0.1\n${BLOCKED}`),
      device(`${BANS}add bans 10.0.0.2\n${BLOCKED}${ADD}`),
    ),
  ).toBe(`${BANS}add bans 10.0.0.2\n${BLOCKED}`);
});

test("what packets fill moves, what rules only ask does not", () => {
  expect(movedIpsets(device(BLOCKED, FILLED), device(`${BLOCKED}${ADD}`, FILLED))).toBe(
    `${BLOCKED}${ADD}`,
  );
  const asked = "*filter\n-A FORWARD -m set --match-set blocked src -j DROP\n";
  expect(movedIpsets(device(BLOCKED, asked), device(`${BLOCKED}${ADD}`, asked))).toBeNull();
});

test("a set that is made otherwise has not moved, and neither has one that is gone", () => {
  const other = "create bans hash:ip family inet timeout 60\nadd bans 10.0.0.1\n";
  expect(movedIpsets(device(BANS), device(other))).toBeNull();
  expect(movedIpsets(device(`${BANS}add bans 10.0.0.1\n`), device(""))).toBeNull();
});
