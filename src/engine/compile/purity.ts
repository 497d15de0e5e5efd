import type { Chain, Table } from "../device/device.ts";
import type { Expression, SetReference } from "../device/expression.ts";
import { limitsElements } from "../device/limitedSet.ts";
import type { Statement, Verdict } from "../device/statement.ts";
import { selectorRow } from "../packet/selectors/index.ts";
import type { Purity, World } from "./world.ts";
import { isWatched } from "./writeSelector.ts";

const NOTHING: Purity = { writesNothing: true, isShared: true };
const EVERYTHING: Purity = { writesNothing: false, isShared: false };
const OWN_STATE: Purity = { writesNothing: true, isShared: false };

export function isPure(world: World, table: Table, chain: Chain): Purity {
  const known = world.purity.get(chain);
  if (known !== undefined) return known;
  /* While it is worked out: a circle adds nothing of its own. */
  world.purity.set(chain, NOTHING);
  let purity = NOTHING;
  for (const rule of chain.rules)
    for (const statement of rule.statements)
      purity = both(purity, purityOf(world, table, statement));
  world.purity.set(chain, purity);
  return purity;
}

function both(a: Purity, b: Purity): Purity {
  return {
    writesNothing: a.writesNothing && b.writesNothing,
    isShared: a.isShared && b.isShared,
  };
}

function purityOf(world: World, table: Table, statement: Statement): Purity {
  switch (statement.kind) {
    case "verdict":
      return ofVerdict(world, table, statement.verdict);
    case "verdictMap":
      return ofMap(world, table, statement.map);
    case "write":
      return isWatched(world, statement.target) ||
        isSearched(world, statement.target) ||
        /* What is in a zone reads as new, and NAT is asked about it, whether or not a rule reads zones. */
        statement.target.endsWith("zone")
        ? { writesNothing: false, isShared: true }
        : NOTHING;
    case "nat":
      return EVERYTHING;
    case "notrack":
      return { writesNothing: false, isShared: true };
    case "limit":
    case "quota":
    case "connectionCount":
    case "hashLimit":
    case "recent":
    case "statistic":
    case "dynamicSet":
      return OWN_STATE;
    case "objectReference":
      return statement.object === "limit" || statement.object === "quota" ? OWN_STATE : NOTHING;
    case "opaqueMatch":
      return statement.unknown === "stateful" ? OWN_STATE : NOTHING;
    case "match": {
      const { test, left } = statement;
      const asksDynamic = test.kind === "set" && isDynamic(world, table, test.set);
      return asksDynamic || hasState(left) ? OWN_STATE : NOTHING;
    }
    default:
      return NOTHING;
  }
}

/** Whether what is written unread may be found by a search in the bytes. */
function isSearched({ layout }: World, target: string): boolean {
  return layout.questions.searchesBytes && !/^(meta|ct) /.test(target);
}

function ofVerdict(world: World, table: Table, verdict: Verdict): Purity {
  if (verdict.kind !== "jump" && verdict.kind !== "goto") return NOTHING;
  const chain = world.facts.chain(table, verdict.chain);
  return chain === null ? NOTHING : isPure(world, table, chain);
}

function ofMap(world: World, table: Table, map: SetReference): Purity {
  const elements =
    map.kind === "anonymous" ? map.elements : (world.facts.set(table, map)?.elements ?? []);
  let purity = isDynamic(world, table, map) ? OWN_STATE : NOTHING;
  const targets = new Set<string>();
  for (const { data } of elements)
    if (data?.kind === "verdict" && "chain" in data.verdict && !targets.has(data.verdict.chain)) {
      targets.add(data.verdict.chain);
      purity = both(purity, ofVerdict(world, table, data.verdict));
    }
  return purity;
}

/** What the set holds, or lets through, is unknown, and new for each rule that asks. */
function isDynamic(world: World, table: Table, reference: SetReference): boolean {
  const set = world.facts.set(table, reference);
  return set !== null && (set.dynamic || limitsElements(set));
}

function hasState(expression: Expression): boolean {
  switch (expression.kind) {
    case "selector":
      return selectorRow(expression.id).unknown === "stateful";
    case "generator":
      return expression.source === "random" || expression.source === "increment";
    case "opaque":
      return expression.unknown === "stateful";
    case "binary":
      return hasState(expression.left) || hasState(expression.right);
    case "concatenation":
      return expression.parts.some(hasState);
    case "lookup":
      return hasState(expression.key);
    default:
      return false;
  }
}
