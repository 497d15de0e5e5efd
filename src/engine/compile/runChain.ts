import { balancedOrElse, FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { Chain, Hook, Rule, Table } from "../device/device.ts";
import type { Statement } from "../device/statement.ts";
import type { HookedChain } from "./facts.ts";
import { ACCEPT, DROP, NONE, RETURN } from "./fates.ts";
import { isPure } from "./purity.ts";
import { tableName } from "./ruleNames.ts";
import type { Exit } from "./ruleProgress.ts";
import { plainFate, plainRuleDiagram } from "./runMatch.ts";
import { type RuleRun, runRule } from "./runRule.ts";
import type { World } from "./world.ts";

/** What decided in a base chain. */
export type Decider =
  | { readonly kind: "rule"; readonly rule: Rule; readonly table: Table; readonly chain: Chain }
  | { readonly kind: "policy"; readonly table: Table; readonly chain: Chain };

/** Who wants to know what happens to packets inside a chain. */
export interface Listener {
  /** Packets that end the base chain with a fate; the sets are disjoint. */
  readonly onFate: (fate: number, packets: Node, by: Decider) => void;
  /** Asked for: rules are run one by one, and each is told. */
  readonly onRule: ((visit: RuleVisit) => void) | null;
}

/** One rule as packets come to it. */
export interface RuleVisit {
  readonly rule: Rule;
  readonly table: Table;
  readonly chain: Chain;
  readonly hook: Hook;
  /** Connection tracking has been passed. */
  readonly isTracked: boolean;
  readonly reached: Node;
  readonly run: RuleRun;
}

/** Nested jumps that the kernel allows below a base chain (measured: 15 load, 16 are refused). */
export const DEEPEST_JUMP = 16;

/** Where in the nest of chains the runner is. */
interface Frame {
  readonly world: World;
  readonly table: Table;
  readonly chain: Chain;
  readonly listener: Listener;
  /** Names of the chains and rules on the way here: two ways have two sets of limiters. */
  readonly way: string;
  readonly above: readonly Chain[];
}

/** Runs the packets in `live` through a base chain; each of them ends with one fate. */
export function runBaseChain(
  world: World,
  hooked: HookedChain,
  live: Node,
  listener: Listener,
): void {
  const { table, chain, base } = hooked;
  const way = `${world.place.pass}${tableName(world.facts.device, table)} ${chain.name}`;
  const rest = runChain({ world, table, chain, listener, way, above: [chain] }, live);
  const fate = base.policy === "accept" ? ACCEPT : DROP;
  if (rest !== FALSE) listener.onFate(fate, rest, { kind: "policy", table, chain });
}

/** The fates of all packets in a base chain that writes nothing, as one diagram. */
export function baseChainDiagram(world: World, hooked: HookedChain): Node {
  const { table, chain, base } = hooked;
  const way = `${world.place.pass}${tableName(world.facts.device, table)} ${chain.name}`;
  const policy = base.policy === "accept" ? ACCEPT : DROP;
  return chainDiagram(new Map(), { world, table, chain, way, above: [chain] }, policy);
}

/** Gives back the packets that come to the chain's end or return from it. */
function runChain(frame: Frame, live: Node): Node {
  const { world, chain } = frame;
  const { arena } = world;
  let inside = live;
  let back: Node = FALSE;
  for (const rule of chain.rules) {
    if (inside === FALSE) break;
    const asker = { table: frame.table, rule, instance: `${frame.way}/${world.nameOf(rule)}` };
    const run = runRule(world, asker, rule, inside);
    const { table, listener } = frame;
    const { hook, isTracked } = world.place;
    listener.onRule?.({ rule, table, chain, hook, isTracked, reached: inside, run });
    for (const exit of run.exits) {
      if (exit.packets === FALSE) continue;
      inside = arena.difference(inside, exit.packets);
      switch (exit.kind) {
        case "fate":
          frame.listener.onFate(exit.fate, exit.packets, {
            kind: "rule",
            rule,
            table: frame.table,
            chain,
          });
          break;
        case "return":
          back = arena.or(back, exit.packets);
          break;
        case "jump":
          inside = arena.or(inside, runCallee(frame, exit.chain, exit.packets, rule));
          break;
        case "goto":
          back = arena.or(back, runCallee(frame, exit.chain, exit.packets, rule));
          break;
      }
    }
  }
  return arena.or(inside, back);
}

function runCallee(frame: Frame, name: string, packets: Node, rule: Rule): Node {
  const chain = frame.world.facts.chain(frame.table, name);
  const problem = chain === null ? "no such chain" : nestingProblem(frame.above, chain);
  if (chain === null || problem !== null) {
    const fate = undecided(frame.world, `${problem}: \`${name}\``, rule);
    const by = { kind: "rule", rule, table: frame.table, chain: frame.chain } as const;
    frame.listener.onFate(fate, packets, by);
    return FALSE;
  }
  const way = `${frame.way}/${frame.world.nameOf(rule)}>${name}`;
  return runChain({ ...frame, chain, way, above: [...frame.above, chain] }, packets);
}

function nestingProblem(above: readonly Chain[], chain: Chain): string | null {
  if (above.includes(chain)) return "chains that call each other in a circle";
  return above.length > DEEPEST_JUMP ? "more nested jumps than the kernel allows" : null;
}

function undecided(world: World, text: string, rule: Rule): number {
  return world.fates.number({ kind: "undecided", text, span: rule.span });
}

type Summaries = Map<string, Node>;

/**
 * What a chain that writes nothing does with every packet: a fate, or `NONE` where it comes to the
 * end or returns. Callers share it, but for chains whose rules have limiters of their own.
 */
function summarize(summaries: Summaries, frame: Omit<Frame, "listener">): Node {
  const { world, table, chain } = frame;
  const key = isStateful(world, table, chain) ? frame.way : chain.name;
  const known = summaries.get(key);
  if (known !== undefined) return known;
  const summary = chainDiagram(summaries, frame, NONE);
  summaries.set(key, summary);
  return summary;
}

/**
 * As `summarize`, with `end` for packets that come to the chain's end or return. A policy is put together with the
 * rules as one more of them: to put it behind their diagram took a pass over all of its nodes.
 */
function chainDiagram(summaries: Summaries, frame: Omit<Frame, "listener">, end: number): Node {
  const { world, chain } = frame;
  const { arena } = world;
  const rules = chain.rules.map((rule) => ruleDiagram(summaries, frame, rule));
  if (end !== NONE) rules.push(arena.terminal(end));
  const whole = balancedOrElse(arena, rules);
  return chain.rules.every(({ statements }) => statements.every(neverReturns))
    ? whole
    : arena.mapTerminals(whole, (fate) => (fate === RETURN ? end : fate));
}

/** What surely makes no `RETURN`; a look at the whole diagram for it took a tenth of compiling. */
function neverReturns(statement: Statement): boolean {
  if (statement.kind !== "verdict")
    return statement.kind === "match" || statement.kind === "harmless";
  return statement.verdict.kind === "accept" || statement.verdict.kind === "drop";
}

function ruleDiagram(summaries: Summaries, frame: Omit<Frame, "listener">, rule: Rule): Node {
  const { world, table, way } = frame;
  const { arena } = world;
  const asker = { table, rule, instance: `${way}/${world.nameOf(rule)}` };
  const fate = plainFate(rule);
  if (fate !== null) return plainRuleDiagram(world, asker, rule, fate);
  const { exits } = runRule(world, asker, rule, TRUE);
  let diagram: Node = FALSE;
  for (const exit of exits)
    diagram = arena.ite(exit.packets, exitDiagram(summaries, frame, exit, rule), diagram);
  return diagram;
}

function exitDiagram(
  summaries: Summaries,
  frame: Omit<Frame, "listener">,
  exit: Exit,
  rule: Rule,
): Node {
  const { world, table } = frame;
  const { arena } = world;
  if (exit.kind === "fate") return arena.terminal(exit.fate);
  if (exit.kind === "return") return arena.terminal(RETURN);
  const chain = world.facts.chain(table, exit.chain);
  const problem = chain === null ? "no such chain" : nestingProblem(frame.above, chain);
  if (chain === null || problem !== null)
    return arena.terminal(undecided(world, `${problem}: \`${exit.chain}\``, rule));
  const way = `${frame.way}/${world.nameOf(rule)}>${exit.chain}`;
  const summary = summarize(summaries, { ...frame, chain, way, above: [...frame.above, chain] });
  return exit.kind === "jump" ? summary : arena.orElse(summary, arena.terminal(RETURN));
}

function isStateful(world: World, table: Table, chain: Chain): boolean {
  return !isShared(world, table, chain);
}

/** Whether no rule of the chain, or of those that it calls, has a state of its own. */
export function isShared(world: World, table: Table, chain: Chain): boolean {
  return isPure(world, table, chain).isShared;
}

/** Whether the chain, with all that it calls, changes nothing that a later rule reads. */
export function writesNothing(world: World, table: Table, chain: Chain): boolean {
  return isPure(world, table, chain).writesNothing;
}
