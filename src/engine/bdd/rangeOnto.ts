import type { Range } from "../base/range.ts";
import type { Arena } from "./arena.ts";
import { intervalMap } from "./intervals.ts";
import { FALSE, type Node } from "./node.ts";

const WORD_BITS = 32;
/** Widest field whose ends fit the words below; no address is wider. */
const WIDEST = 128;

/** The ends of the range in hand, the least significant word first: one for all, since each rule has ranges. */
const FROM = new Uint32Array(WIDEST / WORD_BITS);
const TO = new Uint32Array(WIDEST / WORD_BITS);
const SCRATCH = new DataView(new ArrayBuffer(8));

/**
 * `below` where the field lies in the range, else 0: as `and` of the two, but made from the last bit up at two nodes
 * a bit at most and no operation. `below` must test variables behind those of the field only.
 */
export function rangeOnto(
  arena: Arena,
  field: readonly number[],
  { from, to }: Range,
  below: Node,
): Node {
  const width = field.length;
  if (arena.level(below) <= (field.at(-1) ?? -1))
    throw new Error("what a range is put onto must lie below the field");
  if (width > WIDEST) return intervalMap(arena, field, [{ range: { from, to }, node: below }]);
  if (below === FALSE || to < from || !writeEnds(from, to, width)) return FALSE;
  /* Above it both ends have the same bits: the value is neither above the least nor below the greatest yet. */
  const parting = firstDifference(width);
  let atLeast = below;
  let atMost = below;
  for (let bit = width - 1; bit > parting; bit--) {
    const level = field[bit] as number;
    atLeast = isSet(FROM, width, bit)
      ? arena.make(level, FALSE, atLeast)
      : arena.make(level, atLeast, below);
    atMost = isSet(TO, width, bit)
      ? arena.make(level, below, atMost)
      : arena.make(level, atMost, FALSE);
  }
  let node = parting < width ? arena.make(field[parting] as number, atLeast, atMost) : below;
  for (let bit = parting - 1; bit >= 0; bit--) {
    const level = field[bit] as number;
    node = isSet(FROM, width, bit)
      ? arena.make(level, FALSE, node)
      : arena.make(level, node, FALSE);
  }
  return node;
}

/** False: the field is too narrow for any value of the range. */
function writeEnds(from: bigint, to: bigint, width: number): boolean {
  if (width <= WORD_BITS) {
    const greatest = 2 ** width - 1;
    const least = Number(from);
    if (least > greatest) return false;
    FROM[0] = least;
    TO[0] = Math.min(Number(to), greatest);
    return true;
  }
  const greatest = (1n << BigInt(width)) - 1n;
  if (from > greatest) return false;
  writeWords(FROM, from, width);
  writeWords(TO, to < greatest ? to : greatest, width);
  return true;
}

function writeWords(words: Uint32Array, value: bigint, width: number): void {
  let rest = value;
  for (let word = 0; word * WORD_BITS < width; word += 2) {
    SCRATCH.setBigUint64(0, BigInt.asUintN(64, rest));
    words[word] = SCRATCH.getUint32(4);
    words[word + 1] = SCRATCH.getUint32(0);
    rest >>= 64n;
  }
}

/** The first bit in which the ends are not the same; the width where they are one value. */
function firstDifference(width: number): number {
  for (let word = (width - 1) >>> 5; word >= 0; word--) {
    const difference = (FROM[word] as number) ^ (TO[word] as number);
    if (difference !== 0) return width - 1 - (word * WORD_BITS + 31 - Math.clz32(difference));
  }
  return width;
}

/** Bit 0 is the most significant of the field. */
function isSet(words: Uint32Array, width: number, bit: number): boolean {
  const place = width - 1 - bit;
  return (((words[place >>> 5] as number) >>> (place & 31)) & 1) === 1;
}
