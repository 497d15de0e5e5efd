import { FALSE, type Node } from "../bdd/index.ts";
import {
  DEEPEST_JUMP,
  type Exit,
  forkWorld,
  type RuleRun,
  runRule,
  type StandaloneChain,
  tableName,
} from "../compile/index.ts";
import type { Chain, Rule } from "../device/device.ts";

/** One call of a chain: rules of a chain with two callers are looked at once for each. */
export interface Frame {
  readonly place: StandaloneChain;
  readonly chain: Chain;
  /** Names of the chains and rules on the way here: two ways have two sets of limiters. */
  readonly way: string;
  /** Null: it is the base chain. */
  readonly caller: Caller | null;
  readonly above: readonly Chain[];
  /** Packets that come to the chain by this call. */
  readonly packets: Node;
}

export interface Caller {
  readonly frame: Frame;
  readonly index: number;
  readonly isGoto: boolean;
}

/** A rule as packets come to it. */
export interface Visit {
  readonly frame: Frame;
  readonly index: number;
  readonly rule: Rule;
  readonly reached: Node;
  readonly run: RuleRun;
  /** How many exits were noted before it. */
  readonly takenBefore: number;
}

/** Packets that a rule took away from those behind it. */
export interface Taken {
  readonly frame: Frame;
  readonly rule: Rule;
  readonly packets: Node;
  /** False: the chain alone has ended for them. */
  readonly isFinal: boolean;
}

/** What became of all packets of one base chain at one place. */
export interface ChainRun {
  readonly place: StandaloneChain;
  /** All that come to the chain. */
  readonly packets: Node;
  readonly taken: readonly Taken[];
  /** Packets that come to the policy. */
  readonly left: Node;
}

/** Runs all headers through a base chain, rule by rule; each visit is told before the next begins. */
export function runWhole(place: StandaloneChain, onVisit: (visit: Visit) => void): ChainRun {
  const { world, hooked } = place;
  const packets = place.packets();
  const { chain } = hooked;
  const way = `${world.place.pass}${tableName(world.facts.device, hooked.table)} ${chain.name}`;
  const taken: Taken[] = [];
  const base: Frame = { place, chain, way, caller: null, above: [chain], packets };
  return { place, packets, taken, left: runFrame(base, taken, onVisit) };
}

function runFrame(frame: Frame, taken: Taken[], onVisit: (visit: Visit) => void): Node {
  const { world } = frame.place;
  const { arena } = world;
  let inside = frame.packets;
  let back: Node = FALSE;
  for (const [index, rule] of frame.chain.rules.entries()) {
    const run = runHere(frame, rule, inside);
    onVisit({ frame, index, rule, reached: inside, run, takenBefore: taken.length });
    for (const exit of run.exits) {
      if (exit.packets === FALSE) continue;
      inside = arena.difference(inside, exit.packets);
      const { packets } = exit;
      switch (exit.kind) {
        case "fate":
          taken.push({ frame, rule, packets, isFinal: true });
          break;
        case "return":
          taken.push({ frame, rule, packets, isFinal: false });
          back = arena.or(back, packets);
          break;
        case "jump":
          inside = arena.or(inside, runCallee(frame, index, exit, taken, onVisit));
          break;
        case "goto":
          back = arena.or(back, runCallee(frame, index, exit, taken, onVisit));
          taken.push({ frame, rule, packets, isFinal: false });
          break;
      }
    }
  }
  return arena.or(inside, back);
}

/** Runs a rule over some packets that come to it. */
function runHere({ place, way }: Frame, rule: Rule, packets: Node): RuleRun {
  const { world, hooked } = place;
  if (packets === FALSE) return { exits: [], hit: FALSE, fed: [] };
  const asker = { table: hooked.table, rule, instance: `${way}/${world.nameOf(rule)}` };
  return runRule(world, asker, rule, packets);
}

/** All that the rule would match if every packet of the base chain came to it. */
export function matchedAlone({ frame, rule }: Visit): Node {
  const { place } = frame;
  const { arena } = place.world;
  const own: Frame = { ...frame, place: { ...place, world: forkWorld(place.world) } };
  const { hit, exits } = runHere(own, rule, place.packets());
  return exits.reduce<Node>((all, { packets }) => arena.or(all, packets), hit);
}

type Call = Extract<Exit, { readonly kind: "jump" | "goto" }>;

/** Packets that come back from the chain; of one that the kernel would refuse, none is said to be lost. */
function runCallee(
  frame: Frame,
  index: number,
  { kind, chain: name, packets }: Call,
  taken: Taken[],
  onVisit: (visit: Visit) => void,
): Node {
  const { world, hooked } = frame.place;
  const chain = world.facts.chain(hooked.table, name);
  const rule = frame.chain.rules[index];
  if (chain === null || rule === undefined) return packets;
  if (frame.above.includes(chain) || frame.above.length > DEEPEST_JUMP) return packets;
  const called: Frame = {
    place: frame.place,
    chain,
    way: `${frame.way}/${world.nameOf(rule)}>${name}`,
    caller: { frame, index, isGoto: kind === "goto" },
    above: [...frame.above, chain],
    packets,
  };
  return runFrame(called, taken, onVisit);
}
