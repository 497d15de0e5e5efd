import { single } from "../base/range.ts";
import { Arena, FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { Device, Rule } from "../device/device.ts";
import { pathDomain } from "../packet/header/domain.ts";
import { HeaderLayout, type VariableOrder } from "../packet/header/layout.ts";
import { atomsInRanges } from "../packet/header/rangesOver.ts";
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
  for (const { constraint, facts, nameOf } of compiled) {
    domain = arena.and(domain, constraint);
    const world = beginPath(analysis, facts, path, nameOf);
    const tracked = trackedFamilies(world);
    domain = arena.and(domain, arena.not(arena.and(tracked, wronglyTracked(world))));
  }
  return domain;
}

/** Where both sides track, fragments are put together before the chains see them (-400). */
function fragments(analysis: Analysis, compiled: readonly Looked[]): Node {
  const { arena, layout } = analysis;
  const areTracked = (family: IpFamily) => compiled.every(({ facts }) => facts.isTracked(family));
  const [six = FALSE] = layout.bits("family", 0, 1);
  const four = areTracked("ip") ? arena.difference(fragments4(analysis), six) : FALSE;
  return areTracked("ip6") ? arena.or(four, arena.and(fragments6(analysis), six)) : four;
}

function fragments4({ arena, layout }: Analysis): Node {
  if (!layout.readBits("network4").some((bit) => bit >= MORE_FRAGMENTS && bit < FRAGMENT_END))
    return FALSE;
  return layout
    .bits("network4", MORE_FRAGMENTS, FRAGMENT_END - MORE_FRAGMENTS)
    .reduce<Node>((all, bit) => arena.or(all, bit), FALSE);
}

/** One that says it is the whole packet stays as it is (RFC 6946). */
function fragments6({ arena, layout }: Analysis): Node {
  const header = layout.flags.find(({ key }) => key === FRAGMENT_HEADER);
  if (header === undefined) return FALSE;
  const parts = layout.fields
    .filter(({ key }) => key === "frag frag-off" || key === "frag more-fragments")
    .map((field) => arena.not(atomsInRanges(arena, field, [single(0n)])));
  const isPart = parts.reduce<Node>((all, one) => arena.or(all, one), FALSE);
  return arena.and(arena.variable(header.level), isPart);
}

/** Key of the flag of headers that have a fragment header (number 44). */
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
