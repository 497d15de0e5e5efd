import type { Range } from "../../src/engine/base/range.ts";
import type { BaseChain, Chain, Device, Rule, Table } from "../../src/engine/device/device.ts";
import type { Expression } from "../../src/engine/device/expression.ts";
import type { Statement } from "../../src/engine/device/statement.ts";
import { elementsOf } from "../visit.ts";

/** A rule to hit, and the rules that lead to it. */
export interface Target {
  readonly table: Table;
  readonly base: BaseChain;
  readonly chain: Chain;
  readonly rule: Rule;
  /** From the base chain on: the rules that jump, each perhaps by one element of a map. */
  readonly way: readonly Turn[];
}

interface Turn {
  readonly rule: Rule;
  readonly key: { readonly expression: Expression; readonly ranges: readonly Range[] } | null;
}

/** Ways to one chain that are kept: the same chain is often reached from several hooks. */
const MAXIMUM_WAYS = 8;
const MAXIMUM_DEPTH = 16;
/** Elements of a verdict map that are followed. */
const MAXIMUM_ELEMENTS = 64;

/** Every rule with the ways to it; a rule without a way is in no chain that a packet comes to. */
export function findTargets(device: Device): ReadonlyMap<Rule, readonly Target[]> {
  const targets = new Map<Rule, Target[]>();
  for (const table of device.tables) {
    const chains = new Map(table.chains.map((chain) => [chain.name, chain]));
    const counts = new Map<Chain, number>();
    for (const chain of table.chains) {
      for (const rule of chain.rules) targets.set(rule, targets.get(rule) ?? []);
      if (chain.base !== null && !table.dormant)
        follow(table, chain.base, chain, [], chains, counts, targets);
    }
  }
  return targets;
}

function follow(
  table: Table,
  base: BaseChain,
  chain: Chain,
  way: readonly Turn[],
  chains: ReadonlyMap<string, Chain>,
  counts: Map<Chain, number>,
  targets: Map<Rule, Target[]>,
): void {
  const count = counts.get(chain) ?? 0;
  if (count >= MAXIMUM_WAYS || way.length > MAXIMUM_DEPTH) return;
  counts.set(chain, count + 1);
  for (const rule of chain.rules) {
    const own = targets.get(rule) ?? [];
    own.push({ table, base, chain, rule, way });
    targets.set(rule, own);
    for (const { name, turn } of turnsOf(table, rule)) {
      const next = chains.get(name);
      if (next !== undefined) follow(table, base, next, [...way, turn], chains, counts, targets);
    }
  }
}

function turnsOf(table: Table, rule: Rule): readonly { name: string; turn: Turn }[] {
  return rule.statements.flatMap((statement) => turnsOfStatement(table, rule, statement));
}

function turnsOfStatement(
  table: Table,
  rule: Rule,
  statement: Statement,
): readonly { name: string; turn: Turn }[] {
  if (statement.kind === "verdict") {
    const { verdict } = statement;
    if (verdict.kind !== "jump" && verdict.kind !== "goto") return [];
    return [{ name: verdict.chain, turn: { rule, key: null } }];
  }
  if (statement.kind !== "verdictMap") return [];
  return elementsOf(table, statement.map)
    .slice(0, MAXIMUM_ELEMENTS)
    .flatMap((element) => {
      const { data } = element;
      if (data?.kind !== "verdict") return [];
      if (data.verdict.kind !== "jump" && data.verdict.kind !== "goto") return [];
      const key = element.catchAll ? null : { expression: statement.key, ranges: element.key };
      return [{ name: data.verdict.chain, turn: { rule, key } }];
    });
}
