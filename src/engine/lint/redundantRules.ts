import { FALSE } from "../bdd/index.ts";
import type { Rule, Table } from "../device/device.ts";
import { aloneTracks } from "./aloneTracks.ts";
import type { ChainNode } from "./chainGraph.ts";
import type { ChainGraphs } from "./chainGraphs.ts";
import type { DeadRule } from "./deadRules.ts";
import { allEnd, type MeetTrees } from "./follow.ts";
import { oneEnds } from "./followOne.ts";
import { memberAtOnce, membersOf } from "./hasMember.ts";
import type { PlacedRule } from "./model.ts";
import { isAsking, isQuiet, verdictWord } from "./ruleWords.ts";

/**
 * Rules that could go without any packet faring otherwise: what they decide is decided alike behind them, and on the
 * way there nothing is logged, counted by name, marked or remembered. Dead rules are no part of it: of two rules that
 * say the same, one is told.
 */
export function redundantRules(
  { graphs, runs, notAnalysed }: ChainGraphs,
  dead: readonly DeadRule[],
): readonly PlacedRule[] {
  const gone = new Set(dead.map(({ rule }) => rule));
  const found = new Map<Rule, { readonly placed: PlacedRule; isRedundant: boolean }>();
  const trees: MeetTrees = new Map();
  /* A chain may be called from several base chains, and what happens behind some of them is not known here. */
  const elsewhere = new Set(runs.flatMap(({ visits }) => visits.map(({ rule }) => rule)));
  const open = new Set(notAnalysed.map(({ table }) => table));
  for (const node of graphs.flat()) {
    const { chain, place } = node;
    const { table, base } = place.hooked;
    if (node.ways.length === 0 || open.has(table)) continue;
    for (const [index, { rule }] of node.rules.entries()) {
      if (gone.has(rule) || found.get(rule)?.isRedundant === false) continue;
      const isKnown = base.type !== "nat" && !elsewhere.has(rule);
      const role =
        isKnown && mayBeRedundant(node, index, table)
          ? roleOf(trees, gone, node, index)
          : "decides";
      if (role === "idle") continue;
      found.set(rule, { placed: { rule, table, chain }, isRedundant: role === "redundant" });
    }
  }
  return [...found.values()].flatMap(({ placed, isRedundant }) => (isRedundant ? [placed] : []));
}

/** A plain rule that decides; one without conditions at the end says on purpose what the policy says. */
function mayBeRedundant({ rules }: ChainNode, index: number, table: Table): boolean {
  const one = rules[index];
  if (one === undefined) return false;
  const { rule, run } = one;
  if (!/^(accept|drop|reject)$/.test(verdictWord(rule) ?? "") || run.fed.length > 0) return false;
  if (!rule.statements.every(isQuiet) || run.exits.some(({ kind }) => kind !== "fate"))
    return false;
  return (isAsking(rule) || index < rules.length - 1) && !aloneTracks(rule, table);
}

/** What a rule is good for at one place; `idle`: no packet meets it there. */
type Role = "decides" | "redundant" | "idle";

function roleOf(trees: MeetTrees, gone: ReadonlySet<Rule>, node: ChainNode, index: number): Role {
  const { arena } = node.place.world;
  const rule = node.rules[index];
  let isMet = false;
  for (const way of node.ways)
    for (const exit of rule?.run.exits ?? []) {
      if (exit.kind !== "fate" || rule === undefined) return "decides";
      const region = { inside: way.inside, outside: [...way.outside, ...rule.earlier] };
      /* Most rules are not redundant, and one packet shows it. */
      const one = memberAtOnce(arena, region, exit.packets);
      const follower = {
        trees,
        isPassed: (rule: Rule) => isUnnoticed(rule, gone),
        isRight: (fate: number) => fate === exit.fate,
      };
      if (one !== null && !oneEnds(follower, node, index + 1, one)) return "decides";
      const packets = membersOf(arena, region, exit.packets);
      if (packets === FALSE) continue;
      isMet = true;
      if (!allEnd(follower, node, index + 1, packets)) return "decides";
    }
  return isMet ? "redundant" : "idle";
}

/** Whether packets leave no trace of having come to the rule; of rules that are dead nothing is said twice. */
function isUnnoticed(rule: Rule, gone: ReadonlySet<Rule>): boolean {
  return !gone.has(rule) && rule.statements.every(isQuiet);
}
