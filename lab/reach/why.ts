import { type Arena, FALSE, type Node } from "../../src/engine/bdd/index.ts";
import type { Chain, Device, Rule, Table } from "../../src/engine/device/device.ts";
import type { Statement } from "../../src/engine/device/statement.ts";
import { asksEmptySet } from "../emptySet.ts";
import { elementsOf } from "../visit.ts";
import type { Meeting, Survey } from "./survey.ts";

/** Why nothing hits a rule, and the lines of the rules that it is about. */
export interface Reason {
  readonly reason: string;
  readonly lines: readonly number[];
}

const plain = (reason: string): Reason => ({ reason, lines: [] });
const by = (reason: string, rules: readonly Rule[]): Reason => ({
  reason,
  lines: [...new Set(rules.map(({ span }) => span.line))],
});

/** Why nothing of what comes to the chain hits a rule in it. */
export function whyNotHit(
  arena: Arena,
  device: Device,
  surveys: readonly Survey[],
  rule: Rule,
): Reason {
  const { table, chain } = placeOf(device, rule);
  const own = meetingsOf(surveys, rule);
  if (rule.statements.some((statement) => asksEmptySet(table, statement)))
    return plain("its set is empty");
  const wanted = union(
    arena,
    own.map((meeting) => meeting.wanted),
  );
  if (wanted === FALSE) return plain("it asks for what no packet has");
  const before = chain.rules.slice(0, chain.rules.indexOf(rule));
  let left = wanted;
  const takers = before.filter((other) => {
    const taken = union(
      arena,
      meetingsOf(surveys, other).map((meeting) => meeting.taken),
    );
    const isTaker = arena.intersects(taken, left);
    left = arena.difference(left, taken);
    return isTaker;
  });
  if (takers.length === 0) return plain("what comes to its chain is not what it asks for");
  return by("rules before it take all that it asks for", takers);
}

/** Why nothing comes to a rule at all. */
export function whyNotReached(device: Device, surveys: readonly Survey[], rule: Rule): Reason {
  const { table, chain } = placeOf(device, rule);
  const passed = chain.rules.filter((other) => meetingsOf(surveys, other).length > 0);
  const last = passed.at(-1);
  if (last !== undefined) return by("a rule before it takes every packet", [last]);
  if (table.dormant) return plain("its table is dormant");
  if (chain.base !== null) return plain("no packet comes to its chain");
  const callers = table.chains.flatMap(({ rules }) =>
    rules.filter(({ statements }) =>
      statements.some((statement) => leadsTo(table, statement, chain.name)),
    ),
  );
  if (callers.length === 0) return plain("no rule leads to its chain");
  return by("no packet hits what leads to its chain", callers);
}

function placeOf(device: Device, rule: Rule): { readonly table: Table; readonly chain: Chain } {
  for (const table of device.tables)
    for (const chain of table.chains) if (chain.rules.includes(rule)) return { table, chain };
  throw new Error(`rule \`${rule.text}\` is in no chain`);
}

function meetingsOf(surveys: readonly Survey[], rule: Rule): readonly Meeting[] {
  return surveys.flatMap(({ meetings }) => meetings.get(rule) ?? []);
}

function union(arena: Arena, nodes: readonly Node[]): Node {
  return nodes.reduce<Node>((all, node) => arena.or(all, node), FALSE);
}

function leadsTo(table: Table, statement: Statement, chain: string): boolean {
  if (statement.kind === "verdict")
    return "chain" in statement.verdict && statement.verdict.chain === chain;
  if (statement.kind !== "verdictMap") return false;
  return elementsOf(table, statement.map).some(
    ({ data }) =>
      data?.kind === "verdict" && "chain" in data.verdict && data.verdict.chain === chain,
  );
}
