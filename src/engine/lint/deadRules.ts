import { single } from "../base/range.ts";
import { type Arena, FALSE, type Node } from "../bdd/index.ts";
import type { StandaloneChain, World } from "../compile/index.ts";
import type { Rule } from "../device/device.ts";
import { rangesOver } from "../packet/header/rangesOver.ts";
import { STATE_CODES } from "../packet/header/stateCodes.ts";
import { type ChainNode, isMet, takenBy } from "./chainGraph.ts";
import type { ChainGraphs } from "./chainGraphs.ts";
import { matchedAlone, type Taken, type Visit } from "./chainRun.ts";
import { meets, membersOf } from "./hasMember.ts";
import type { PlacedRule } from "./model.ts";

/**
 * Why no packet meets a rule: earlier rules took all that it asks for; its conditions exclude each other; no packet
 * that it asks for is sent to its chain.
 */
export type DeathKind = "shadowed" | "contradiction" | "notSent";

export interface DeadRule extends PlacedRule {
  readonly kind: DeathKind;
  /** Earlier rules that took its packets, or jumps that do not let them in. */
  readonly by: readonly Rule[];
}

/** Rules that no packet meets, at any place where packets come to their chain. */
export function deadRules({ arena, graphs, runs, notAnalysed }: ChainGraphs): readonly DeadRule[] {
  /* Their chains may be called from what was not looked at. */
  const open = new Set(notAnalysed.map(({ table }) => table));
  const lives = new Map<Rule, Life>();
  for (const nodes of graphs)
    for (const node of nodes)
      if (node.ways.length > 0)
        for (const [index, rule] of node.rules.entries()) {
          const life = lifeOf(lives, rule.rule, node.place, node.chain);
          if (life.isMet) continue;
          if (isMet(node, rule)) life.isMet = true;
          else life.misses.push(() => missInGraph(arena, node, index));
        }
  for (const { visits, taken } of runs)
    for (const visit of visits) {
      const { frame, rule, run } = visit;
      const life = lifeOf(lives, rule, frame.place, frame.chain);
      if (life.isMet) continue;
      const { hit, exits, fed } = run;
      if (hit !== FALSE || [...exits, ...fed].some(({ packets }) => packets !== FALSE))
        life.isMet = true;
      else {
        const alone = matchedAlone(visit);
        life.misses.push(() => missInRun(arena, visit, alone, taken));
      }
    }
  return [...lives.values()].flatMap((life) =>
    life.isMet || open.has(life.place.table) ? [] : [deathOf(life)],
  );
}

interface Life {
  readonly place: PlacedRule;
  isMet: boolean;
  /** Asked for when all places are known. */
  readonly misses: (() => Miss)[];
}

interface Miss {
  readonly kind: DeathKind;
  readonly by: readonly Rule[];
}

function lifeOf(
  lives: Map<Rule, Life>,
  rule: Rule,
  { hooked }: StandaloneChain,
  chain: PlacedRule["chain"],
): Life {
  const place = { rule, table: hooked.table, chain };
  const life = lives.get(rule) ?? { place, isMet: false, misses: [] };
  lives.set(rule, life);
  return life;
}

function deathOf({ place, misses }: Life): DeadRule {
  const told = misses.map((tell) => tell());
  const kinds: readonly DeathKind[] = ["shadowed", "notSent", "contradiction"];
  const kind = kinds.find((one) => told.some((miss) => miss.kind === one)) ?? "contradiction";
  /* Packets that come back by `lo` come to the same chain: the first place is that of strangers. */
  const by = told.find((miss) => miss.kind === kind)?.by ?? [];
  return { ...place, kind, by: [...new Set(by)] };
}

function missInGraph(arena: Arena, node: ChainNode, index: number): Miss {
  const { rules, place } = node;
  const all = arena.and(place.packets(), rules[index]?.met ?? FALSE);
  if (all === FALSE) return { kind: "contradiction", by: [] };
  const coming = comingTo(arena, node, all);
  if (coming !== FALSE) return { kind: "shadowed", by: takersBefore(arena, node, index, coming) };
  const earlier = node.calls.flatMap(({ from, index: jump, packets }) =>
    takersBefore(arena, from, jump, comingTo(arena, from, arena.and(all, packets))),
  );
  if (earlier.length > 0) return { kind: "shadowed", by: earlier };
  const jumps = node.calls.flatMap(({ from, index: jump }) => from.rules[jump]?.rule ?? []);
  return { kind: "notSent", by: jumps };
}

/** Those of some packets that come to a chain. */
function comingTo(arena: Arena, { ways }: ChainNode, packets: Node): Node {
  return ways.reduce<Node>((all, way) => arena.or(all, membersOf(arena, way, packets)), FALSE);
}

function takersBefore(
  arena: Arena,
  { rules, place }: ChainNode,
  index: number,
  packets: Node,
): readonly Rule[] {
  const earlier = rules
    .slice(0, index)
    .map(({ rule, run, callees }) => ({ rule, packets: () => takenBy(arena, run, callees) }));
  return takersAmong(arena, earlier, newestOf(arena, place.world, packets));
}

interface Earlier {
  readonly rule: Rule;
  readonly packets: () => Node;
}

/** Takers up to which those that the others make needless are left out. */
const MAXIMUM_WEIGHED = 32;

/** Earlier rules that between them take all of some packets, as few as one by one can be left out. */
function takersAmong(arena: Arena, earlier: readonly Earlier[], packets: Node): readonly Rule[] {
  const takers: { readonly rule: Rule; readonly packets: Node }[] = [];
  let open = packets;
  for (const one of earlier) {
    if (open === FALSE) break;
    const taken = one.packets();
    if (!meets(arena, open, taken)) continue;
    takers.push({ rule: one.rule, packets: arena.and(taken, packets) });
    open = arena.difference(open, taken);
  }
  if (takers.length <= MAXIMUM_WEIGHED && open === FALSE)
    for (const one of [...takers]) {
      const others = takers.filter((other) => other !== one);
      const left = others.reduce<Node>(
        (all, { packets: own }) => arena.difference(all, own),
        packets,
      );
      if (left === FALSE) takers.splice(takers.indexOf(one), 1);
    }
  return takers.map(({ rule }) => rule);
}

/** New packets, where there are some: whatever accepts what is established says little of a service. */
function newestOf(arena: Arena, { layout }: World, packets: Node): Node {
  const state = layout.bits("state", 0, 3);
  const fresh = arena.and(packets, rangesOver(arena, state, [single(BigInt(STATE_CODES.new))]));
  return fresh === FALSE ? packets : fresh;
}

function missInRun(arena: Arena, visit: Visit, alone: Node, taken: readonly Taken[]): Miss {
  const { frame, takenBefore } = visit;
  const all = arena.and(frame.place.packets(), alone);
  if (all === FALSE) return { kind: "contradiction", by: [] };
  const earlier = taken
    .slice(0, takenBefore)
    .filter((one) => one.isFinal || one.frame === frame)
    .map(({ rule, packets }) => ({ rule, packets: () => packets }));
  const takers = takersAmong(arena, earlier, newestOf(arena, frame.place.world, all));
  if (takers.length > 0) return { kind: "shadowed", by: takers };
  return { kind: "notSent", by: jumpOf(visit) };
}

function jumpOf({ frame: { caller } }: Visit): readonly Rule[] {
  const rule = caller?.frame.chain.rules[caller.index];
  return rule === undefined ? [] : [rule];
}
