import { type Arena, FALSE, type Node, support, TRUE } from "../bdd/index.ts";
import { type Analysis, type RuleVisit, ruleNames } from "../compile/index.ts";
import type { Device, Rule } from "../device/device.ts";
import { type Side, walkSide } from "./side.ts";
import { type StatefulRule, statefulRules } from "./stateGroups.ts";
import { type Twins, twinsOf } from "./twins.ts";

/** Rules with a memory on both sides, by their place, and what they share. */
export interface Memories {
  readonly before: readonly StatefulRule[];
  readonly after: readonly StatefulRule[];
  /** Rules of `after` that say the same in other words. */
  readonly twins: Twins;
}

export function memoriesOf(before: Device, after: Device): Memories {
  const old = statefulRules(before, ruleNames(before));
  const fresh = statefulRules(after, ruleNames(after));
  const twins = twinsOf({ device: before, rules: old }, { device: after, rules: fresh });
  if (twins.size === 0) return { before: old, after: fresh, twins };
  const nameAfter = ruleNames(after, { twins, renamed: new Set(), mark: "" });
  return { before: old, after: statefulRules(after, nameAfter), twins };
}

export function hasMemories({ before, after }: Memories): boolean {
  return before.length > 0 && after.length > 0;
}

/**
 * Places of rules whose memory is not the same on both sides: other packets feed it, or another rule
 * shares it. Two limiters with the same words but other packets refuse other packets (measured).
 */
export function unlikeMemories(
  memories: Memories,
  { feeds: fedBefore, orders: ordersBefore }: Feeding,
  { feeds: fedAfter, orders: ordersAfter }: Feeding,
): ReadonlySet<string> {
  const broken = new Set<string>();
  const defined = groupsByRule(memories.before);
  const redefined = groupsByRule(memories.after);
  for (const { name, groups } of [...memories.before, ...memories.after]) {
    /* A rule that no packet meets keeps nothing, whatever it says. */
    if (!fedBefore.has(name) && !fedAfter.has(name)) continue;
    const sameFeed = sameFeeds(fedBefore.get(name), fedAfter.get(name));
    const sameKind = defined.get(name) === redefined.get(name);
    if (!sameFeed || !sameKind) for (const group of groups) broken.add(group);
  }
  for (const group of new Set([...ordersBefore.keys(), ...ordersAfter.keys()]))
    if (!sameOrders(ordersBefore.get(group), ordersAfter.get(group))) broken.add(group);
  const touching = [...memories.before, ...memories.after].filter(({ groups }) =>
    groups.some((group) => broken.has(group)),
  );
  return new Set(touching.map(({ name }) => name));
}

/** Rules whose memory is fed by other packets for other values of some variables. */
export function hangingMemories(
  analysis: Analysis,
  { before }: Memories,
  side: Side,
  packets: Node,
  levels: readonly number[],
): readonly Rule[] {
  const { arena } = analysis;
  const asked = new Set(levels);
  const { feeds } = feedingOf(analysis, visitsOf(analysis, before, side, packets), TRUE);
  return before
    .filter(({ name }) =>
      (feeds.get(name) ?? [])
        .flat()
        .some((set) => support(arena, set).some((one) => asked.has(one))),
    )
    .map(({ rule }) => rule);
}

function groupsByRule(rules: readonly StatefulRule[]): ReadonlyMap<string, string> {
  return new Map(rules.map(({ name, groups }) => [name, groups.join("\n")]));
}

/**
 * For each statement with a memory, in the order of the rule, the packets that come to it once, a
 * second time (by another way through the chains) and so on: each time spends a token.
 */
export type Feeds = ReadonlyMap<string, readonly (readonly Node[])[]>;

/** Packets that come to what a rule remembers. */
export interface FedVisit {
  readonly place: StatefulRule;
  readonly reached: Node;
  /** By statement. */
  readonly fed: RuleVisit["run"]["fed"];
}

/** Notes who comes to the memories of some rules while packets are taken through all. */
export interface FeedWatch {
  readonly visits: readonly FedVisit[];
  readonly onRule: (visit: RuleVisit) => void;
}

export function watchFeeds(rules: readonly StatefulRule[]): FeedWatch {
  const places = new Map(rules.map((one) => [one.rule, one]));
  const visits: FedVisit[] = [];
  const onRule = ({ rule, reached, run }: RuleVisit) => {
    const place = places.get(rule);
    if (place !== undefined && reached !== FALSE) visits.push({ place, reached, fed: run.fed });
  };
  return { visits, onRule };
}

/** Where the packets of a region come to memories, in the order of their way. */
export function visitsOf(
  analysis: Analysis,
  rules: readonly StatefulRule[],
  side: Side,
  packets: Node,
): readonly FedVisit[] {
  const { visits, onRule } = watchFeeds(rules);
  walkSide(analysis, side, packets, onRule);
  return visits;
}

/** What feeds each rule, and in which order each memory is come to. */
export interface Feeding {
  readonly feeds: Feeds;
  readonly orders: ReadonlyMap<string, Order>;
}

/** Of the packets in `within` alone. */
export function feedingOf({ arena }: Analysis, visits: readonly FedVisit[], within: Node): Feeding {
  const feeds = new Map<string, Node[][]>();
  const orders = new Map<string, Order>();
  for (const { place, reached, fed: all } of visits) {
    if (!arena.intersects(reached, within)) continue;
    const fed = all.map(({ key, packets }) => ({ key, packets: arena.and(packets, within) }));
    const { name, groups } = place;
    for (const group of groups) noteOrder(arena, orders, group, name, fed);
    const known = feeds.get(name) ?? [];
    feeds.set(name, known);
    for (const [i, feed] of fed.entries()) known[i] = timesMet(arena, known[i] ?? [], feed.packets);
  }
  return { feeds, orders };
}

/**
 * Who comes to a memory, one after the other, by whichever rule and way. Who comes twice takes the first token, and
 * what that one is for is another matter for another order.
 */
interface Order {
  met: Node;
  isMetTwice: boolean;
  readonly visits: string[];
}

function noteOrder(
  arena: Arena,
  orders: Map<string, Order>,
  group: string,
  name: string,
  fed: readonly { readonly key: string; readonly packets: Node }[],
): void {
  const order = orders.get(group) ?? { met: FALSE, isMetTwice: false, visits: [] };
  orders.set(group, order);
  for (const { key, packets } of fed) {
    if (packets === FALSE) continue;
    if (arena.and(order.met, packets) !== FALSE) order.isMetTwice = true;
    order.met = arena.or(order.met, packets);
    order.visits.push(`${name} ${key} ${packets}`);
  }
}

function sameOrders(before: Order | undefined, after: Order | undefined): boolean {
  if (before?.isMetTwice !== true && after?.isMetTwice !== true) return true;
  return before?.visits.join("\n") === after?.visits.join("\n");
}

/** Adds one meeting: who was there n times already is there once more. */
function timesMet(arena: Arena, times: readonly Node[], packets: Node): Node[] {
  const next: Node[] = [];
  let coming = packets;
  for (const met of times) {
    next.push(arena.or(met, coming));
    coming = arena.and(met, coming);
  }
  return coming === FALSE ? next : [...next, coming];
}

function sameFeeds(
  before: readonly (readonly Node[])[] | undefined,
  after: readonly (readonly Node[])[] | undefined,
): boolean {
  const some = (feeds: readonly (readonly Node[])[] | undefined) =>
    (feeds ?? []).map((times) => times.join()).filter((text) => text !== "");
  return some(before).join("\n") === some(after).join("\n");
}
