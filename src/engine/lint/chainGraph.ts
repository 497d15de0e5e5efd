import { type Arena, balancedOrElse, FALSE, type Node, TRUE } from "../bdd/index.ts";
import {
  DEEPEST_JUMP,
  type Exit,
  isShared,
  NONE,
  RETURN,
  type RuleRun,
  runRule,
  type StandaloneChain,
  tableName,
} from "../compile/index.ts";
import type { Chain, Rule } from "../device/device.ts";
import { hasMember, type Region } from "./hasMember.ts";
import { PrefixUnion } from "./prefixUnion.ts";

/*
 * A base chain that writes nothing, with all that it calls. A rule sees the same packets wherever its chain is
 * called from, so each chain is looked at once, by itself; which packets come to it is the union over its callers.
 */

/** A chain with its rules; one whose rules remember something stands there once for each way to it. */
export interface ChainNode {
  readonly place: StandaloneChain;
  readonly chain: Chain;
  readonly rules: readonly RuleNode[];
  /** What its rules take, as a few sets; all else comes to its end. */
  readonly taken: readonly Node[];
  /** Who sends packets here; empty for the base chain. */
  readonly calls: Call[];
  /** Packets that come to its first rule, by the calls that they come by; more than a few are not told apart. */
  readonly ways: Region[];
  /** What the chain does with every packet; `NONE` where it comes back from it. Null: not asked yet. */
  summary: Node | null;
}

export interface Call {
  readonly from: ChainNode;
  readonly index: number;
  readonly isGoto: boolean;
  /** All that the jump asks for. */
  readonly packets: Node;
}

export interface RuleNode {
  readonly rule: Rule;
  /** Run over all packets. */
  readonly run: RuleRun;
  /** The chains that its jumps lead to, by name; null: the kernel would refuse the jump. */
  readonly callees: ReadonlyMap<string, ChainNode | null>;
  /** Packets that its matches let through, or that it decides or remembers. */
  readonly met: Node;
  /** What earlier rules of its chain took, as a few sets. */
  readonly earlier: readonly Node[];
}

/** The chains of one place, each behind all that call it. */
export function chainGraph(place: StandaloneChain): readonly ChainNode[] {
  const { world, hooked } = place;
  const { chain, table } = hooked;
  const way = `${world.place.pass}${tableName(world.facts.device, table)} ${chain.name}`;
  const draft: Draft = { place, nodes: new Map(), order: [] };
  const base = nodeOf(draft, { chain, way, above: [chain] });
  base.ways.push({ inside: place.packets(), outside: [] });
  const nodes = draft.order.toReversed();
  for (const node of nodes) sendOn(node);
  return nodes;
}

interface Draft {
  readonly place: StandaloneChain;
  readonly nodes: Map<string, ChainNode>;
  /** A chain stands behind those that it calls. */
  readonly order: ChainNode[];
}

/** A chain and how it is come to. */
interface Way {
  readonly chain: Chain;
  /** Names of the chains and rules on the way here: two ways have two sets of limiters. */
  readonly way: string;
  readonly above: readonly Chain[];
}

function nodeOf(draft: Draft, way: Way): ChainNode {
  const { place } = draft;
  const { chain } = way;
  const key = isShared(place.world, place.hooked.table, chain) ? chain.name : way.way;
  const known = draft.nodes.get(key);
  if (known !== undefined) return known;
  const { rules, taken } = rulesOf(draft, way);
  const node: ChainNode = { place, chain, rules, taken, calls: [], ways: [], summary: null };
  draft.nodes.set(key, node);
  draft.order.push(node);
  return node;
}

function rulesOf(draft: Draft, way: Way): Pick<ChainNode, "rules" | "taken"> {
  const { world, hooked } = draft.place;
  const { arena } = world;
  const { table } = hooked;
  const earlier = new PrefixUnion(arena);
  const rules = way.chain.rules.map((rule) => {
    const asker = { table, rule, instance: `${way.way}/${world.nameOf(rule)}` };
    const run = runRule(world, asker, rule, TRUE);
    const callees = calleesOf(draft, way, rule, run);
    const met = metBy(arena, run);
    const before = earlier.parts();
    earlier.add(takenBy(arena, run, callees));
    return { rule, run, callees, met, earlier: before };
  });
  return { rules, taken: earlier.parts() };
}

function calleesOf(
  draft: Draft,
  { way, above }: Way,
  rule: Rule,
  { exits }: RuleRun,
): RuleNode["callees"] {
  const { world, hooked } = draft.place;
  const callees = new Map<string, ChainNode | null>();
  for (const exit of exits) {
    if (!isCall(exit) || callees.has(exit.chain)) continue;
    const chain = world.facts.chain(hooked.table, exit.chain);
    const isRefused = chain === null || above.includes(chain) || above.length > DEEPEST_JUMP;
    const to = `${way}/${world.nameOf(rule)}>${exit.chain}`;
    const node = isRefused ? null : nodeOf(draft, { chain, way: to, above: [...above, chain] });
    callees.set(exit.chain, node);
  }
  return callees;
}

function isCall(exit: Exit): exit is Extract<Exit, { readonly kind: "jump" | "goto" }> {
  return exit.kind === "jump" || exit.kind === "goto";
}

function metBy(arena: Arena, { hit, exits, fed }: RuleRun): Node {
  return [...exits, ...fed].reduce<Node>((all, { packets }) => arena.or(all, packets), hit);
}

/** Packets that no later rule of the chain sees. */
export function takenBy(arena: Arena, { exits }: RuleRun, callees: RuleNode["callees"]): Node {
  return exits.reduce<Node>((all, exit) => {
    if (exit.kind !== "jump") return arena.or(all, exit.packets);
    const callee = callees.get(exit.chain) ?? null;
    if (callee === null) return all;
    const ended = arena.where(summaryOf(callee), (fate) => fate !== NONE);
    return arena.or(all, arena.and(exit.packets, ended));
  }, FALSE);
}

/** What the chain does with every packet: a fate, or `NONE` where it comes to the end or returns. */
function summaryOf(node: ChainNode): Node {
  const { arena } = node.place.world;
  const whole =
    node.summary ??
    arena.mapTerminals(
      balancedOrElse(
        arena,
        node.rules.map((rule) => ruleDiagram(arena, rule)),
      ),
      (fate) => (fate === RETURN ? NONE : fate),
    );
  node.summary = whole;
  return whole;
}

/** What the rule does with every packet: a fate, `RETURN`, or `NONE` where it goes on behind it. */
function ruleDiagram(arena: Arena, { run, callees }: RuleNode): Node {
  let diagram: Node = FALSE;
  for (const exit of run.exits)
    diagram = arena.ite(exit.packets, exitDiagram(arena, exit, callees), diagram);
  return diagram;
}

function exitDiagram(arena: Arena, exit: Exit, callees: RuleNode["callees"]): Node {
  if (exit.kind === "fate") return arena.terminal(exit.fate);
  if (exit.kind === "return") return arena.terminal(RETURN);
  const callee = callees.get(exit.chain) ?? null;
  const summary = callee === null ? FALSE : summaryOf(callee);
  return exit.kind === "jump" ? summary : arena.orElse(summary, arena.terminal(RETURN));
}

/** Ways to a chain that are told apart. */
const MAXIMUM_WAYS = 64;

/** Gives the packets of a chain's jumps to the chains that they lead to. */
function sendOn(from: ChainNode): void {
  const { place } = from;
  const { arena } = place.world;
  for (const [index, { run, earlier, callees }] of from.rules.entries())
    for (const exit of run.exits) {
      const to = isCall(exit) ? (callees.get(exit.chain) ?? null) : null;
      if (to === null) continue;
      const { packets } = exit;
      const ways = from.ways
        .map(({ inside, outside }) => ({ inside, outside: [...outside, ...earlier] }))
        .filter((way) => hasMember(arena, way, packets))
        .map(({ inside, outside }) => ({ inside: arena.and(inside, packets), outside }));
      if (ways.length === 0) continue;
      to.calls.push({ from, index, isGoto: exit.kind === "goto", packets });
      to.ways.push(...ways);
      if (to.ways.length > MAXIMUM_WAYS)
        to.ways.splice(0, to.ways.length, { inside: place.packets(), outside: [] });
    }
}

/** Whether any packet meets the rule, by any of the ways to its chain. */
export function isMet({ place, ways }: ChainNode, { met, earlier }: RuleNode): boolean {
  return ways.some(({ inside, outside }) =>
    hasMember(place.world.arena, { inside, outside: [...outside, ...earlier] }, met),
  );
}
