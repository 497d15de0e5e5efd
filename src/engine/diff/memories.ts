import { FALSE, type Node } from "../bdd/index.ts";
import { type Analysis, ruleNames } from "../compile/index.ts";
import type { Device } from "../device/device.ts";
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
  analysis: Analysis,
  memories: Memories,
  before: Side,
  after: Side,
  packets: Node,
): ReadonlySet<string> {
  const fedBefore = feeding(analysis, memories.before, before, packets);
  const fedAfter = feeding(analysis, memories.after, after, packets);
  const broken = new Set<string>();
  const defined = groupsByRule(memories.before);
  const redefined = groupsByRule(memories.after);
  for (const { name, groups } of [...memories.before, ...memories.after]) {
    const sameFeed = sameFeeds(fedBefore.get(name), fedAfter.get(name));
    const sameKind = defined.get(name) === redefined.get(name);
    if (!sameFeed || !sameKind) for (const group of groups) broken.add(group);
  }
  const touching = [...memories.before, ...memories.after].filter(({ groups }) =>
    groups.some((group) => broken.has(group)),
  );
  return new Set(touching.map(({ name }) => name));
}

function groupsByRule(rules: readonly StatefulRule[]): ReadonlyMap<string, string> {
  return new Map(rules.map(({ name, groups }) => [name, groups.join("\n")]));
}

/** For each statement with a memory the packets that come to it, in the order of the rule. */
type Feeds = ReadonlyMap<string, readonly Node[]>;

function feeding(
  analysis: Analysis,
  rules: readonly StatefulRule[],
  side: Side,
  packets: Node,
): Feeds {
  const { arena } = analysis;
  const places = new Map(rules.map(({ rule, name }) => [rule, name]));
  const fed = new Map<string, Node[]>();
  walkSide(analysis, side, packets, ({ rule, run }) => {
    const name = places.get(rule);
    if (name === undefined) return;
    const known = fed.get(name) ?? [];
    for (const [i, feed] of run.fed.entries()) known[i] = arena.or(known[i] ?? FALSE, feed.packets);
    fed.set(name, known);
  });
  return fed;
}

function sameFeeds(
  before: readonly Node[] | undefined,
  after: readonly Node[] | undefined,
): boolean {
  const some = (nodes: readonly Node[] | undefined) =>
    (nodes ?? []).filter((node) => node !== FALSE);
  const [a, b] = [some(before), some(after)];
  return a.length === b.length && a.every((node, i) => node === b[i]);
}
