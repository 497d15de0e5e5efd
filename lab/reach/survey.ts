import { type Arena, FALSE, type Node, TRUE } from "../../src/engine/bdd/index.ts";
import { askNatChains, seenBy } from "../../src/engine/compile/diagramTraveller.ts";
import {
  type Analysis,
  beginPath,
  deviceFacts,
  ruleNames,
} from "../../src/engine/compile/index.ts";
import { type Listener, type RuleVisit, runBaseChain } from "../../src/engine/compile/runChain.ts";
import { type RuleRun, runRule } from "../../src/engine/compile/runRule.ts";
import { givenState, trackedFamilies } from "../../src/engine/compile/tracking.ts";
import { type Traveller, travel } from "../../src/engine/compile/travel.ts";
import { forkWorld, type World } from "../../src/engine/compile/world.ts";
import type { Device, Hook, Rule } from "../../src/engine/device/device.ts";
import type { SetElement } from "../../src/engine/device/set.ts";
import type { Path } from "../../src/engine/packet/packet.ts";
import { asksEmptySet } from "../emptySet.ts";
import { elementsOf } from "../visit.ts";

/** A rule as the packets of one path come to it in one hook, whatever the state of connections. */
export interface Meeting {
  readonly hook: Hook;
  /** Packets that it matches. */
  readonly hit: Node;
  /** Those of them that routing has not refused before. */
  readonly routed: Node;
  /** Packets that come to it. */
  readonly reached: Node;
  /** Packets that it would match if nothing stood before it. */
  readonly wanted: Node;
  /** Packets that leave its chain by it. */
  readonly taken: Node;
}

/** What the compiler says of every rule of a device on one path. */
export interface Survey {
  readonly path: Path;
  /** By hook. */
  readonly meetings: ReadonlyMap<Rule, readonly Meeting[]>;
  /** First packets of connections that nothing stops. */
  readonly begins: Node;
  /** What the values of unknowns must obey. */
  readonly constraint: Node;
}

/**
 * Follows all packets of a path to every rule. Where the device alone does not say which way they go
 * (an address that NAT gave them may be its own), they go both ways: what comes to a rule here is
 * never less than what comes to it in a kernel.
 */
export function surveyPath(analysis: Analysis, device: Device, path: Path): Survey {
  const { arena } = analysis;
  const world = beginPath(analysis, deviceFacts(device), path, ruleNames(device));
  const meetings = new Map<Rule, Meeting[]>();
  const crowd: Crowd = { live: TRUE, refused: FALSE, meetings };
  travel(world, follower(crowd));
  const constraint = world.constraints.reduce<Node>((all, one) => arena.and(all, one), TRUE);
  const begins = arena.difference(arena.and(crowd.live, givenState(world, "new")), crowd.refused);
  return { path, meetings, begins: arena.and(begins, trackedFamilies(world)), constraint };
}

/** Packets still on their way. */
interface Crowd {
  live: Node;
  /** Those that routing refuses; they are told apart, not taken out. */
  refused: Node;
  readonly meetings: Map<Rule, Meeting[]>;
}

function follower(crowd: Crowd): Traveller {
  return {
    runChain: (world, hooked) => {
      const live = world.arena.and(crowd.live, seenBy(world, hooked));
      if (live !== FALSE) runBaseChain(world, hooked, live, listener(world, crowd));
    },
    runNat: (world, chains, asked) => {
      const live = world.arena.and(crowd.live, asked);
      askNatChains(world, chains, live, listener(world, crowd));
    },
    arrive: () => undefined,
    dropByKernel: (world, packets) => {
      crowd.refused = world.arena.or(crowd.refused, packets);
    },
    split: (world, packets, inside, outside) => {
      const { arena } = world;
      const perhaps = arena.or(packets, world.destinationMoved);
      const within = part(arena, crowd, perhaps);
      const without = part(arena, crowd, arena.not(packets));
      if (within.live !== FALSE) inside(forkWorld(world), follower(within));
      if (without.live !== FALSE) outside(world, follower(without));
      crowd.live = arena.or(within.live, without.live);
      crowd.refused = arena.and(within.refused, without.refused);
    },
  };
}

function part(arena: Arena, crowd: Crowd, packets: Node): Crowd {
  return { ...crowd, live: arena.and(crowd.live, packets) };
}

function listener(world: World, crowd: Crowd): Listener {
  return {
    onFate: (number, packets) => {
      const { kind } = world.fates.fate(number);
      if (kind !== "drop" && kind !== "reject") return;
      crowd.live = world.arena.difference(crowd.live, packets);
    },
    onRule: (visit) => note(world, crowd, visit),
  };
}

function note(world: World, { refused, meetings }: Crowd, visit: RuleVisit): void {
  const { arena } = world;
  const { rule, table, hook, reached, run } = visit;
  const asker = { table, rule, instance: `alone ${world.nameOf(rule)}` };
  const hit = matched(world, visit, run);
  const wanted = matched(world, visit, runRule(forkWorld(world), asker, rule, TRUE));
  const known = meetings.get(rule) ?? [];
  const before = known.find((meeting) => meeting.hook === hook);
  const or = (one: Node | undefined, other: Node) => arena.or(one ?? FALSE, other);
  const meeting: Meeting = {
    hook,
    hit: or(before?.hit, hit),
    routed: or(before?.routed, arena.difference(hit, refused)),
    reached: or(before?.reached, reached),
    wanted: or(before?.wanted, wanted),
    taken: run.exits.reduce((all, { packets }) => arena.or(all, packets), before?.taken ?? FALSE),
  };
  meetings.set(rule, [...known.filter((one) => one !== before), meeting]);
}

/** A map without a verdict or an address for the packet makes the rule not match. */
function matched(
  { arena, layout }: World,
  { rule: { statements }, table }: Pick<RuleVisit, "rule" | "table">,
  { hit, exits }: RuleRun,
): Node {
  const map = statements.find((statement) => statement.kind === "verdictMap");
  const nat = statements.find((statement) => statement.kind === "nat");
  if (map === undefined && nat === undefined) return hit;
  const goesOn = map !== undefined && elementsOf(table, map.map).some(saysContinue);
  if (goesOn) return hit;
  const [six = FALSE] = layout.bits("family", 0, 1);
  const isOfOne = nat !== undefined && nat.family !== null && !asksEmptySet(table, nat);
  const others = !isOfOne ? FALSE : nat.family === "ip" ? six : arena.not(six);
  /* NAT of one family lets packets of the other go on, and the rule counts as matched (measured). */
  const left = exits.reduce<Node>((all, { packets }) => arena.or(all, packets), others);
  return arena.and(hit, left);
}

/** Which is no exit of a rule, and yet a match. */
function saysContinue({ data }: SetElement): boolean {
  return data?.kind === "verdict" && data.verdict.kind === "continue";
}
