import { expect, test } from "vitest";
import { refuseUnknown } from "../../platform/refusal.ts";
import { candidateRules, type KnownChanges } from "../change/candidateRules.ts";
import type { Change } from "../change/model.ts";
import { parseNetwork } from "../inventory/networkFile.ts";
import { makeSnapshot } from "../inventory/snapshot.ts";
import { MAXIMUM_CHARACTERS } from "./runningRules.ts";
import { openTraces } from "./traces.ts";

const NETWORK = `
devices:
  fw1:
    reach: local
    addresses: [10.9.1.1, 203.0.113.1]
    sources: /etc/nftables.conf
    managed-by: { inet edge: premortem }
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

const SOURCE = "/etc/nftables.conf";
const WITHOUT_MAIL = `flush ruleset
${RULES.replace("tcp dport 25 accept", 'tcp dport 25 drop comment "printer noise"')}`;
/** What changes would have a device run, by their number. */
const PROPOSALS: Readonly<Record<number, Pick<Change, "device" | "files">>> = {
  1: { device: "fw1", files: new Map([[SOURCE, WITHOUT_MAIL]]) },
  2: { device: "fw2", files: new Map([[SOURCE, WITHOUT_MAIL]]) },
  3: { device: "fw1", files: new Map([[SOURCE, "table inet edge { chain nonsense"]]) },
  4: { device: "fw1", files: new Map([[SOURCE, "#".repeat(MAXIMUM_CHARACTERS + 1)]]) },
};

const CHANGES: KnownChanges = {
  async get(id) {
    const change = PROPOSALS[id];
    return change === undefined ? refuseUnknown("there is no such change", "") : { change };
  },
};

function traces() {
  const { network } = parseNetwork("n", NETWORK);
  if (network === null) throw new Error("no network");
  const snapshot = makeSnapshot("fw1", [
    { name: "nft", text: RULES },
    { name: SOURCE, text: `flush ruleset\n${RULES}` },
  ]);
  const { hash } = snapshot;
  return openTraces({
    network: () => network,
    running: async (name) => (name === "fw1" ? { hash, notSeen: [] } : null),
    snapshotOf: async () => snapshot,
    candidate: (question) => candidateRules(CHANGES, question),
  });
}

async function traced(packet: string, change: number | null = null) {
  const found = await traces().trace("fw1", packet, change);
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

test("a path that is named keeps the interface that it has none of", async () => {
  const { packet, steps } = await traced("tcp 9.9.9.9:40000 > 10.9.2.11:25 state=new path=input");
  expect(packet).toBe("tcp 9.9.9.9:40000 > 10.9.2.11:25 state=new path=input in=wan0");
  expect(steps.map(({ chain }) => chain)).not.toContain("forward");
  const out = await traced("tcp 10.9.2.11:25 > 9.9.9.9:40000 state=new path=output");
  expect(out.packet).toBe("tcp 10.9.2.11:25 > 9.9.9.9:40000 state=new path=output out=wan0");
});

const MAIL = "tcp 10.9.2.11:40000 > 9.9.9.9:25 state=new";

test("a change is walked as it would be loaded, with lines of its own files", async () => {
  const now = await traced(MAIL);
  const then = await traced(MAIL, 1);
  expect([now.change, now.verdict, now.rule?.file]).toEqual([null, "accept", "nft"]);
  expect([then.change, then.verdict, then.rule]).toEqual([
    1,
    "drop",
    expect.objectContaining({ file: SOURCE, line: 7 }),
  ]);
  expect(then.hash).toBe(now.hash);
});

test.each([
  [2, "change 2 is of `fw2`, not of `fw1`"],
  [3, "change 3 would not load on fw1: "],
  [4, "the files of change 4 have more than"],
  [9, "there is no such change"],
])("a change that cannot be walked is refused with its reason: %s", async (change, why) => {
  const found = await traces().trace("fw1", MAIL, change);
  expect(found.kind === "refusal" ? found.reason : found.kind).toContain(why);
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
