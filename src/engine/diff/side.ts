import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import {
  type Analysis,
  beginPath,
  compilePath,
  type DeviceFacts,
  deviceFacts,
  type Ending,
  laterPacketsOf,
  type NameOptions,
  type Outline,
  outlineOf,
  type RuleVisit,
  ruleNames,
  type Sought,
  type WalkWithStates,
  type World,
  walkRegion,
  walkWithStates,
} from "../compile/index.ts";
import type { Device, Rule } from "../device/device.ts";
import type { Path } from "../packet/packet.ts";

/** One of the two devices of a comparison, on one path. */
export interface Side {
  readonly device: Device;
  readonly path: Path;
  readonly facts: DeviceFacts;
  readonly nameOf: (rule: Rule) => string;
  /** What the values of unknowns must obey, as far as the side has been looked at. */
  constraint: Node;
  readonly assumptions: Set<string>;
  /** Variables that this side has asked about. */
  readonly asked: Set<number>;
}

/** Rules in `renamed` keep what they remember apart from the other side's; `twins` share it in other words. */
export function openSide(device: Device, path: Path, names: NameOptions): Side {
  const nameOf = ruleNames(device, names);
  const facts = deviceFacts(device);
  const nothing = { constraint: TRUE, assumptions: new Set<string>(), asked: new Set<number>() };
  return { device, path, facts, nameOf, ...nothing };
}

/** The fates of all packets. */
export function compileSide(analysis: Analysis, side: Side): Node {
  return watching(analysis, side, () => {
    const { device, path, nameOf } = side;
    const { diagram, constraint, assumptions } = compilePath(analysis, device, path, nameOf);
    side.constraint = analysis.arena.and(side.constraint, constraint);
    for (const assumption of assumptions) side.assumptions.add(assumption);
    return diagram;
  });
}

/** Takes packets rule by rule through one side. */
export function walkSide(
  analysis: Analysis,
  side: Side,
  packets: Node,
  onRule: ((visit: RuleVisit) => void) | null,
): readonly Ending[] {
  return walking(analysis, side, (world) => walkRegion(world, packets, onRule));
}

/** The same, with what becomes of the packets beside the verdict. */
export function walkSideWithStates(
  analysis: Analysis,
  side: Side,
  packets: Node,
  onRule: ((visit: RuleVisit) => void) | null,
): WalkWithStates {
  return walking(analysis, side, (world) => walkWithStates(world, packets, onRule));
}

/** Packets of connections that began with one of these. */
export function laterPacketsOn(analysis: Analysis, side: Side, first: Node): Node {
  if (!side.facts.habits.translates("ip") && !side.facts.habits.translates("ip6")) return FALSE;
  return walking(analysis, side, (world) => laterPacketsOf(world, first));
}

function walking<T>(analysis: Analysis, side: Side, walk: (world: World) => T): T {
  return watching(analysis, side, () => {
    const world = beginPath(analysis, side.facts, side.path, side.nameOf);
    const walked = walk(world);
    for (const constraint of world.constraints)
      side.constraint = analysis.arena.and(side.constraint, constraint);
    for (const assumption of world.assumptions) side.assumptions.add(assumption);
    return walked;
  });
}

/** Where the rules could be met, and what routing refuses. */
export function outlineSide(analysis: Analysis, side: Side, sought: Sought): Outline {
  return outlineOf(beginPath(analysis, side.facts, side.path, side.nameOf), sought);
}

function watching<T>({ layout }: Analysis, { asked }: Side, work: () => T): T {
  layout.askedBy = asked;
  try {
    return work();
  } finally {
    layout.askedBy = null;
  }
}
