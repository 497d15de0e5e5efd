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
import { laterOf, type Marked, markedConnections, marksConnections } from "./markedConnections.ts";
import { hangingMemories, hasMemories, memoriesOf } from "./memories.ts";

/*
 * A packet that marks or labels its connection otherwise than on the other side has consequences: later packets of
 * the connection, replies among them, come with another mark. Where their own fate hangs on it, they may fare
 * otherwise, although each side does the same to packets with the same mark.
 */

/** A path with the packets that may fare otherwise, since their connection may have another mark or label. */
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
    if (!known.some(marksConnections)) return [];
    const isWhole = known.every(
      ({ domain, region, ...one }) =>
        region === domain && one.before.device === before && one.after.device === after,
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
  const options = { order: "addressesFirst", nodeLimit, renamed: new Set<string>() } as const;
  return [...new Set(known.map(({ path }) => path))].map((path) =>
    comparePath(before, after, path, { ...options, changed: null, slice: null }),
  );
}

function onPath(compared: ComparedPath, marked: readonly Marked[]): LaterMarks {
  const { layout } = compared.analysis;
  const marks = [
    ...layout.levelsRead("ctmark"),
    ...layout.values.filter(({ key }) => key === "ct label").flatMap(({ levels }) => levels),
  ];
  if (marks.length === 0) return { compared, pairs: [], reasons: [] };
  const later = laterOf(layout, marked);
  return {
    compared,
    pairs: later.flatMap((packets) => pairsOn(compared, packets, marks)),
    reasons: [...new Set(later.flatMap((packets) => reasonsOn(compared, packets, marks)))],
  };
}

function reasonsOn(compared: ComparedPath, later: Node, marks: readonly number[]) {
  const { analysis, before, after, domain } = compared;
  const memories = memoriesOf(before.device, after.device);
  if (!hasMemories(memories)) return [];
  const packets = analysis.arena.and(domain, later);
  return hangingMemories(analysis, memories, before, packets, marks).map(
    ({ span: { file, line } }) =>
      `${file}:${line} remembers packets by the mark or label of their connection: what it lets through may change`,
  );
}

function pairsOn(
  { analysis, domain, differing, alike, alterations }: ComparedPath,
  later: Node,
  marks: readonly number[],
): readonly ToldPair[] {
  const { arena } = analysis;
  const told = [...differing, ...alterations.altered];
  let rest = told.reduce<Node>(
    (left, { packets }) => arena.difference(left, packets),
    arena.and(domain, later),
  );
  const ends = [...differing, ...alike];
  const firsts = whateverMark(arena, new Set(ends.map(({ before }) => before)), marks);
  const seconds = whateverMark(arena, new Set(ends.map(({ after }) => after)), marks);
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
  for (const { field, packets } of alterations.hangingOn(marks))
    for (const { before, after, packets: some } of alike) {
      if (!goesOn(analysis, after.fate)) continue;
      const words = { before: BY_MARK, after: BY_MARK };
      const alteration = { kind: field.kind, what: field.name, ...words };
      take(arena.and(rest, arena.and(packets, some)), { before, after, alterations: [alteration] });
    }
  return found;
}

const BY_MARK = "by the mark or label of its connection";

interface Hanging {
  readonly ending: Ending;
  /** Packets that can end so, whatever mark they have. */
  readonly packets: Node;
  /** Other marks, another end. */
  readonly hangs: boolean;
}

function whateverMark(
  arena: Arena,
  endings: ReadonlySet<Ending>,
  marks: readonly number[],
): readonly Hanging[] {
  return [...endings].map((ending) => {
    const hangs = support(arena, ending.packets).some((level) => marks.includes(level));
    return { ending, packets: hangs ? arena.exists(ending.packets, marks) : ending.packets, hangs };
  });
}
