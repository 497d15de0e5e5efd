import { type Assignment, evaluate, type Node } from "../bdd/index.ts";
import { ACCEPT, DROP } from "../compile/index.ts";
import type { ChainNode } from "./chainGraph.ts";
import { type Follower, MAXIMUM_STEPS, type Steps, treeOf } from "./follow.ts";

/**
 * As `allEnd`, for one packet; variables that are not assigned count as not set. It makes no nodes, so it comes first:
 * most questions are answered by one packet for which they are not so.
 */
export function oneEnds(
  follower: Follower,
  node: ChainNode,
  from: number,
  packet: Assignment,
  steps: Steps = { count: 0 },
): boolean {
  const end = endOf(follower, node, from, packet, steps);
  if (end !== "leaves") return end === "right";
  const { base } = node.place.hooked;
  if (node.calls.length === 0) return follower.isRight(base.policy === "accept" ? ACCEPT : DROP);
  const { arena } = node.place.world;
  return node.calls
    .filter(({ packets }) => evaluate(arena, packets, packet) !== 0)
    .every(({ from: caller, index, isGoto }) =>
      oneEnds(follower, caller, isGoto ? caller.rules.length : index + 1, packet, steps),
    );
}

type End = "right" | "wrong" | "leaves";

function endOf(
  follower: Follower,
  node: ChainNode,
  from: number,
  packet: Assignment,
  steps: Steps,
): End {
  const { arena } = node.place.world;
  const holds = (set: Node) => evaluate(arena, set, packet) !== 0;
  const tree = treeOf(follower, node);
  for (let next = tree.next(from, holds); next !== null; next = tree.next(next + 1, holds)) {
    const rule = node.rules[next];
    if (rule === undefined || ++steps.count > MAXIMUM_STEPS) return "wrong";
    if (!follower.isPassed(rule.rule)) return "wrong";
    const exit = rule.run.exits.find(({ packets }) => holds(packets));
    if (exit === undefined) continue;
    if (exit.kind === "fate") return follower.isRight(exit.fate) ? "right" : "wrong";
    if (exit.kind === "return") return "leaves";
    const callee = rule.callees.get(exit.chain) ?? null;
    const end = callee === null ? "wrong" : endOf(follower, callee, 0, packet, steps);
    if (end !== "leaves" || exit.kind === "goto") return end;
  }
  return "leaves";
}
