import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import { chainsBelow } from "../device/chainsBelow.ts";
import type { Chain, Rule } from "../device/device.ts";
import { askNatChains, seenBy } from "./diagramTraveller.ts";
import type { HookedChain } from "./facts.ts";
import { type Listener, runBaseChain, writesNothing } from "./runChain.ts";
import { type RuleRun, runRule } from "./runRule.ts";
import { type Span, unlikeOutcomes } from "./spans.ts";
import { type Traveller, travel } from "./travel.ts";
import { forkWorld, type World } from "./world.ts";

/** What can be said of packets without running every rule over them. */
export interface Outline {
  /** Those that some rules match, or that feed what these remember, wherever they stand. */
  readonly region: Node;
  /** Those that routing refuses, if no rule drops them before. */
  readonly refused: Node;
}

/** Rules that are looked for. */
export interface Sought {
  readonly rules: ReadonlySet<Rule>;
  /** Of their chains, as far as it is known what stands there on another side: what comes out of both alike is no part. */
  readonly spans: ReadonlyMap<Chain, Span>;
}

/** Follows what rules write and translate along the way; those that are sought write nothing themselves. */
export function outlineOf(world: World, sought: Sought): Outline {
  const found: Found = { region: FALSE, refused: FALSE };
  travel(world, outlineTraveller(sought, TRUE, found));
  return { ...found, region: withLaterPackets(world, found.region) };
}

/** NAT does to all packets of a connection what the rules say of its first. */
function withLaterPackets({ arena, layout, facts }: World, region: Node): Node {
  if (!facts.habits.translates("ip") && !facts.habits.translates("ip6")) return region;
  const levels = [
    ...layout.levels("state", 0, 3),
    ...layout.levels("direction", 0, 1),
    ...layout.levelsRead("ctmark"),
    ...layout.levelsRead("mark"),
    ...layout.levelsAt("transport", TCP_FLAGS, 8).filter((level) => level !== null),
  ];
  return arena.exists(region, levels);
}

/** Where the flags of TCP begin, in bits. */
const TCP_FLAGS = 104;

interface Found {
  region: Node;
  refused: Node;
}

function outlineTraveller(sought: Sought, within: Node, found: Found): Traveller {
  return {
    runChain: (world, hooked) => {
      if (writesNothing(world, hooked.table, hooked.chain)) addRegion(world, hooked, sought, found);
      else runBaseChain(world, hooked, seenBy(world, hooked), gatherer(world, sought, found));
    },
    runNat: (world, chains, asked) => {
      askNatChains(world, chains, asked, gatherer(world, sought, found));
    },
    arrive: () => undefined,
    dropByKernel: ({ arena }, packets) => {
      found.refused = arena.or(found.refused, arena.and(within, packets));
    },
    split: (world, packets, inside, outside) => {
      const { arena } = world;
      const [yes, no] = [arena.and(within, packets), arena.difference(within, packets)];
      if (yes !== FALSE) inside(forkWorld(world), outlineTraveller(sought, yes, found));
      if (no !== FALSE) outside(world, outlineTraveller(sought, no, found));
    },
  };
}

/** What the rules below a base chain match at this place on the way. */
function addRegion(
  world: World,
  hooked: HookedChain,
  { rules, spans }: Sought,
  found: Found,
): void {
  if (rules.size === 0 && spans.size === 0) return;
  const { arena } = world;
  const { table } = hooked;
  for (const chain of chainsBelow(table, hooked.chain)) {
    const span = spans.get(chain);
    if (span !== undefined) {
      found.region = arena.or(found.region, unlikeOutcomes(world, table, span));
      continue;
    }
    for (const rule of chain.rules) {
      if (!rules.has(rule)) continue;
      const asker = { table, rule, instance: `region ${chain.name}/${world.nameOf(rule)}` };
      addMet(world, runRule(forkWorld(world), asker, rule, TRUE), found);
    }
  }
}

/** Where rules write, what one of them matches is known only when those before it have run. */
function gatherer(world: World, { rules }: Sought, found: Found): Listener {
  return {
    onFate: () => undefined,
    onRule: ({ rule, run }) => {
      if (rules.has(rule)) addMet(world, run, found);
    },
  };
}

/** A match can end the walk of packets that it does not match, so exits count as well. */
function addMet({ arena }: World, { hit, exits, fed }: RuleRun, found: Found): void {
  for (const packets of [hit, ...[...exits, ...fed].map((part) => part.packets)])
    found.region = arena.or(found.region, packets);
}
