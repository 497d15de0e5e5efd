import { maximum, normalizeRanges, type Range } from "../base/range.ts";
import { type Arena, FALSE, type Node, TRUE } from "../bdd/index.ts";
import { areWhole } from "../packet/header/atoms.ts";
import type { AtomField } from "../packet/header/layout.ts";
import { atomsInRanges, rangesOver } from "../packet/header/rangesOver.ts";

/** What a value is for some packets. */
export type PieceValue =
  | { readonly kind: "constant"; readonly value: bigint }
  /** Functions of the header, the first the most significant bit. */
  | { readonly kind: "bits"; readonly bits: readonly Node[] }
  /** One of the classes that the rules tell apart. */
  | { readonly kind: "atoms"; readonly field: AtomField };

export interface Piece {
  /** The packets that it is for; guards of one value are disjoint. */
  readonly guard: Node;
  readonly value: PieceValue;
}

/** What an expression gives, for every packet at once. */
export interface Value {
  readonly width: number;
  readonly pieces: readonly Piece[];
  /** The packets that have it at all. */
  readonly present: Node;
}

export function constantValue(value: bigint, width: number, present: Node = TRUE): Value {
  return { width, present, pieces: [{ guard: TRUE, value: { kind: "constant", value } }] };
}

export function bitsValue(bits: readonly Node[], present: Node = TRUE): Value {
  return { width: bits.length, present, pieces: [{ guard: TRUE, value: { kind: "bits", bits } }] };
}

export function atomsValue(field: AtomField, present: Node = TRUE): Value {
  return {
    width: field.width,
    present,
    pieces: [{ guard: TRUE, value: { kind: "atoms", field } }],
  };
}

/** The packets that have the value, and have it in `ranges`. */
export function inRangesOf(arena: Arena, value: Value, ranges: readonly Range[]): Node {
  return arena.and(value.present, whereInRanges(arena, value, ranges));
}

/** As `inRangesOf` among the packets that have the value; of others it says nothing. */
export function whereInRanges(arena: Arena, value: Value, ranges: readonly Range[]): Node {
  let found: Node = FALSE;
  for (const { guard, value: piece } of value.pieces)
    found = arena.or(found, arena.and(guard, pieceInRanges(arena, piece, ranges)));
  return found;
}

function pieceInRanges(arena: Arena, piece: PieceValue, ranges: readonly Range[]): Node {
  switch (piece.kind) {
    case "constant":
      return ranges.some(({ from, to }) => from <= piece.value && piece.value <= to) ? TRUE : FALSE;
    case "bits":
      return rangesOver(arena, piece.bits, clip(ranges, piece.bits.length));
    case "atoms":
      /* Two values in one class would be one, and rulesets that differ in them equal. */
      if (!areWhole(piece.field.atoms, ranges))
        throw new Error(`values of ${piece.field.key} are asked that nobody has collected`);
      return atomsInRanges(arena, piece.field, ranges);
  }
}

/** A range may end beyond the width of what it is compared with. */
function clip(ranges: readonly Range[], width: number): readonly Range[] {
  const last = maximum(width);
  if (ranges.every(({ to }) => to <= last)) return ranges;
  return normalizeRanges(
    ranges
      .filter(({ from }) => from <= last)
      .map(({ from, to }) => ({ from, to: to < last ? to : last })),
  );
}

/** The bits of a piece, where it has bits: classes have none. */
export function bitsOfPiece(piece: PieceValue, width: number): readonly Node[] | null {
  switch (piece.kind) {
    case "constant":
      return constantBits(piece.value, width);
    case "bits":
      return piece.bits.length >= width
        ? piece.bits.slice(piece.bits.length - width)
        : [...new Array<Node>(width - piece.bits.length).fill(FALSE), ...piece.bits];
    case "atoms":
      return null;
  }
}

export function constantBits(value: bigint, width: number): readonly Node[] {
  return Array.from({ length: width }, (_, i) =>
    ((value >> BigInt(width - 1 - i)) & 1n) === 1n ? TRUE : FALSE,
  );
}

/** One list of bits for all packets; null where a piece has none. */
export function mergedBits(arena: Arena, value: Value): readonly Node[] | null {
  const [only] = value.pieces;
  if (value.pieces.length === 1 && only !== undefined) return bitsOfPiece(only.value, value.width);
  const merged = new Array<Node>(value.width).fill(FALSE);
  for (const { guard, value: piece } of value.pieces) {
    const bits = bitsOfPiece(piece, value.width);
    if (bits === null) return null;
    for (const [i, bit] of bits.entries())
      merged[i] = arena.or(merged[i] ?? FALSE, arena.and(guard, bit));
  }
  return merged;
}

/** Most pieces that a value is kept in; beyond them its bits are functions of the whole header. */
const MAXIMUM_PIECES = 256;

/** Bits `from` to `to` of a value, piece by piece: what a map gives for a few keys stays a few constants. */
export function bitsFrom(arena: Arena, value: Value, from: number, to: number): Value {
  const width = to - from;
  const pieces: Piece[] = [];
  for (const { guard, value: piece } of value.pieces) {
    const bits = (bitsOfPiece(piece, value.width) ?? []).slice(from, to);
    const part = bits.every((bit) => arena.isTerminal(bit))
      ? { kind: "constant" as const, value: numberOf(bits) }
      : { kind: "bits" as const, bits };
    const same = pieces.findIndex((other) => samePiece(other.value, part));
    const twin = pieces[same];
    if (twin === undefined) pieces.push({ guard, value: part });
    else pieces[same] = { guard: arena.or(twin.guard, guard), value: part };
  }
  return { width, pieces, present: value.present };
}

/** What constant bits are worth, the first the most significant. */
export function numberOf(bits: readonly Node[]): bigint {
  return bits.reduce((sum, bit) => (sum << 1n) | (bit === FALSE ? 0n : 1n), 0n);
}

/** The value where the packets in `hit` have been given `written`. */
export function overwritten(arena: Arena, value: Value, hit: Node, written: Value): Value {
  const kept = arena.not(hit);
  const pieces: Piece[] = [];
  const add = (guard: Node, piece: PieceValue) => {
    if (guard === FALSE) return;
    const same = pieces.findIndex((other) => samePiece(other.value, piece));
    const twin = pieces[same];
    if (twin === undefined) pieces.push({ guard, value: piece });
    else pieces[same] = { guard: arena.or(twin.guard, guard), value: piece };
  };
  for (const { guard, value: piece } of value.pieces) add(arena.and(guard, kept), piece);
  for (const { guard, value: piece } of written.pieces) add(arena.and(guard, hit), piece);
  const present = arena.ite(hit, written.present, value.present);
  const next = { width: value.width, pieces, present };
  if (pieces.length <= MAXIMUM_PIECES) return next;
  const bits = mergedBits(arena, next);
  return bits === null ? next : { ...bitsValue(bits, present), width: value.width };
}

function samePiece(a: PieceValue, b: PieceValue): boolean {
  if (a.kind === "constant") return b.kind === "constant" && a.value === b.value;
  if (a.kind === "atoms") return b.kind === "atoms" && a.field === b.field;
  return (
    b.kind === "bits" &&
    a.bits.length === b.bits.length &&
    a.bits.every((bit, i) => bit === b.bits[i])
  );
}

/** The same text for the same value of the same packets. */
export function valueText({ present, pieces }: Value): string {
  const texts = pieces.map(({ guard, value }) => `${guard}:${pieceText(value)}`);
  return `${present} ${texts.sort().join(" ")}`;
}

function pieceText(piece: PieceValue): string {
  if (piece.kind === "constant") return `${piece.value}`;
  return piece.kind === "atoms" ? piece.field.key : piece.bits.join();
}
