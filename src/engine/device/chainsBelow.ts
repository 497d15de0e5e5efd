import type { Chain, Table } from "./device.ts";
import type { SetElement } from "./set.ts";
import type { Statement } from "./statement.ts";

/** Chains of a table that packets of a chain can come to, itself included. */
export function chainsBelow(table: Table, first: Chain): ReadonlySet<Chain> {
  const targets = targetsIn(table);
  const chains = new Set([first]);
  for (const chain of chains) for (const target of targets.get(chain) ?? []) chains.add(target);
  return chains;
}

type Targets = ReadonlyMap<Chain, ReadonlySet<Chain>>;

/** Tables never change, and are asked about for every path. */
const TARGETS = new WeakMap<Table, Targets>();

function targetsIn(table: Table): Targets {
  const known = TARGETS.get(table);
  if (known !== undefined) return known;
  const byName = new Map(table.chains.map((chain) => [chain.name, chain]));
  const targets = new Map<Chain, ReadonlySet<Chain>>();
  for (const chain of table.chains) {
    const found = new Set<Chain>();
    for (const { statements, isPlain } of chain.rules) {
      if (isPlain) continue;
      for (const statement of statements)
        for (const name of namesIn(table, statement)) {
          const target = byName.get(name);
          if (target !== undefined) found.add(target);
        }
    }
    targets.set(chain, found);
  }
  TARGETS.set(table, targets);
  return targets;
}

/** Names of chains to which a statement can send packets. */
export function namesIn(table: Table, statement: Statement): readonly string[] {
  if (statement.kind === "verdict")
    return "chain" in statement.verdict ? [statement.verdict.chain] : [];
  if (statement.kind !== "verdictMap") return [];
  return elementsOf(table, statement.map).flatMap(({ data }) =>
    data?.kind === "verdict" && "chain" in data.verdict ? [data.verdict.chain] : [],
  );
}

/** An ipset holds no verdicts. */
function elementsOf(
  table: Table,
  map: Extract<Statement, { readonly kind: "verdictMap" }>["map"],
): readonly SetElement[] {
  if (map.kind === "anonymous") return map.elements;
  if (map.kind === "ipset") return [];
  return table.sets.find(({ name }) => name === map.name)?.elements ?? [];
}
