import type { Range } from "../base/range.ts";
import type { Arena } from "./arena.ts";
import { FALSE, type Node } from "./node.ts";

const WORD_BITS = 32;

/** Both ends of a range, the least significant word first. */
interface Ends {
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

/** No address is wider: one pair of ends serves all ranges, since each rule has some. */
const USUAL_WIDTH = 128;
const USUAL: Ends = newEnds(USUAL_WIDTH);
const BACKWARDS = "a range is not sorted: it ends before it begins";
const SCRATCH = new DataView(new ArrayBuffer(8));

/**
 * `below` where the field lies in the range, else 0: as `and` of the two, but made from the last bit up at two nodes
 * a bit at most and no operation. `below` must test variables behind those of the field only.
 */
export function rangeOnto(
  { table }: Arena,
  field: readonly number[],
  range: Range,
  below: Node,
): Node {
  const width = field.length;
  if (table.level(below) <= (field.at(-1) ?? -1))
    throw new Error("what a range is put onto must lie below the field");
  const ends = width <= USUAL_WIDTH ? USUAL : newEnds(width);
  const { from, to } = ends;
  if (below === FALSE || !writeEnds(ends, range, width)) return FALSE;
  /* Above it both ends have the same bits: the value is neither above the least nor below the greatest yet. */
  const parting = firstDifference(ends, width);
  let atLeast = below;
  let atMost = below;
  for (let bit = width - 1; bit > parting; bit--) {
    const level = field[bit] as number;
    atLeast = isSet(from, width, bit)
      ? table.make(level, FALSE, atLeast)
      : table.make(level, atLeast, below);
    atMost = isSet(to, width, bit)
      ? table.make(level, below, atMost)
      : table.make(level, atMost, FALSE);
  }
  let node = parting < width ? table.make(field[parting] as number, atLeast, atMost) : below;
  for (let bit = parting - 1; bit >= 0; bit--) {
    const level = field[bit] as number;
    node = isSet(from, width, bit)
      ? table.make(level, FALSE, node)
      : table.make(level, node, FALSE);
  }
  return node;
}

function newEnds(width: number): Ends {
  /* Words are written in pairs. */
  const words = 2 * Math.ceil(width / (2 * WORD_BITS));
  return { from: new Uint32Array(words), to: new Uint32Array(words) };
}

/** False: no value of the range fits the field. */
function writeEnds(ends: Ends, { from, to }: Range, width: number): boolean {
  if (width <= WORD_BITS) {
    const greatest = 2 ** width - 1;
    const least = Number(from);
    if (least > greatest) return false;
    if (to < from) throw new Error(BACKWARDS);
    ends.from[0] = least;
    ends.to[0] = Math.min(Number(to), greatest);
    return true;
  }
  const greatest = (1n << BigInt(width)) - 1n;
  if (from > greatest) return false;
  if (to < from) throw new Error(BACKWARDS);
  writeWords(ends.from, from, width);
  writeWords(ends.to, to < greatest ? to : greatest, width);
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
function firstDifference({ from, to }: Ends, width: number): number {
  for (let word = (width - 1) >> 5; word >= 0; word--) {
    const difference = (from[word] as number) ^ (to[word] as number);
    if (difference !== 0) return width - 1 - (word * WORD_BITS + 31 - Math.clz32(difference));
  }
  return width;
}

/** Bit 0 is the most significant of the field. */
function isSet(words: Uint32Array, width: number, bit: number): boolean {
  const place = width - 1 - bit;
  return (((words[place >>> 5] as number) >>> (place & 31)) & 1) === 1;
}
