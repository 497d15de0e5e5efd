import { type Arena, FALSE, type Node, support } from "../bdd/index.ts";
import { type Analysis, type RuleVisit, ruleNames } from "../compile/index.ts";
import type { Device, Rule } from "../device/device.ts";
import { type Side, walkSide } from "./side.ts";
import { type StatefulRule, statefulRules } from "./stateGroups.ts";

/** Rules with a memory on both sides, by their place, and what they share. */
export interface Memories {
  readonly before: readonly StatefulRule[];
  readonly after: readonly StatefulRule[];
}

export function memoriesOf(before: Device, after: Device): Memories {
  return {
    before: statefulRules(before, ruleNames(before)),
    after: statefulRules(after, ruleNames(after)),
  };
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
  fedBefore: Feeds,
  fedAfter: Feeds,
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
  const fed = feedsOf(analysis, before, side, packets);
  return before
    .filter(({ name }) =>
      (fed.get(name) ?? []).flat().some((set) => support(arena, set).some((one) => asked.has(one))),
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

/** Notes what feeds some rules while packets are taken through all. */
export interface FeedWatch {
  readonly feeds: Feeds;
  readonly onRule: (visit: RuleVisit) => void;
}

export function watchFeeds({ arena }: Analysis, rules: readonly StatefulRule[]): FeedWatch {
  const places = new Map(rules.map(({ rule, name }) => [rule, name]));
  const feeds = new Map<string, Node[][]>();
  const onRule = ({ rule, reached, run }: RuleVisit) => {
    const name = places.get(rule);
    if (name === undefined || reached === FALSE) return;
    const known = feeds.get(name) ?? [];
    feeds.set(name, known);
    for (const [i, feed] of run.fed.entries())
      known[i] = timesMet(arena, known[i] ?? [], feed.packets);
  };
  return { feeds, onRule };
}

/** What packets of a region feed. */
export function feedsOf(
  analysis: Analysis,
  rules: readonly StatefulRule[],
  side: Side,
  packets: Node,
): Feeds {
  const { feeds, onRule } = watchFeeds(analysis, rules);
  walkSide(analysis, side, packets, onRule);
  return feeds;
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
