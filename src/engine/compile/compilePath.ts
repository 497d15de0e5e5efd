import { Arena, FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { Device, Rule } from "../device/device.ts";
import { pathDomain } from "../packet/header/domain.ts";
import { HeaderLayout, type VariableOrder } from "../packet/header/layout.ts";
import type { IpFamily, Path } from "../packet/packet.ts";
import { pathDiagram } from "./diagramTraveller.ts";
import { type DeviceFacts, deviceFacts } from "./facts.ts";
import { Fates } from "./fates.ts";
import { collectQuestions } from "./questions.ts";
import { ruleNames } from "./ruleNames.ts";
import { neverTracked, trackedFamilies } from "./tracking.ts";
import { beginWorld, type World } from "./world.ts";

/** What all devices and paths of one comparison share. */
export interface Analysis {
  readonly arena: Arena;
  readonly layout: HeaderLayout;
  readonly fates: Fates;
}

export interface AnalysisOptions {
  /** Default: that of the arena. */
  readonly nodeLimit?: number;
  /** Default: addresses first. */
  readonly order?: VariableOrder;
}

/** Opens an analysis of devices whose packets shall be compared. */
export function beginAnalysis(
  devices: readonly Device[],
  { nodeLimit, order = "addressesFirst" }: AnalysisOptions = {},
): Analysis {
  const arena = new Arena(nodeLimit === undefined ? {} : { nodeLimit });
  const layout = new HeaderLayout(arena, collectQuestions(devices), order);
  return { arena, layout, fates: new Fates() };
}

/** What a device does with every packet of one path. */
export interface CompiledPath {
  readonly path: Path;
  /** Fates (`Fates`) of all headers; those outside the domain mean nothing. */
  readonly diagram: Node;
  readonly facts: DeviceFacts;
  readonly nameOf: (rule: Rule) => string;
  /** What values of unknowns must obey. */
  readonly constraint: Node;
  readonly assumptions: readonly string[];
}

/** Compiles one path of a device. `nameOf` pairs rules that have a state of their own. */
export function compilePath(
  analysis: Analysis,
  device: Device,
  path: Path,
  nameOf: (rule: Rule) => string = ruleNames(device),
): CompiledPath {
  const facts = deviceFacts(device);
  const world = beginPath(analysis, facts, path, nameOf);
  const diagram = pathDiagram(world);
  const { arena } = analysis;
  const constraint = world.constraints.reduce<Node>((all, one) => arena.and(all, one), TRUE);
  return { path, diagram, facts, nameOf, constraint, assumptions: [...world.assumptions] };
}

/** All packets of a path at its beginning. */
export function beginPath(
  { layout, fates }: Analysis,
  facts: DeviceFacts,
  path: Path,
  nameOf: (rule: Rule) => string,
): World {
  return beginWorld(layout, facts, fates, path, nameOf);
}

/** What is known of a device that has been looked at. */
type Looked = Pick<CompiledPath, "constraint" | "facts" | "nameOf">;

/**
 * Headers that packets of the path can have under what was compiled: written in one way only, and
 * with unknowns that obey their constraints. To be asked for once everything is compiled.
 */
export function headersUnder(analysis: Analysis, path: Path, compiled: readonly Looked[]): Node {
  const { arena, layout } = analysis;
  let domain = arena.difference(pathDomain(layout, path), fragments(analysis, compiled));
  for (const looked of compiled) {
    domain = arena.and(domain, looked.constraint);
    domain = arena.difference(domain, strangelyTracked(analysis, path, looked));
  }
  return domain;
}

/** Headers with a state of connections that tracking never gives them. */
export function strangelyTracked(
  analysis: Analysis,
  path: Path,
  { facts, nameOf }: Pick<Looked, "facts" | "nameOf">,
): Node {
  const world = beginPath(analysis, facts, path, nameOf);
  return analysis.arena.and(trackedFamilies(world), wronglyTracked(world));
}

/** Where all sides track, fragments are put together before the chains see them (-400). */
export function fragments(analysis: Analysis, compiled: readonly Pick<Looked, "facts">[]): Node {
  const { arena } = analysis;
  const isTracked = (family: IpFamily) => compiled.every(({ facts }) => facts.isTracked(family));
  const four = isTracked("ip") ? fragments4(analysis) : FALSE;
  return arena.or(four, isTracked("ip6") ? fragments6(analysis) : FALSE);
}

function fragments4({ arena, layout }: Analysis): Node {
  if (!layout.readBits("network4").some((bit) => bit >= MORE_FRAGMENTS && bit < FRAGMENT_END))
    return FALSE;
  const [six = FALSE] = layout.bits("family", 0, 1);
  const width = FRAGMENT_END - MORE_FRAGMENTS;
  const any = layout
    .bits("network4", MORE_FRAGMENTS, width)
    .reduce<Node>((all, bit) => arena.or(all, bit), FALSE);
  return arena.difference(any, six);
}

/** Packets with a fragment header, those that are whole by themselves included (RFC 6946). */
function fragments6({ arena, layout }: Analysis): Node {
  const [six = FALSE] = layout.bits("family", 0, 1);
  const flag = layout.flags.find(({ key }) => key === FRAGMENT_HEADER);
  return flag === undefined ? FALSE : arena.and(six, arena.variable(flag.level));
}

const FRAGMENT_HEADER = "exthdr 44";

/** The flag of more fragments and the offset behind it (RFC 791). */
const MORE_FRAGMENTS = 50;
const FRAGMENT_END = 64;

/** Neighbour discovery with a state of connections: tracking never gives it one. */
function wronglyTracked(world: World): Node {
  const { arena, layout } = world;
  if (layout.readBits("state").length === 0) return arena.not(TRUE);
  const untracked = arena.cube(
    new Map(layout.levels("state", 0, 3).map((level, i) => [level, i === 0])),
  );
  return arena.difference(neverTracked(world), untracked);
}
