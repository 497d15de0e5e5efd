import {
  type Arena,
  FALSE,
  type Limited,
  type Node,
  support,
  withinNodeLimit,
} from "../bdd/index.ts";
import type { Ending } from "../compile/index.ts";
import type { Device } from "../device/device.ts";
import type { ToldPair } from "./alteredPairs.ts";
import { type ComparedPath, comparePath, goesOn, isOtherVerdict } from "./comparePath.ts";
import type { PathResult } from "./comparePaths.ts";
import {
  type Legacy,
  laterOf,
  leavesSomething,
  type Marked,
  markedConnections,
} from "./markedConnections.ts";
import { hangingMemories, hasMemories, type Memories, memoriesOf } from "./memories.ts";

/*
 * A packet that marks or labels its connection otherwise than on the other side has consequences: later packets of
 * the connection, replies among them, come with another mark. Of one that is not tracked, or in another zone, replies
 * are not known as such. Where their own fate hangs on it, they may fare otherwise, although each side does the same
 * to packets with the same mark and state.
 */

/** A path with the packets that may fare otherwise by what an earlier one has left for them. */
export interface LaterMarks {
  readonly compared: ComparedPath;
  readonly pairs: readonly ToldPair[];
  /** Rules whose memory may be fed by other packets than before. */
  readonly reasons: readonly string[];
}

/** `paths`: what is known of both devices already; where that is not all of a path, it is compared again. */
export function laterMarks(
  before: Device,
  after: Device,
  paths: readonly PathResult[],
  nodeLimit: number | null,
): Limited<readonly LaterMarks[]> {
  return withinNodeLimit(() => {
    const known = paths.flatMap(({ result }) => (result.kind === "done" ? [result.value] : []));
    if (!known.some(leavesSomething)) return [];
    const isWhole = known.every(
      ({ domain, region, ...one }) =>
        region === domain &&
        region !== FALSE &&
        one.before.device === before &&
        one.after.device === after,
    );
    const whole = isWhole ? known : wholePaths(before, after, known, nodeLimit);
    const marked = whole.flatMap(markedConnections);
    return whole.map((compared) => onPath(compared, marked));
  });
}

function wholePaths(
  before: Device,
  after: Device,
  known: readonly ComparedPath[],
  nodeLimit: number | null,
): readonly ComparedPath[] {
  const options = {
    order: "addressesFirst",
    nodeLimit,
    renamed: new Set<string>(),
    twins: NONE.twins,
  } as const;
  return [...new Set(known.map(({ path }) => path))].map((path) =>
    comparePath(before, after, path, { ...options, changed: null, slice: null, memories: NONE }),
  );
}

/** What feeds them is asked apart. */
const NONE: Memories = { before: [], after: [], twins: new Map() };

function onPath(compared: ComparedPath, marked: readonly Marked[]): LaterMarks {
  let { domain } = compared;
  const pairs: ToldPair[] = [];
  const reasons: string[] = [];
  for (const legacy of ["mark", "tracking"] as const)
    for (const side of ["before", "after", "both"] as const) {
      const own = marked.filter((one) => one.legacy === legacy && sideOf(one) === side);
      const levels = levelsOf(compared, legacy);
      if (own.length === 0 || levels.length === 0) continue;
      for (const later of laterOf(compared.analysis.layout, own, legacy)) {
        const packets = compared.analysis.arena.and(domain, later);
        const question = { packets, levels, side, legacy };
        const found = pairsOn(compared, question);
        pairs.push(...found);
        for (const { packets: some } of found)
          domain = compared.analysis.arena.difference(domain, some);
        reasons.push(...reasonsOn(compared, question));
      }
    }
  return { compared, pairs, reasons: [...new Set(reasons)] };
}

type Unknowing = "before" | "after" | "both";

/** Packets for which some variables may be others on one side, or on both, than the packet brings along. */
interface Question {
  readonly packets: Node;
  readonly levels: readonly number[];
  readonly side: Unknowing;
  readonly legacy: Legacy;
}

function sideOf({ sides }: Marked): Unknowing {
  const [first, second] = sides;
  return second === undefined ? (first ?? "both") : "both";
}

function levelsOf({ analysis: { layout } }: ComparedPath, legacy: Legacy): readonly number[] {
  const labels = layout.values.filter(({ key }) => key === "ct label");
  const marks = [...layout.levelsRead("ctmark"), ...labels.flatMap(({ levels }) => levels)];
  if (legacy === "mark") return marks;
  return [...layout.levelsRead("state"), ...layout.levelsRead("direction"), ...marks];
}

function reasonsOn(
  { analysis, before, after }: ComparedPath,
  { packets, levels, legacy }: Question,
): readonly string[] {
  const memories = memoriesOf(before.device, after.device);
  if (!hasMemories(memories)) return [];
  return hangingMemories(analysis, memories, before, packets, levels).map(
    ({ span: { file, line } }) =>
      `${file}:${line} remembers packets by ${BY[legacy]}: what it lets through may change`,
  );
}

function pairsOn(
  { analysis, differing, alike, alterations }: ComparedPath,
  { packets: asked, levels, side, legacy }: Question,
): readonly ToldPair[] {
  const { arena } = analysis;
  const told = [...differing, ...alterations.altered];
  let rest = told.reduce<Node>((left, { packets }) => arena.difference(left, packets), asked);
  const ends = [...differing, ...alike];
  const hanging = (all: readonly Ending[], isUnknown: boolean) =>
    whateverIsLeft(arena, new Set(all), isUnknown ? levels : []);
  const firsts = hanging(
    ends.map(({ before }) => before),
    side !== "after",
  );
  const seconds = hanging(
    ends.map(({ after }) => after),
    side !== "before",
  );
  const found: ToldPair[] = [];
  const take = (packets: Node, pair: Omit<ToldPair, "packets" | "isSure">) => {
    if (packets === FALSE) return;
    rest = arena.difference(rest, packets);
    found.push({ ...pair, packets, isSure: false });
  };
  for (const first of firsts)
    for (const second of seconds) {
      const isAsked = first.hangs || second.hangs;
      if (!isAsked || !isOtherVerdict(analysis, first.ending, second.ending)) continue;
      const packets = arena.and(rest, arena.and(first.packets, second.packets));
      take(packets, { before: first.ending, after: second.ending, alterations: [] });
    }
  for (const { field, packets } of alterations.hangingOn(levels))
    for (const { before, after, packets: some } of alike) {
      if (!goesOn(analysis, after.fate)) continue;
      const words = { before: `by ${BY[legacy]}`, after: `by ${BY[legacy]}` };
      const alteration = { kind: field.kind, what: field.name, ...words };
      take(arena.and(rest, arena.and(packets, some)), { before, after, alterations: [alteration] });
    }
  return found;
}

const BY: Readonly<Record<Legacy, string>> = {
  mark: "the mark or label of their connection",
  tracking: "whether their connection is known",
};

interface Hanging {
  readonly ending: Ending;
  /** Packets that can end so, whatever an earlier one has left. */
  readonly packets: Node;
  /** Another legacy, another end. */
  readonly hangs: boolean;
}

function whateverIsLeft(
  arena: Arena,
  endings: ReadonlySet<Ending>,
  levels: readonly number[],
): readonly Hanging[] {
  return [...endings].map((ending) => {
    const hangs = support(arena, ending.packets).some((level) => levels.includes(level));
    return {
      ending,
      packets: hangs ? arena.exists(ending.packets, levels) : ending.packets,
      hangs,
    };
  });
}
