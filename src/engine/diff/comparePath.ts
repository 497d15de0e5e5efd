import { differencePairs, FALSE, type Node, support, TRUE } from "../bdd/index.ts";
import {
  type Analysis,
  beginAnalysis,
  DROP,
  type Ending,
  headersUnder,
  NONE,
  type Sought,
  type WalkWithStates,
} from "../compile/index.ts";
import type { Device } from "../device/device.ts";
import type { VariableOrder } from "../packet/header/layout.ts";
import { headerLevels } from "../packet/header/valid.ts";
import type { Path } from "../packet/packet.ts";
import { type ComparedAlterations, compareAlterations, NO_ALTERATIONS } from "./alterations.ts";
import type { ChangedRules } from "./changedRules.ts";
import { spansOf } from "./changedSpans.ts";
import { hasEffects } from "./effects.ts";
import { type Differing, pairsOf } from "./endingPairs.ts";
import { type FedVisit, type Memories, watchFeeds } from "./memories.ts";
import { compileSide, openSide, outlineSide, type Side, walkSideWithStates } from "./side.ts";
import type { Slice } from "./slices.ts";
import type { Twins } from "./twins.ts";

/** One path of both devices in one arena. */
export interface ComparedPath {
  readonly path: Path;
  readonly analysis: Analysis;
  readonly before: Side;
  readonly after: Side;
  /** Headers that can be, with unknowns that obey their constraints. */
  readonly domain: Node;
  /** Those of the domain that routing does not refuse on both sides. */
  readonly routed: Node;
  /** Outside of it nothing can differ: no packet there meets a rule that is not on both sides. */
  readonly region: Node;
  /** Packets that fare otherwise, by what decides them on both sides; disjoint and complete. */
  readonly differing: readonly Differing[];
  /** Packets with the same verdict on both sides, by what decides them; where rules alter none, they are not kept. */
  readonly alike: readonly Differing[];
  /** Those of them that are altered otherwise. */
  readonly alterations: ComparedAlterations;
  /** Packets of the region that both sides accept, or hand to somebody who may; worked out where it is asked for. */
  readonly accepted: () => Node;
  /** Those that both sides hand to user space. */
  readonly queued: Node;
  /** Where the packets of the region feed something; null: nobody has looked. */
  readonly visits: {
    readonly before: readonly FedVisit[];
    readonly after: readonly FedVisit[];
  } | null;
}

export interface PathOptions {
  readonly order: VariableOrder;
  readonly nodeLimit: number | null;
  /** Places of rules whose memory is another one on each side. */
  readonly renamed: ReadonlySet<string>;
  /** Rules of `after` by the names of their twins. */
  readonly twins: Twins;
  /** Null: more than rules has changed. */
  readonly changed: ChangedRules | null;
  /** Part of the packets, to be compared alone. */
  readonly slice: Slice | null;
  /** Rules of which is noted what feeds them. */
  readonly memories: Memories;
}

/** Compares one path of both devices. */
export function comparePath(
  before: Device,
  after: Device,
  path: Path,
  { order, nodeLimit, renamed, twins, changed, slice, memories }: PathOptions,
): ComparedPath {
  const limit = nodeLimit === null ? {} : { nodeLimit };
  const analysis = beginAnalysis([before, after], { order, ...limit });
  const sides = [
    openSide(before, path, { twins: NO_TWINS, renamed, mark: " (before)" }),
    openSide(after, path, { twins, renamed, mark: " (after)" }),
  ] as const;
  const { region, refused } = outline(analysis, sides, changed);
  if (slice !== null) {
    const part = analysis.arena.and(region ?? TRUE, slice.packetsOf(analysis.layout));
    return compareWithin(analysis, sides, part, refused, memories);
  }
  if (region === FALSE) return nothingToCompare(analysis, sides, refused);
  return region === null
    ? compareAll(analysis, sides, refused)
    : compareWithin(analysis, sides, region, refused, memories);
}

const NO_TWINS: Twins = new Map();

type Sides = readonly [before: Side, after: Side];

interface BothOutlines {
  /** Null: all packets have to be looked at. */
  readonly region: Node | null;
  readonly refused: Node;
}

function outline(
  analysis: Analysis,
  [before, after]: Sides,
  changed: ChangedRules | null,
): BothOutlines {
  const { arena, layout } = analysis;
  const first = outlineSide(analysis, before, soughtOn(before, after, changed, "before"));
  const second = outlineSide(analysis, after, soughtOn(after, before, changed, "after"));
  const refused = arena.and(first.refused, second.refused);
  if (changed === null) return { region: null, refused };
  const found = arena.or(first.region, second.region);
  const header = new Set(headerLevels(layout));
  const unknown = support(arena, found).filter((level) => !header.has(level));
  return { region: arena.exists(found, unknown), refused };
}

function soughtOn(
  own: Side,
  other: Side,
  changed: ChangedRules | null,
  which: keyof ChangedRules,
): Sought {
  if (changed === null) return { rules: new Set(), spans: new Map() };
  return { rules: changed[which], spans: spansOf(own, other, changed) };
}

/** No packet of the path meets what has changed, or all come out of it alike. */
function nothingToCompare(analysis: Analysis, [before, after]: Sides, refused: Node): ComparedPath {
  const domain = headersUnder(analysis, before.path, [before, after]);
  const routed = analysis.arena.difference(domain, refused);
  const none = { differing: [], alike: [], alterations: NO_ALTERATIONS, accepted: () => FALSE };
  const shared = { path: before.path, analysis, before, after, domain, routed, ...none };
  return { ...shared, region: FALSE, queued: FALSE, visits: null };
}

/** Walks the packets of the region alone, rule by rule. */
function compareWithin(
  analysis: Analysis,
  [before, after]: Sides,
  region: Node,
  refused: Node,
  memories: Memories,
): ComparedPath {
  const { arena } = analysis;
  const possible = headersUnder(analysis, before.path, [before, after]);
  const live = arena.and(region, possible);
  const watch = { before: watchFeeds(memories.before), after: watchFeeds(memories.after) };
  const first = walkSideWithStates(analysis, before, live, watch.before.onRule);
  const second = walkSideWithStates(analysis, after, live, watch.after.onRule);
  const domain = headersUnder(analysis, before.path, [before, after]);
  /* All that was walked is possible: to hold each ending against it again took a fifth of the time of an edit. */
  const within = domain === possible ? TRUE : domain;
  const pairs = pairsOf(analysis, first.endings, second.endings, within);
  const both = (test: (fate: number) => boolean) =>
    pairs.reduce<Node>(
      (all, { packets, before: a, after: b }) =>
        test(a.fate) && test(b.fate) ? arena.or(all, packets) : all,
      FALSE,
    );
  const accepted = () => both((fate) => goesOn(analysis, fate));
  const queued = both((fate) => isQueue(analysis, fate));
  const differing = pairs.filter((pair) => differs(analysis, pair));
  const routed = arena.difference(domain, refused);
  const more = alterationsOf(analysis, [before, after], [first, second], pairs);
  const shared = { path: before.path, analysis, before, after, domain, routed, ...more };
  const visits = { before: watch.before.visits, after: watch.after.visits };
  return { ...shared, region: live, differing, accepted, queued, visits };
}

/** Compiles everything, and walks what differs. */
function compareAll(analysis: Analysis, [before, after]: Sides, refused: Node): ComparedPath {
  const { arena } = analysis;
  const diagrams = [compileSide(analysis, before), compileSide(analysis, after)] as const;
  const domain = headersUnder(analysis, before.path, [before, after]);
  const [first, second] = diagrams.map((diagram) => arena.and(domain, verdicts(analysis, diagram)));
  const unlike = differencePairs(arena, first ?? FALSE, second ?? FALSE).reduce<Node>(
    (all, pair) => arena.or(all, pair.region),
    FALSE,
  );
  /* What rules do beside the verdict shows in no diagram: all packets are walked. */
  const region = hasEffects(before) || hasEffects(after) ? domain : unlike;
  const walk = (side: Side) =>
    region === FALSE ? NO_WALK : walkSideWithStates(analysis, side, region, null);
  const walks = [walk(before), walk(after)] as const;
  const pairs = pairsOf(analysis, walks[0].endings, walks[1].endings, domain);
  const differing = pairs.filter((pair) => differs(analysis, pair));
  const both = (test: (fate: number) => boolean) =>
    diagrams.reduce<Node>((all, diagram) => arena.and(all, arena.where(diagram, test)), domain);
  const accepted = () => both((fate) => goesOn(analysis, fate));
  const queued = both((fate) => isQueue(analysis, fate));
  const routed = arena.difference(domain, refused);
  const more = alterationsOf(analysis, [before, after], walks, pairs);
  const shared = { path: before.path, analysis, before, after, domain, routed, ...more };
  return { ...shared, region: domain, differing, accepted, queued, visits: null };
}

const NO_WALK: WalkWithStates = { endings: [], states: [], deeds: [], lost: FALSE };

/** Packets with one verdict are compared by what else becomes of them. */
function alterationsOf(
  analysis: Analysis,
  sides: Sides,
  walks: readonly [WalkWithStates, WalkWithStates],
  pairs: readonly Differing[],
): Pick<ComparedPath, "alike" | "alterations"> {
  if (!sides.some(hasEffects)) return { alike: [], alterations: NO_ALTERATIONS };
  const alike = pairs.filter((pair) => !differs(analysis, pair));
  const groups = new Map<number, Node>();
  for (const pair of alike) {
    const fate = asVerdict(analysis, pair.after.fate);
    groups.set(fate, analysis.arena.or(groups.get(fate) ?? FALSE, pair.packets));
  }
  const same = [...groups].map(([fate, packets]) => ({
    packets,
    fate,
    goesOn: goesOn(analysis, fate),
  }));
  return { alike, alterations: compareAlterations(analysis, sides, walks, same) };
}

function differs(analysis: Analysis, { before, after }: Differing): boolean {
  return isOtherVerdict(analysis, before, after);
}

export function isOtherVerdict(analysis: Analysis, before: Ending, after: Ending): boolean {
  return asVerdict(analysis, before.fate) !== asVerdict(analysis, after.fate);
}

function isQueue({ fates }: Analysis, fate: number): boolean {
  return fate !== NONE && fates.fate(fate).kind === "queue";
}

/** Whether packets may leave the device; after what is not modelled they may. */
export function goesOn({ fates }: Analysis, fate: number): boolean {
  return fate !== NONE && !/^(drop|reject|kernel)$/.test(fates.fate(fate).kind);
}

/** What routing refuses is lost like what a rule drops. */
function asVerdict({ fates }: Analysis, fate: number): number {
  return fate !== NONE && fates.fate(fate).kind === "kernel" ? DROP : fate;
}

function verdicts(analysis: Analysis, diagram: Node): Node {
  return analysis.arena.mapTerminals(diagram, (number) => asVerdict(analysis, number));
}
