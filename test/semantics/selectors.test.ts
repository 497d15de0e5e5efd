import { describe, expect, test } from "vitest";
import type { Hook } from "../../src/engine/device/device.ts";
import { interpret } from "../../src/engine/interpret/interpret.ts";
import { isNotationError, parsePacket } from "../../src/engine/packet/notation.ts";
import { SELECTORS, selectorRow } from "../../src/engine/packet/selectors/index.ts";
import { knownAt } from "../../src/engine/packet/selectors/known.ts";
import { readDevice } from "../../src/engine/parsers/readDevice.ts";

/*
 * The table of selectors against the interpreter, hook by hook: a positive and a negated question each.
 * What is not there matches neither, or reads as zero and matches the negation, as the row says.
 */

const QUESTIONS: readonly (readonly [id: string, value: string])[] = [
  ["iifname", '"eth7"'],
  ["oifname", '"eth7"'],
  ["iiftype", "loopback"],
  ["oiftype", "loopback"],
  ["meta skuid", "7"],
  ["meta skgid", "7"],
  ["ct mark", "7"],
  ["ct direction", "reply"],
  ["tcp dport", "7"],
  ["meta l4proto", "udp"],
  ["meta mark", "7"],
];

const PACKETS: Readonly<Record<string, string>> = {
  prerouting: "in=eth0 out=eth1 path=forward",
  input: "in=eth0 path=input",
  forward: "in=eth0 out=eth1 path=forward",
  output: "out=eth1 path=output uid=5 gid=5",
  postrouting: "in=eth0 out=eth1 path=forward",
};

function isMatched(hook: string, priority: number, rule: string): boolean {
  const text = `table inet t {
 chain c {
  type filter hook ${hook} priority ${priority}; policy accept;
  ${rule} drop
 }
 chain turnsTrackingOn {
  ct state new accept
 }
}
`;
  const { device, refused } = readDevice({ files: new Map([["t", text]]), roots: ["t"] });
  expect(refused).toEqual([]);
  const packet = `tcp 10.0.0.5:40000 > 198.51.100.7:25 state=new ${PACKETS[hook]}`;
  const spec = parsePacket(packet);
  if (isNotationError(spec)) throw new Error(spec.message);
  const { outcomes } = interpret(device, spec, { host: null });
  /* What comes in may have been given to a socket, whose owner nobody knows. */
  const isOwned = hook === "input" && /^meta sk[ug]id/.test(rule);
  expect(outcomes.length, `${hook} ${rule}`).toBe(isOwned ? 3 : 1);
  return isOwned ? rule.includes("!=") : outcomes[0]?.verdict === "drop";
}

describe.each(QUESTIONS)("%s", (id, value) => {
  const row = selectorRow(id);
  const { hooks, behind, but } = knownAt(row);
  test.each(Object.keys(PACKETS) as Hook[])("is known in %s as its row says", (hook) => {
    const isForwarded = hook === "postrouting" || hook === "forward" || hook === "prerouting";
    const isLeftOut = but?.includes("forwarded") === true && isForwarded;
    const isKnown = hooks.includes(hook) && !isLeftOut;
    const matchesNegation = isMatched(hook, 0, `${id} != ${value}`);
    expect(isMatched(hook, 0, `${id} ${value}`)).toBe(false);
    expect(matchesNegation).toBe(isKnown || row.absent === "zero");
    if (behind === null || (hook !== "prerouting" && hook !== "output")) return;
    expect(isMatched(hook, behind - 1, `${id} != ${value}`)).toBe(row.absent === "zero");
  });
});

test("every row has a width, and a place where it is known", () => {
  for (const row of SELECTORS.values()) {
    expect(row.width, row.id).toBeGreaterThan(0);
    expect(knownAt(row).hooks.length, row.id).toBeGreaterThan(0);
  }
});
