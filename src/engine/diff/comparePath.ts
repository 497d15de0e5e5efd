import { differencePairs, FALSE, type Node } from "../bdd/index.ts";
import {
  ACCEPT,
  type Analysis,
  beginAnalysis,
  DROP,
  type Ending,
  headersUnder,
  NONE,
} from "../compile/index.ts";
import type { Device } from "../device/device.ts";
import type { VariableOrder } from "../packet/header/layout.ts";
import type { Path } from "../packet/packet.ts";
import { unlikeEffects } from "./effects.ts";
import { hasMemories, type Memories, unlikeMemories } from "./memories.ts";
import { compileSide, type Side, walkSide } from "./side.ts";

/** One path of both devices in one arena. */
export interface ComparedPath {
  readonly path: Path;
  readonly analysis: Analysis;
  readonly before: Side;
  readonly after: Side;
  /** Headers that can be, with unknowns that obey their constraints. */
  readonly domain: Node;
}

/** Packets of one pair of endings. */
export interface Differing {
  readonly packets: Node;
  readonly before: Ending;
  readonly after: Ending;
}

export interface PathOptions {
  readonly order: VariableOrder;
  readonly nodeLimit: number | null;
  /** Places of rules whose memory is another one on each side. */
  readonly renamed: ReadonlySet<string>;
}

/** Compiles one path of both devices. */
export function compilePaths(
  before: Device,
  after: Device,
  path: Path,
  { order, nodeLimit, renamed }: PathOptions,
): ComparedPath {
  const analysis = beginAnalysis([before, after], {
    order,
    ...(nodeLimit === null ? {} : { nodeLimit }),
  });
  const first = compileSide(analysis, before, path, renamed, " (before)");
  const second = compileSide(analysis, after, path, renamed, " (after)");
  const domain = headersUnder(analysis, path, [first.compiled, second.compiled]);
  return { path, analysis, before: first, after: second, domain };
}

/** Places of rules whose memory is fed by other packets, as far as this path shows. */
export function unlikeOnPath(compared: ComparedPath, memories: Memories): ReadonlySet<string> {
  if (!hasMemories(memories)) return new Set();
  const { analysis, before, after, domain } = compared;
  return unlikeMemories(analysis, memories, before, after, domain);
}

/** The packets that fare otherwise, by what decides them on both sides; disjoint and complete. */
export function differences({
  analysis,
  before,
  after,
  domain,
}: ComparedPath): readonly Differing[] {
  const { arena } = analysis;
  const pairs = differencePairs(
    arena,
    arena.and(domain, verdicts(analysis, before)),
    arena.and(domain, verdicts(analysis, after)),
  );
  const region = pairs.reduce<Node>((all, pair) => arena.or(all, pair.region), FALSE);
  if (region === FALSE) return [];
  const endings = walkSide(analysis, before, region, null);
  const others = walkSide(analysis, after, region, null);
  return endings.flatMap((first) =>
    others.flatMap((second): readonly Differing[] => {
      const packets = arena.and(first.packets, second.packets);
      return packets === FALSE ? [] : [{ packets, before: first, after: second }];
    }),
  );
}

/** What routing refuses is lost like what a rule drops. */
function verdicts({ arena, fates }: Analysis, { compiled }: Side): Node {
  return arena.mapTerminals(compiled.diagram, (number) =>
    number !== NONE && fates.fate(number).kind === "kernel" ? DROP : number,
  );
}

/** Why the verdicts are not all that there is to compare; empty where they are. */
export function effectReasons(compared: ComparedPath): readonly string[] {
  const { analysis, before, after, domain } = compared;
  const { arena } = analysis;
  const accepts = (side: Side) => arena.where(side.compiled.diagram, (number) => number === ACCEPT);
  const both = arena.and(accepts(before), accepts(after));
  return unlikeEffects(analysis, before, after, arena.and(domain, both));
}
