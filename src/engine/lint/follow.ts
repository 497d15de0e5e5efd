import { FALSE, type Node } from "../bdd/index.ts";
import { ACCEPT, DROP } from "../compile/index.ts";
import type { Rule } from "../device/device.ts";
import type { ChainNode } from "./chainGraph.ts";
import { meets } from "./hasMember.ts";
import { MeetTree } from "./meetTree.ts";

/** Rules that some packets are followed to; beyond it nothing is said of them. */
export const MAXIMUM_STEPS = 256;

export type MeetTrees = Map<ChainNode, MeetTree>;

/** What is asked of packets on their way through a base chain. */
export interface Follower {
  readonly trees: MeetTrees;
  /** False: packets may not meet the rule. */
  readonly isPassed: (rule: Rule) => boolean;
  /** Whether they may end like this. */
  readonly isRight: (fate: number) => boolean;
}

export interface Steps {
  count: number;
}

/** Whether all packets that come to a place in a chain surely end as they may, and meet no rule that they may not. */
export function allEnd(
  follower: Follower,
  node: ChainNode,
  from: number,
  packets: Node,
  steps: Steps = { count: 0 },
): boolean {
  if (packets === FALSE) return true;
  const leaving = leavingFrom(follower, node, from, packets, steps);
  if (leaving === null || leaving === FALSE) return leaving !== null;
  const { base } = node.place.hooked;
  if (node.calls.length === 0) return follower.isRight(base.policy === "accept" ? ACCEPT : DROP);
  return node.calls.every(({ from: caller, index, isGoto, packets: asked }) => {
    const back = node.place.world.arena.and(leaving, asked);
    return allEnd(follower, caller, isGoto ? caller.rules.length : index + 1, back, steps);
  });
}

/** Packets that leave the chain undecided; null: some end otherwise, or meet what they may not, or too many rules follow. */
function leavingFrom(
  follower: Follower,
  node: ChainNode,
  from: number,
  packets: Node,
  steps: Steps,
): Node | null {
  const { arena } = node.place.world;
  let open = packets;
  let returned: Node = FALSE;
  let next = treeOf(follower, node).next(from, (set) => meets(arena, open, set));
  while (next !== null && open !== FALSE) {
    const rule = node.rules[next];
    if (rule === undefined || ++steps.count > MAXIMUM_STEPS) return null;
    if (!follower.isPassed(rule.rule)) return null;
    let goesOn = open;
    for (const exit of rule.run.exits) {
      const taken = arena.and(open, exit.packets);
      if (taken === FALSE) continue;
      goesOn = arena.difference(goesOn, taken);
      if (exit.kind === "fate") {
        if (!follower.isRight(exit.fate)) return null;
      } else if (exit.kind === "return") returned = arena.or(returned, taken);
      else {
        const callee = rule.callees.get(exit.chain) ?? null;
        const back = callee === null ? null : leavingFrom(follower, callee, 0, taken, steps);
        if (back === null) return null;
        if (exit.kind === "jump") goesOn = arena.or(goesOn, back);
        else returned = arena.or(returned, back);
      }
    }
    open = goesOn;
    next = treeOf(follower, node).next(next + 1, (set) => meets(arena, open, set));
  }
  return arena.or(open, returned);
}

export function treeOf({ trees }: Follower, node: ChainNode): MeetTree {
  const known = trees.get(node);
  if (known !== undefined) return known;
  const tree = new MeetTree(
    node.place.world.arena,
    node.rules.map(({ met }) => met),
  );
  trees.set(node, tree);
  return tree;
}
