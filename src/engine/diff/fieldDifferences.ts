import { FALSE, type Node, TRUE } from "../bdd/index.ts";
import {
  type Analysis,
  bitsOfPiece,
  mergedBits,
  numberOf,
  type PieceValue,
  type Value,
} from "../compile/index.ts";
import type { HeaderLayout } from "../packet/header/layout.ts";
import { unknownKeys, unknownLevels } from "../packet/header/unknowns.ts";
import { formatRange } from "../packet/selectors/formatRange.ts";
import type { FinalField } from "./finalFields.ts";

/** Packets in which a field ends otherwise on the other side, and how, in words. */
export interface FieldDifference {
  readonly packets: Node;
  readonly before: string;
  readonly after: string;
  /** False: the two may come to the same, if what nobody knows of them is so. */
  readonly isSure: boolean;
}

/**
 * Bits that are functions of the packet on both sides, of which as many are compared: a port has that many. Where two
 * fields have to meet bit by bit, one behind the other in the order of variables, each further bit doubles the diagram.
 */
const MAXIMUM_FUNCTIONS = 16;

type Diagrams = Pick<Analysis, "arena" | "layout">;

/** Pairs of pieces that are looked at one by one; beyond them a value is one function of the packet. */
const MAXIMUM_PAIRS = 4096;

/** The packets of `asked` in which the two values are not the same, by what they are; disjoint. */
export function fieldDifferences(
  diagrams: Diagrams,
  field: FinalField,
  asked: Node,
  before: Value,
  after: Value,
): readonly FieldDifference[] {
  const { arena } = diagrams;
  const found: FieldDifference[] = [];
  const isFew = before.pieces.length * after.pieces.length <= MAXIMUM_PAIRS;
  const [first, second] = isFew
    ? [before.pieces, after.pieces]
    : [asOne(diagrams, before), asOne(diagrams, after)];
  for (const mine of first) {
    const here = arena.and(asked, mine.guard);
    if (here === FALSE) continue;
    for (const theirs of second) {
      const both = arena.and(here, theirs.guard);
      if (both === FALSE) continue;
      found.push(...compare(diagrams, field, both, mine.value, theirs.value));
    }
  }
  return found;
}

function asOne({ arena }: Diagrams, value: Value): Value["pieces"] {
  const bits = mergedBits(arena, value);
  return bits === null ? value.pieces : [{ guard: TRUE, value: { kind: "bits", bits } }];
}

/** Empty: the same for all of `packets`. */
function compare(
  diagrams: Diagrams,
  field: FinalField,
  packets: Node,
  before: PieceValue,
  after: PieceValue,
): readonly FieldDifference[] {
  const { arena, layout } = diagrams;
  const words = {
    before: pieceWords(layout, field, before),
    after: pieceWords(layout, field, after),
  };
  const [mine, theirs] = [bitsOfPiece(before, field.width), bitsOfPiece(after, field.width)];
  if (mine === null || theirs === null)
    return before === after ? [] : [{ packets, ...words, isSure: false }];
  if (isTakenAnew(words)) return [{ packets, ...words, isSure: true }];
  const unlike = mine
    .map((bit, i): BitPair => [bit, theirs[i] ?? FALSE])
    .filter(([a, b]) => a !== b);
  const plain = unlike.filter(([a, b]) => arena.isTerminal(a) || arena.isTerminal(b));
  const functions = unlike.filter((pair) => !plain.includes(pair));
  const known = functions.every((pair) => pair.every((bit) => isOfHeader(layout, bit)));
  const compared = known ? functions.slice(-MAXIMUM_FUNCTIONS) : [];
  let same = packets;
  for (const [a, b] of [...plain, ...compared]) same = arena.difference(same, arena.xor(a, b));
  const differing = arena.difference(packets, same);
  const rest = compared.length < functions.length ? same : FALSE;
  return [
    ...(differing === FALSE ? [] : [{ packets: differing, ...words, isSure: true }]),
    ...(rest === FALSE ? [] : [{ packets: rest, ...words, isSure: false }]),
  ];
}

type BitPair = readonly [before: Node, after: Node];

function isOfHeader(layout: HeaderLayout, bit: Node): boolean {
  return unknownLevels(layout, bit).length === 0;
}

/** An address that NAT takes from an interface is another one than the packet came with: else nothing were to do. */
function isTakenAnew({
  before,
  after,
}: {
  readonly before: string;
  readonly after: string;
}): boolean {
  return (
    [before, after].includes(AS_IT_CAME) && [before, after].some((text) => /interface$/.test(text))
  );
}

/** A value that stays what the packet came with. */
const AS_IT_CAME = "as it came";

/** What a rule has written, in words. */
function pieceWords(layout: HeaderLayout, field: FinalField, piece: PieceValue): string {
  const { arena } = layout;
  if (piece.kind === "constant") return numberWords(field, piece.value);
  const bits = bitsOfPiece(piece, field.width);
  if (bits === null) return FROM_PACKET;
  if (bits.every((bit) => arena.isTerminal(bit))) return numberWords(field, numberOf(bits));
  const own = layout.levelsAt(field.space, field.from, field.width);
  if (bits.every((bit, i) => !arena.isTerminal(bit) && arena.level(bit) === own[i]))
    return AS_IT_CAME;
  const levels = bits.filter((bit) => !arena.isTerminal(bit)).map((bit) => arena.level(bit));
  const [key, ...others] = unknownKeys(layout, levels);
  if (key === undefined || others.length > 0 || levels.length < bits.length) return FROM_PACKET;
  return key.replace(/^ip6? /, "").replace(/#.*$/s, "");
}

const FROM_PACKET = "worked out from the packet";

function numberWords({ selector, width }: FinalField, value: bigint): string {
  if (selector === null) return `0x${value.toString(16).padStart(Math.ceil(width / 4), "0")}`;
  return formatRange(selector, { from: value, to: value });
}
