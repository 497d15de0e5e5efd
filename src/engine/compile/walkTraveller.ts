import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import { askNatChains, seenBy } from "./diagramTraveller.ts";
import type { HookedChain } from "./facts.ts";
import { ACCEPT } from "./fates.ts";
import { firstPacket, givenOriginal, laterNew, synFlags } from "./firstPacket.ts";
import { type Decider, type RuleVisit, runBaseChain } from "./runChain.ts";
import type { Store } from "./store.ts";
import { givenState } from "./tracking.ts";
import { type Traveller, travel } from "./travel.ts";
import type { Value } from "./value.ts";
import { type Deed, forkWorld, type World } from "./world.ts";

/** Packets that end the same way, decided by the same rule. */
export interface Ending {
  readonly fate: number;
  readonly packets: Node;
  /** Null: no chain of the path's main hook saw them, or the kernel itself decided. */
  readonly by: Decider | null;
}

/** How some packets are in the end, those that were lost on the way included. */
export interface FinalState {
  /** The packets it is said of; the sets of one walk are disjoint. */
  readonly packets: Node;
  /** What rules have written to them. */
  readonly store: Store;
  readonly untracked: Node;
  readonly destinationTranslated: Node;
  readonly sourceTranslated: Node;
  /** Null: no route was looked up. */
  readonly markAtRouting: Value | null;
}

/** Where packets end, how they are then, and what was done to them on the way. */
export interface WalkWithStates {
  readonly endings: readonly Ending[];
  readonly states: readonly FinalState[];
  readonly deeds: readonly Deed[];
  /** First packets of connections that were asked for along with the others, and are lost on the way. */
  readonly lost: Node;
}

/** Packets still on their way, by what the main hook has said of them so far. */
interface Group {
  readonly packets: Node;
  readonly by: Decider | null;
}

/**
 * Takes the packets in `live` rule by rule through the whole path. For drop and reject the rule
 * that ended the walk decides; for accept that of the last filter chain of the path's main hook.
 */
export function walkRegion(
  world: World,
  live: Node,
  onRule: ((visit: RuleVisit) => void) | null,
): readonly Ending[] {
  return within(world, live, walkAll(world, live, onRule, null));
}

/** The same, with what has become of the packets beside the verdict. */
export function walkWithStates(
  world: World,
  live: Node,
  onRule: ((visit: RuleVisit) => void) | null,
): WalkWithStates {
  const states: FinalState[] = [];
  const deeds: Deed[] = [];
  const all = walkAll({ ...world, deeds }, live, onRule, states);
  const lost = all
    .filter(({ fate }) => /^(drop|reject|kernel)$/.test(world.fates.fate(fate).kind))
    .reduce<Node>((sum, { packets }) => world.arena.or(sum, packets), FALSE);
  return { endings: within(world, live, all), states, deeds, lost };
}

function within({ arena }: World, live: Node, endings: readonly Ending[]): readonly Ending[] {
  return endings
    .map((ending) => ({ ...ending, packets: arena.and(ending.packets, live) }))
    .filter(({ packets }) => packets !== FALSE);
}

/** With the first packets of their connections. */
function walkAll(
  world: World,
  live: Node,
  onRule: ((visit: RuleVisit) => void) | null,
  states: FinalState[] | null,
): readonly Ending[] {
  const endings: Ending[] = [];
  const all = closeUnderState(world, live);
  const told = onRule === null || all === live ? onRule : only(world, live, onRule);
  const groups = [{ packets: all, by: null }];
  const walk: Walk = { groups, branch: TRUE, endings, states, onRule: told };
  travel(world, walkTraveller(walk));
  return mergeEndings(world, [...endings, ...arrived(walk)]);
}

/** With the first packets of the connections in `live`: NAT does to later ones what it did to them. */
function closeUnderState(world: World, live: Node): Node {
  const { arena, layout, facts } = world;
  if (!facts.habits.translates("ip") && !facts.habits.translates("ip6")) return live;
  const answered = givenOriginal(world, arena.and(live, givenState(world, "established")));
  const repeated = laterNew(world, arena.and(live, givenState(world, "new")));
  const first = firstPacket(world);
  return [
    arena.setBits(answered, new Map([...first, ...synFlags(layout)])),
    arena.setBits(repeated, first),
  ].reduce((all, packets) => arena.or(all, packets), live);
}

/** Tells of the packets in `live` alone. */
function only(
  { arena }: World,
  live: Node,
  onRule: (visit: RuleVisit) => void,
): (visit: RuleVisit) => void {
  return ({ reached, run, ...rest }) => {
    const hit = arena.and(run.hit, live);
    const fed = run.fed.map(({ key, packets }) => ({ key, packets: arena.and(packets, live) }));
    onRule({ ...rest, reached: arena.and(reached, live), run: { ...run, hit, fed } });
  };
}

interface Walk {
  groups: readonly Group[];
  /** All packets that go this way, or would if they had not been lost. */
  readonly branch: Node;
  readonly endings: Ending[];
  /** Null: nobody asks. */
  readonly states: FinalState[] | null;
  readonly onRule: ((visit: RuleVisit) => void) | null;
}

function arrived(walk: Walk): readonly Ending[] {
  return walk.groups.map(({ packets, by }) => ({ fate: ACCEPT, packets, by }));
}

function walkTraveller(walk: Walk): Traveller {
  return {
    runChain: (world, hooked) => runChain(world, walk, hooked),
    runNat: (world, chains, asked) => {
      const { arena } = world;
      const live = arena.and(asked, everybody(world, walk));
      askNatChains(world, chains, live, {
        onRule: walk.onRule,
        onFate: (fate, packets, by) => end(world, walk, { fate, packets, by }),
      });
    },
    dropByKernel: (world, packets, reason) => {
      const ended = world.arena.and(packets, everybody(world, walk));
      const fate = world.fates.number({ kind: "kernel", text: reason });
      end(world, walk, { fate, packets: ended, by: null });
    },
    arrive: (world) => keepState(world, walk),
    split: (world, packets, inside, outside) => {
      const { arena } = world;
      const part = (which: (group: Node) => Node): Walk => ({
        ...walk,
        branch: which(walk.branch),
        groups: walk.groups
          .map(({ packets: all, by }) => ({ packets: which(all), by }))
          .filter((group) => group.packets !== FALSE),
      });
      const within = part((all) => arena.and(all, packets));
      const without = part((all) => arena.difference(all, packets));
      if (within.groups.length === 0) keepState(world, within);
      else inside(forkWorld(world), walkTraveller(within));
      if (without.groups.length === 0) keepState(world, without);
      else outside(world, walkTraveller(without));
      walk.groups = [...within.groups, ...without.groups];
    },
  };
}

function keepState(world: World, { branch, states }: Walk): void {
  if (states === null || branch === FALSE) return;
  const { untracked, destinationTranslated, sourceTranslated, markAtRouting } = world;
  const marks = { untracked, destinationTranslated, sourceTranslated, markAtRouting };
  states.push({ packets: branch, store: world.store.fork(), ...marks });
}

function everybody(world: World, walk: Walk): Node {
  return walk.groups.reduce<Node>((all, { packets }) => world.arena.or(all, packets), FALSE);
}

function end(world: World, walk: Walk, ending: Ending): void {
  if (ending.packets === FALSE) return;
  walk.endings.push(ending);
  walk.groups = walk.groups
    .map(({ packets, by }) => ({ packets: world.arena.difference(packets, ending.packets), by }))
    .filter(({ packets }) => packets !== FALSE);
}

/** Chains of the main hook leave their mark on what they accept; a later one overrules it. */
function runChain(world: World, walk: Walk, hooked: HookedChain): void {
  const { arena } = world;
  const seen = seenBy(world, hooked);
  const isMain = isMainHook(world);
  const live = arena.and(seen, everybody(world, walk));
  if (live === FALSE) return;
  const accepted: Group[] = [];
  const ended: Ending[] = [];
  runBaseChain(world, hooked, live, {
    onRule: walk.onRule,
    onFate: (fate, packets, by) => {
      if (fate === ACCEPT) accepted.push({ packets, by });
      else ended.push({ fate, packets, by });
    },
  });
  for (const ending of ended) end(world, walk, ending);
  if (!isMain) return;
  const missed =
    seen === TRUE
      ? []
      : walk.groups
          .map(({ packets, by }) => ({ packets: arena.difference(packets, seen), by }))
          .filter(({ packets }) => packets !== FALSE);
  walk.groups = [...missed, ...accepted];
}

function isMainHook({ path, place }: World): boolean {
  if (place.pass !== "") return false;
  if (path === "output") return place.hook === "output";
  return place.hook === "forward" || place.hook === "input";
}

function mergeEndings(world: World, endings: readonly Ending[]): readonly Ending[] {
  const merged: Ending[] = [];
  for (const ending of endings) {
    const same = merged.findIndex(
      ({ fate, by }) => fate === ending.fate && sameDecider(by, ending.by),
    );
    const twin = merged[same];
    if (twin === undefined) merged.push(ending);
    else merged[same] = { ...twin, packets: world.arena.or(twin.packets, ending.packets) };
  }
  return merged;
}

export function sameDecider(a: Decider | null, b: Decider | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.kind === "rule") return b.kind === "rule" && a.rule === b.rule && a.chain === b.chain;
  return b.kind === "policy" && a.chain === b.chain;
}
