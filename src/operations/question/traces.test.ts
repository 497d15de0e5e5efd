import { expect, test } from "vitest";
import { parseNetwork } from "../inventory/networkFile.ts";
import { makeSnapshot } from "../inventory/snapshot.ts";
import { openTraces } from "./traces.ts";

const NETWORK = `
devices:
  fw1: { reach: local, addresses: [10.9.1.1, 203.0.113.1] }
  fw2: { reach: local }
zones:
  lan: { device: fw1, interfaces: lan0, addresses: 10.9.1.0/24 }
  dmz: { device: fw1, interfaces: dmz0, addresses: 10.9.2.0/24 }
  internet: { device: fw1, interfaces: "wan*", addresses: internet }
`;
const RULES = `table inet edge {
	chain forward {
		type filter hook forward priority filter; policy drop;
		ip saddr 10.9.2.0/24 counter
		ct state established accept
		iifname "dmz0" oifname "wan0" tcp dport 25 accept
		tcp dport 53 jump games
	}
	chain games {
		ip saddr 10.9.1.7 reject with tcp reset
	}
	chain input {
		type filter hook input priority filter; policy accept;
		limit rate 5/second drop
	}
}
`;

function traces() {
  const { network } = parseNetwork("n", NETWORK);
  if (network === null) throw new Error("no network");
  const snapshot = makeSnapshot("fw1", [{ name: "nft", text: RULES }]);
  const { hash } = snapshot;
  return openTraces({
    network: () => network,
    running: async (name) => (name === "fw1" ? { hash, notSeen: [] } : null),
    snapshotOf: async () => snapshot,
  });
}

async function traced(packet: string) {
  const found = await traces().trace("fw1", packet);
  if (found.kind === "refusal") throw new Error(found.reason);
  return found;
}

test("a packet is walked rule by rule, with the interfaces that the network file knows", async () => {
  const { packet, verdict, rule, steps } = await traced(
    "tcp 10.9.2.11:40000 > 9.9.9.9:25 state=new",
  );
  expect(packet).toBe("tcp 10.9.2.11:40000 > 9.9.9.9:25 state=new in=dmz0 out=wan0");
  expect([verdict, rule?.line]).toEqual(["accept", 6]);
  expect(steps.map(({ chain, decision, matched }) => [chain, decision, matched.length])).toEqual([
    ["forward", "accept", 1],
  ]);
  expect(steps[0]?.matched[0]).toMatchObject({ line: 4 });
});

test("the interface that somebody names is the one that is asked about", async () => {
  const { verdict, policy } = await traced("tcp 10.9.2.11:40000 > 9.9.9.9:25 state=new in=lan0");
  expect([verdict, policy?.chain]).toEqual(["drop", "forward"]);
});

test("a rule of a chain that is jumped to decides with its own line", async () => {
  const { verdict, rejectWith, steps } = await traced(
    "tcp 10.9.1.7:40000 > 10.9.2.11:53 state=new",
  );
  expect([verdict, rejectWith]).toEqual(["reject", "tcp reset"]);
  expect(steps.at(-1)?.rule?.line).toBe(10);
});

test("what hangs on something that is not known is undecided, with both ends", async () => {
  const { verdict, outcomes, dependsOn } = await traced("tcp 10.9.1.7:40000 > 10.9.1.1:22");
  expect(verdict).toBe("undecided");
  expect(new Set(outcomes.map((one) => one.verdict))).toEqual(new Set(["drop", "accept"]));
  expect(dependsOn.length).toBeGreaterThan(0);
});

test.each([
  ["gone", "tcp 10.9.1.7:1 > 10.9.2.1:25", "there is no device `gone`"],
  ["fw2", "tcp 10.9.1.7:1 > 10.9.2.1:25", "nothing was read of `fw2` yet"],
  ["fw1", "tcp nonsense", "no packet: "],
])("what cannot be answered is refused with its reason: %s, %s", async (device, packet, why) => {
  const found = await traces().trace(device, packet);
  expect(found.kind === "refusal" ? found.reason : found.kind).toContain(why);
});
