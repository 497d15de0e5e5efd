/**
 * Who reaches whom, for a service: hosts that fare alike are one class, and all pairs of hosts are told by classes. "No"
 * is proved for all packets of the service, "yes" for all that clients send, under the assumptions told with them.
 */
import { normalizeRanges, type Range } from "../base/range.ts";
import { type Limited, withinNodeLimit } from "../bdd/index.ts";
import type { Device } from "../device/device.ts";
import { interfaceWords } from "../diff/interfaceWords.ts";
import { addressWords, type Vocabulary, vocabularyOf } from "../diff/words.ts";
import { openJudge } from "../intents/openJudge.ts";
import type { IpFamily } from "../packet/packet.ts";
import { type Block, type Blocks, cutEnds, MAXIMUM_PIECES, TooManyPieces } from "./classes.ts";
import { type EndLevels, pairLevels } from "./ends.ts";
import { exampleTeller } from "./examples.ts";
import type {
  Matrix,
  MatrixClass,
  MatrixEdge,
  MatrixQuestion,
  MatrixResult,
  Reach,
} from "./model.ts";
import { type AskedPackets, followAsked } from "./packets.ts";
import { relate } from "./relation.ts";
import { withoutStrangers } from "./strangers.ts";

export type {
  Matrix,
  MatrixClass,
  MatrixEdge,
  MatrixQuestion,
  MatrixResult,
  Reach,
} from "./model.ts";

export interface MatrixOptions {
  /** Default: that of the arena. */
  readonly nodeLimit?: number;
  /** Names for lists of addresses, beside those of the ruleset's sets. */
  readonly vocabulary?: Vocabulary;
}

/** Classes of one end and family that are told, those of most hosts; more are counted. */
export const MAXIMUM_TOLD = 50;

/** Edges of one family that come with an example, those that get through first: 5,000 rules take a millisecond to walk. */
const MAXIMUM_EXAMPLES = 200;

const FAMILIES: readonly IpFamily[] = ["ip", "ip6"];

export function matrixOf(
  device: Device,
  question: MatrixQuestion,
  { nodeLimit, vocabulary = new Map() }: MatrixOptions = {},
): MatrixResult {
  const words = new Map([...vocabularyOf([device]), ...vocabulary]);
  const met = withoutStrangers(device, question.services);
  const judge = openJudge(met, nodeLimit === undefined ? {} : { nodeLimit });
  const beyond = judge.beyond.map(({ text }) => text);
  const worked = withinPieces(() =>
    withinNodeLimit(() =>
      judge.analysing((analysis) => {
        const asked = followAsked(judge, analysis, question);
        const parts = FAMILIES.map((family) =>
          ofFamily(device, asked, question, family, beyond, words),
        );
        return joined(parts, asked.assumptions);
      }),
    ),
  );
  if (worked === null)
    return notAnalysed(`the addresses lie in more than ${MAXIMUM_PIECES} pieces`);
  return worked.kind === "done"
    ? { kind: "done", matrix: worked.value }
    : notAnalysed(`it needs ${worked.told}`);
}

function notAnalysed(reason: string): MatrixResult {
  return { kind: "notAnalysed", reason };
}

function withinPieces<T>(work: () => Limited<T>): Limited<T> | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof TooManyPieces) return null;
    throw error;
  }
}

type Part = Omit<Matrix, "assumptions">;

function ofFamily(
  device: Device,
  asked: AskedPackets,
  question: MatrixQuestion,
  family: IpFamily,
  beyond: readonly string[],
  vocabulary: Vocabulary,
): Part {
  const { arena, layout } = asked.analysis;
  const levels = pairLevels(layout, family, question.path);
  const { diagram, reaches } = relate(asked, levels, question.unknown, beyond);
  const blocks: Blocks = cutEnds(arena, diagram, levels);
  const sources = told(blocks.sources, levels.source, vocabulary, "s");
  const destinations = told(blocks.destinations, levels.destination, vocabulary, "d");
  const exampleOf = exampleTeller(device, asked, levels, question);
  const bare = sources.flatMap((from) =>
    destinations.flatMap((to): readonly BareEdge[] => {
      const place = blocks.at(from.block.number, to.block.number);
      const reach = reaches[place];
      return reach === undefined || place === 0 ? [] : [{ from, to, reach }];
    }),
  );
  const shown = new Set([...bare].sort(byInterest).slice(0, MAXIMUM_EXAMPLES));
  const edges = bare.map((edge): MatrixEdge => {
    const { from, to, reach } = edge;
    const example = shown.has(edge) ? exampleOf(from.block, to.block, reach.kind) : null;
    return {
      from: from.class.id,
      to: to.class.id,
      reach: example?.isConfirmed === false ? doubted(reach) : reach,
      example: example?.packet ?? null,
      outcome: example?.outcome ?? null,
    };
  });
  return {
    sources: sources.map((one) => one.class),
    destinations: destinations.map((one) => one.class),
    edges,
    more: {
      sources: blocks.sources.length - sources.length,
      destinations: blocks.destinations.length - destinations.length,
    },
  };
}

interface BareEdge {
  readonly from: ToldBlock;
  readonly to: ToldBlock;
  readonly reach: Reach;
}

const INTEREST = { yes: 0, depends: 1, no: 2 } as const;

function byInterest(a: BareEdge, b: BareEdge): number {
  return INTEREST[a.reach.kind] - INTEREST[b.reach.kind];
}

/** What two readers do not agree on is proved by none. */
function doubted(reach: Reach): Reach {
  const on = reach.kind === "depends" ? reach.on : [];
  return {
    kind: "depends",
    on: [...on, "a walk of its packet ends otherwise than the proof: please report it"],
  };
}

interface ToldBlock {
  readonly block: Block;
  readonly class: MatrixClass;
}

function told(
  blocks: readonly Block[],
  end: EndLevels,
  vocabulary: Vocabulary,
  letter: string,
): readonly ToldBlock[] {
  const possible = normalizeRanges(blocks.flatMap(({ ranges }) => ranges));
  const interfaces = [...new Set(blocks.flatMap((block) => block.interfaces))].sort(
    (a, b) => a - b,
  );
  return [...blocks]
    .sort(bySize)
    .slice(0, MAXIMUM_TOLD)
    .map((block, i) => ({
      block,
      class: {
        id: `${letter}${i + 1}${end.family === "ip6" ? "v6" : ""}`,
        family: end.family,
        ranges: block.ranges,
        name: addressWords(block.ranges, end.family, vocabulary, possible) || "any",
        interfaces: wordsOfInterfaces(block.interfaces, interfaces, end),
        interfaceRanges: namesBehind(block, end),
      },
    }));
}

function bySize(a: Block, b: Block): number {
  const [sizeA, sizeB] = [sizeOf(a.ranges), sizeOf(b.ranges)];
  if (sizeA !== sizeB) return sizeA > sizeB ? -1 : 1;
  const [firstA, firstB] = [a.ranges[0]?.from ?? 0n, b.ranges[0]?.from ?? 0n];
  if (firstA !== firstB) return firstA < firstB ? -1 : 1;
  return (a.interfaces[0] ?? 0) - (b.interfaces[0] ?? 0);
}

function sizeOf(ranges: readonly Range[]): bigint {
  return ranges.reduce((sum, { from, to }) => sum + (to - from + 1n), 0n);
}

function namesBehind({ interfaces }: Block, { interface: field }: EndLevels) {
  if (field === null) return null;
  return normalizeRanges(interfaces.flatMap((code) => field.atoms.classes[code] ?? []));
}

function wordsOfInterfaces(
  some: readonly number[],
  all: readonly number[],
  { interface: atoms }: EndLevels,
): string | null {
  if (atoms === null || some.length === all.length) return null;
  const asRanges = (codes: readonly number[]) =>
    normalizeRanges(codes.map((code) => ({ from: BigInt(code), to: BigInt(code) })));
  const field = { name: atoms.key, levels: atoms.levels, atoms };
  return interfaceWords(asRanges(some), field, asRanges(all));
}

function joined(parts: readonly Part[], assumptions: readonly string[]): Matrix {
  const sum = (count: (part: Part) => number) => parts.reduce((all, part) => all + count(part), 0);
  return {
    sources: parts.flatMap(({ sources }) => sources),
    destinations: parts.flatMap(({ destinations }) => destinations),
    edges: parts.flatMap(({ edges }) => edges),
    more: {
      sources: sum(({ more }) => more.sources),
      destinations: sum(({ more }) => more.destinations),
    },
    assumptions: [...new Set(assumptions)],
  };
}
