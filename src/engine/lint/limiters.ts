import { type Arena, FALSE, type Node } from "../bdd/index.ts";
import { ACCEPT } from "../compile/index.ts";
import type { Rule } from "../device/device.ts";
import type { ChainNode } from "./chainGraph.ts";
import type { LintContext } from "./context.ts";
import { allEnd, type MeetTrees } from "./follow.ts";
import { generatorOf } from "./generated.ts";
import { membersOf } from "./hasMember.ts";
import type { LintDiagnostic } from "./model.ts";
import { verdictWord } from "./ruleWords.ts";

/** Rules that accept up to a limit, where what is over it is accepted as well. */
export function limiterFindings({ graphs }: LintContext): readonly LintDiagnostic[] {
  const trees: MeetTrees = new Map();
  const found = new Map<Rule, LintDiagnostic>();
  for (const node of graphs.graphs.flat()) {
    const { hooked } = node.place;
    if (hooked.base.type !== "filter" || generatorOf(hooked.table, node.chain) !== null) continue;
    const levels = memoryLevels(graphs);
    for (const [index, { rule }] of node.rules.entries())
      if (limitsAccept(rule) && isInVain(node, index, levels, trees)) found.set(rule, tell(rule));
  }
  return [...found.values()];
}

function memoryLevels({ analysis }: LintContext["graphs"]): readonly number[] {
  return analysis.layout.flags.filter(({ kind }) => kind === "stateful").map(({ level }) => level);
}

function limitsAccept(rule: Rule): boolean {
  return (
    verdictWord(rule) === "accept" &&
    rule.statements.some(
      (statement) => (statement.kind === "limit" && !statement.over) || isHashLimit(statement),
    )
  );
}

function isHashLimit(statement: Rule["statements"][number]): boolean {
  return statement.kind === "hashLimit" && !statement.above;
}

function isInVain(
  node: ChainNode,
  index: number,
  levels: readonly number[],
  trees: MeetTrees,
): boolean {
  const { arena } = node.place.world;
  const one = node.rules[index];
  const follower = { trees, isPassed: () => true, isRight: (fate: number) => fate === ACCEPT };
  let isMet = false;
  for (const way of node.ways)
    for (const exit of one?.run.exits ?? []) {
      const over = excess(arena, exit.packets, levels);
      const outside = [...way.outside, ...(one?.earlier ?? [])];
      const packets = membersOf(arena, { inside: way.inside, outside }, over);
      if (packets === FALSE) continue;
      isMet = true;
      if (!allEnd(follower, node, index + 1, packets)) return false;
    }
  return isMet;
}

/** Packets that would have matched if their limit had not been used up. */
function excess(arena: Arena, packets: Node, levels: readonly number[]): Node {
  return arena.difference(arena.exists(packets, levels), packets);
}

function tell({ span }: Rule): LintDiagnostic {
  return {
    code: "PM6019",
    severity: "warning",
    message: "this limit limits nothing: what is over it goes on, and is accepted behind this rule",
    span,
    related: [],
    help: "drop the same packets in the rule behind it",
    fix: null,
  };
}
