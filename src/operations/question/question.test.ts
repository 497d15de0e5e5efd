import { describe, expect, test } from "vitest";
import { seededRandom } from "../../engine/bdd/index.ts";
import { interpret } from "../../engine/interpret/interpret.ts";
import { isNotationError, parsePacket } from "../../engine/packet/notation.ts";
import { parseNetwork } from "../inventory/networkFile.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import { makeSnapshot } from "../inventory/snapshot.ts";
import { aimsOf } from "./borders.ts";
import { certainly } from "./certain.ts";
import { candidateNear, candidateText, surroundingsOf } from "./packets.ts";
import type { RulesOptions } from "./runningRules.ts";
import { openQuestions } from "./service.ts";

const NETWORK = `
devices:
  fw1: { reach: local, addresses: [10.9.1.1, 10.9.2.1, 203.0.113.1] }
zones:
  lan: { device: fw1, interfaces: lan0, addresses: 10.9.1.0/24 }
  dmz: { device: fw1, interfaces: dmz0, addresses: 10.9.2.0/24 }
  internet: { device: fw1, interfaces: "wan*", addresses: internet }
`;
const RULES = `table inet edge {
	set mail {
		type ipv4_addr
		elements = { 10.9.2.11, 10.9.2.12 }
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
		ip saddr @mail tcp dport { 25, 587 } accept
		ip saddr 10.9.1.0/25 tcp dport 1024-2047 accept
		ip daddr 10.9.2.11 udp dport 53 reject
		tcp dport 4444 jump games
	}
	chain games {
		ip saddr 10.9.1.128/25 drop
		accept
	}
	chain input {
		type filter hook input priority filter; policy drop;
		ip saddr 10.9.1.7 tcp dport 22 accept
	}
}
table ip nat {
	chain pre {
		type nat hook prerouting priority dstnat; policy accept;
		ip daddr 203.0.113.1 tcp dport 25 dnat to 10.9.2.11
	}
}
`;

function desk(rules: string, more: Partial<RulesOptions> = {}) {
  const { network, diagnostics } = parseNetwork("n", NETWORK);
  expect(diagnostics).toEqual([]);
  if (network === null) throw new Error("no network");
  const snapshot = makeSnapshot("fw1", [{ name: "nft", text: rules }]);
  const { hash } = snapshot;
  const options: RulesOptions = {
    running: async () => ({ hash, notSeen: [] }),
    snapshotOf: async (wanted, device) => (wanted === hash && device === "fw1" ? snapshot : null),
    ...more,
  };
  return {
    device: runningDevice(snapshot).device,
    around: surroundingsOf(network, "fw1"),
    ...openQuestions({ network: () => network, ...options }),
  };
}

const SEEDS = [1, 2, 3, 4, 5];

describe.each(SEEDS)("with the seed %s", (seed) => {
  test("questions are the same again, each packet is asked once, and one of the rules is right", async () => {
    const { ask, device } = desk(RULES);
    const { questions, notAsked } = await ask(seed, 12);
    expect(notAsked).toEqual([]);
    expect(questions).toHaveLength(12);
    expect(await desk(RULES).ask(seed, 12)).toEqual({ questions, notAsked });
    expect(new Set(questions.map(({ packet }) => packet)).size).toBe(12);
    for (const { packet, rules } of questions) {
      const end = certainly(device, packet);
      if (end.kind !== "certain") throw new Error(packet);
      expect(rules.length).toBeGreaterThan(1);
      expect(rules.filter(({ id }) => id === end.decider.id)).toEqual([end.decider]);
      expect(new Set(rules.map(({ text }) => text)).size).toBe(rules.length);
    }
  });

  test("the grade is what the interpreter finds, whatever is unknown", async () => {
    const { ask, grade, device } = desk(RULES);
    for (const { id, packet, rules } of (await ask(seed, 12)).questions) {
      const spec = parsePacket(packet);
      if (isNotationError(spec)) throw new Error(spec.message);
      const { outcomes } = interpret(device, spec, { host: null });
      const verdicts = new Set(outcomes.map(({ verdict }) => verdict));
      expect(verdicts.size).toBe(1);
      let right = 0;
      for (const { id: rule } of rules) {
        const graded = await grade({ question: id, verdict: "drop", rule });
        if ("reason" in graded) throw new Error(graded.reason);
        expect([...verdicts]).toEqual([graded.verdict.right]);
        expect(graded.verdict.isRight).toBe(graded.verdict.right === "drop");
        expect(graded.explanation.at(-1)).toBe(`${graded.verdict.right}, by ${graded.rule.text}`);
        if (graded.rule.isRight) right++;
      }
      expect(right).toBe(1);
    }
  });
});

test("packets lie at the edges of what rules ask for, on both sides", () => {
  const { device, around } = desk(RULES);
  const random = seededRandom(1);
  const packets = aimsOf(device).flatMap((aim) =>
    Array.from({ length: 200 }, () => candidateNear(aim, around, random)).flatMap((one) =>
      one === null ? [] : candidateText(one),
    ),
  );
  for (const edge of [":1023 ", ":1024 ", ":2047 ", ":2048 ", "10.9.1.127:", "10.9.1.128:"])
    expect(
      packets.some((packet) => packet.includes(edge)),
      edge,
    ).toBe(true);
});

test("a packet that gets another destination is asked about on its way to there", async () => {
  const all = await Promise.all(SEEDS.map((seed) => desk(RULES).ask(seed, 20)));
  const led = all
    .flatMap(({ questions }) => questions)
    .filter(({ packet }) => / > 203\.0\.113\.1:25 /.test(packet));
  for (const { packet } of led) expect(packet).toMatch(/path=(forward|output)/);
});

const HANGS: readonly (readonly [what: string, rule: string])[] = [
  ["a limit", "tcp dport 25 limit rate 1/second accept"],
  ["chance", "tcp dport 25 numgen random mod 2 0 accept"],
  ["the hour", 'tcp dport 25 meta hour "08:00"-"17:00" accept'],
  ["a set that packets fill", "tcp dport 25 ip saddr @seen accept"],
  ["a field that is not told", "tcp dport 25 ip ttl 3 accept"],
  ["user space", "tcp dport 25 queue to 0"],
];
test.each(HANGS)("nothing is asked whose answer hangs on %s", async (_, rule) => {
  const { ask } = desk(`table inet edge {
	set seen { type ipv4_addr; flags dynamic,timeout; timeout 1m; }
	chain forward {
		type filter hook forward priority filter; policy drop;
		ip protocol tcp update @seen { ip daddr }
		${rule}
	}
}`);
  const { questions } = await ask(1, 10);
  expect(questions.filter(({ packet }) => packet.includes(":25 "))).toEqual([]);
});

test("a device that cannot be asked about is listed, with the reason", async () => {
  const notAsked = async (rules: string, more: Partial<RulesOptions> = {}) => {
    const all = await desk(rules, more).ask(1, 5);
    expect(all.questions).toEqual([]);
    return all.notAsked;
  };
  expect(await notAsked("")).toEqual(["fw1: it has no rules"]);
  expect(await notAsked(RULES, { running: async () => null })).toEqual([
    "fw1: nothing was read of `fw1` yet; `premortem pull fw1` reads it",
  ]);
  const running: RulesOptions["running"] = async () => ({
    hash: makeSnapshot("fw1", [{ name: "nft", text: RULES }]).hash,
    notSeen: ["ipset: not allowed"],
  });
  expect(await notAsked(RULES, { running })).toEqual([
    "fw1: not all of it could be read: ipset: not allowed",
  ]);
  const [why] = await notAsked(`table inet edge {
	chain forward {
		type filter hook forward priority filter; policy drop;
		limit rate 1/second tcp dport 25 accept
		tcp dport 25 queue to 0
		numgen random mod 2 0 accept
	}
}`);
  expect(why).toMatch(/^fw1: no packet was found whose end is certain: it hangs on /);
});

test.each([
  "",
  "x",
  "e30",
  Buffer.from('{"device":"fw1","hash":"\\u0000","packet":"x"}').toString("base64url"),
  Buffer.from(`{"device":"zz","hash":"${"0".repeat(64)}","packet":"x"}`).toString("base64url"),
  Buffer.from(`{"device":"fw1","hash":"${"0".repeat(64)}","packet":"x"}`).toString("base64url"),
])("what is no question of ours is refused: %s", async (question) => {
  const graded = await desk(RULES).grade({ question, verdict: "drop", rule: "x" });
  expect(graded).toMatchObject({ kind: "refusal", code: "unknown" });
});

test("a question about a packet whose end is not certain is refused", async () => {
  const { grade } = desk(RULES);
  const { hash } = makeSnapshot("fw1", [{ name: "nft", text: RULES }]);
  const packet = "tcp any > any in=lan0 out=dmz0";
  const question = Buffer.from(JSON.stringify({ device: "fw1", hash, packet })).toString(
    "base64url",
  );
  expect(await grade({ question, verdict: "drop", rule: "x" })).toMatchObject({
    reason: "nobody can say for certain what becomes of it",
  });
});
