import type { Chain, Rule, Table } from "../device/device.ts";
import type { RejectWith } from "../device/statement.ts";
import type { HookedChain } from "./deviceIndex.ts";
import type { Decider, PathStep, TableName } from "./outcome.ts";
import { type Effect, runStatement } from "./statements.ts";
import type { Walk } from "./walk.ts";

/** How a base chain ended for the packet. */
export interface ChainResult {
  readonly decision: PathStep["decision"];
  readonly rejectWith: RejectWith | null;
  readonly by: Decider;
}

/** Jumps below a base chain that the kernel's stack holds (NFT_JUMP_STACK_SIZE). */
const JUMP_STACK = 16;

interface Frame {
  readonly chain: Chain;
  next: number;
}

/** How a base chain ended, and the rules that matched in it. */
export interface BaseChainResult extends ChainResult {
  readonly matched: readonly Rule[];
}

export function runBaseChain(walk: Walk, hooked: HookedChain): BaseChainResult {
  const matched: Rule[] = [];
  return { ...runFrames(walk, hooked, matched), matched };
}

/** Runs a base chain as nft_do_chain does: a stack of frames, a goto leaves none behind. */
function runFrames(walk: Walk, hooked: HookedChain, matched: Rule[]): ChainResult {
  const { table, chain, base } = hooked;
  const name: TableName = { family: table.family, name: table.name };
  const stack: Frame[] = [];
  let frame: Frame = { chain, next: 0 };
  for (;;) {
    const rule = frame.chain.rules[frame.next];
    if (rule === undefined) {
      const back = stack.pop();
      if (back === undefined) return byPolicy(base.policy, name, chain.name);
      frame = back;
      continue;
    }
    frame.next++;
    walk.choices.at = rule.span;
    const effect = runRule(walk, table, rule);
    if (effect.kind === "break") {
      walk.choices.at = null;
      continue;
    }
    matched.push(rule);
    const by: Decider = { kind: "rule", rule, table: name, chain: frame.chain.name };
    const ended = endOf(walk, effect, by);
    walk.choices.at = null;
    if (ended !== null) return ended;
    const move = moveOf(effect);
    if (move === null) continue;
    if (move.kind === "return") {
      const back = stack.pop();
      if (back === undefined) return byPolicy(base.policy, name, chain.name);
      frame = back;
      continue;
    }
    const target = walk.index.chain(table, move.chain);
    if (target === null || stack.length >= JUMP_STACK)
      return { decision: "undecided", rejectWith: null, by };
    if (move.kind === "jump") stack.push(frame);
    frame = { chain: target, next: 0 };
  }
}

function byPolicy(policy: "accept" | "drop", table: TableName, chain: string): ChainResult {
  return { decision: policy, rejectWith: null, by: { kind: "policy", table, chain } };
}

/** Runs the statements up to the first that does not match or that ends the rule. */
function runRule(walk: Walk, table: Table, rule: Rule): Effect {
  for (const statement of rule.statements) {
    const effect = runStatement(walk, table, statement);
    /* `continue`, also out of a verdict map, goes on with the next statement (measured). */
    const goesOn =
      effect.kind === "next" || (effect.kind === "verdict" && effect.verdict.kind === "continue");
    if (!goesOn) return effect;
  }
  return { kind: "next" };
}

/** The end of the base chain that an effect means, or null where the walk goes on in it. */
function endOf(walk: Walk, effect: Effect, by: Decider): ChainResult | null {
  switch (effect.kind) {
    case "next":
    case "break":
      return null;
    case "reject":
      return { decision: "reject", rejectWith: effect.with, by };
    case "undecided":
      walk.choices.choose(`after ${effect.text}`, effect.text, ["anything"]);
      return { decision: "undecided", rejectWith: null, by };
    case "verdict":
      break;
  }
  switch (effect.verdict.kind) {
    case "accept":
    case "drop":
    case "queue":
      return { decision: effect.verdict.kind, rejectWith: null, by };
    default:
      return null;
  }
}

type Move =
  | { readonly kind: "return" }
  | { readonly kind: "jump" | "goto"; readonly chain: string };

function moveOf(effect: Effect): Move | null {
  if (effect.kind !== "verdict") return null;
  const { verdict } = effect;
  if (verdict.kind === "jump" || verdict.kind === "goto") return verdict;
  return verdict.kind === "return" ? { kind: "return" } : null;
}
