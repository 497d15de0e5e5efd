import { expect, test } from "vitest";
import { NodeLimitError } from "../bdd/index.ts";
import { readDevice } from "../parsers/readDevice.ts";
import { judgeIntent, judgeIntents } from "./judge.ts";
import type { FlowPattern, Intent, IntentAnswer } from "./model.ts";
import { openJudge } from "./openJudge.ts";

const RULES = `table inet edge {
  chain forward {
    type filter hook forward priority 0; policy drop
    ct state established accept
    ip saddr 10.0.1.0/24 limit rate 5/second accept
    ip saddr 10.0.2.0/24 tcp dport { 25, 80 } accept
    tcp dport 25 accept
  }
}
table ip nat {
  chain prerouting {
    type nat hook prerouting priority dstnat
    ip daddr 192.0.2.1 tcp dport 25 dnat to 10.0.9.5
  }
}
`;
const { device } = readDevice({ files: new Map([["edge", RULES]]), roots: ["edge"] });

const address = (a: bigint) => new Map([["ip", [{ from: a, to: a }]] as const]);
const flow = (from: bigint, to: bigint, port: bigint): FlowPattern => ({
  path: "forward",
  from: { addresses: address(from), interfaces: ["in"] },
  to: { addresses: address(to), interfaces: ["out"] },
  services: [{ kind: "ports", protocol: 6, ports: [{ from: port, to: port }] }],
});
const ENDS = [0x0a000105n, 0x0a000205n, 0xc0000201n];
const INTENTS: readonly Intent[] = ENDS.flatMap((from) =>
  ENDS.filter((to) => to !== from).flatMap((to) =>
    [25n, 80n].flatMap((port) =>
      (["reachable", "blocked"] as const).map((kind) => ({ kind, flows: [flow(from, to, port)] })),
    ),
  ),
);

const statuses = (answers: readonly IntentAnswer[]) => answers.map(({ status }) => status);

function kept(intents: readonly Intent[], nodeLimit?: number) {
  const limit = nodeLimit === undefined ? {} : { nodeLimit };
  const judge = openJudge(device, { keeps: true, ...limit });
  return statuses(intents.map((intent) => judgeIntent(judge, intent, undefined)));
}

test("says of each intent what a judge of its own says, whatever was asked before", () => {
  const alone = statuses(judgeIntents(device, INTENTS));
  expect(new Set(alone)).toEqual(new Set(["holds", "holds, except", "broken", "undecided"]));
  expect(kept(INTENTS)).toEqual(alone);
  expect(kept([...INTENTS].reverse())).toEqual([...alone].reverse());
});

test("begins anew where a question does not fit in beside what others have left", () => {
  const needed = (intents: readonly Intent[]) => {
    const judge = openJudge(device, { keeps: true });
    for (const intent of intents) judgeIntent(judge, intent, undefined);
    return judge.analysing(({ arena }) => arena.nodeCount);
  };
  const nodeLimit = Math.max(...INTENTS.map((intent) => needed([intent])));
  expect(needed(INTENTS)).toBeGreaterThan(nodeLimit);
  expect(kept(INTENTS, nodeLimit)).toEqual(kept(INTENTS));
});

test("says that it is too much where it is so alone, and goes on with the next one", () => {
  const judge = openJudge(device, { nodeLimit: 1_000, keeps: true });
  const fill = () =>
    judge.analysing(({ arena }) => {
      for (let value = 2; ; value++) arena.terminal(value);
    });
  expect(fill).toThrow(NodeLimitError);
  expect(judge.analysing(() => "done")).toBe("done");
});
