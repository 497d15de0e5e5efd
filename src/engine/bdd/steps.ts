import type { Node } from "./node.ts";

const WORD_BITS = 32;

/** Where big numbers are cut into words: one for all, since each rule has steps of its own. */
const SCRATCH = new DataView(new ArrayBuffer(8));

/**
 * A function of a field as the values at which it changes, ascending, each with the node that holds
 * from there on. Values are 32-bit words, the most significant first: ranges of a million elements
 * are split by bits, which big numbers are too slow for.
 */
export class Steps {
  readonly width: number;
  readonly wordsEach: number;
  readonly words: Uint32Array;
  readonly nodes: Int32Array;
  count = 0;
  /** What holds from the value 0 on. */
  first: Node;
  private readonly otherwise: Node;
  private readonly end: bigint;
  private last = -1n;
  private isLastClosed = false;

  /** Room for `rangeCount` ranges in a field of `width` bits; outside of them `otherwise` holds. */
  constructor(width: number, rangeCount: number, otherwise: Node) {
    this.width = width;
    this.wordsEach = Math.max(1, Math.ceil(width / WORD_BITS));
    this.words = new Uint32Array(2 * rangeCount * this.wordsEach);
    this.nodes = new Int32Array(2 * rangeCount);
    this.otherwise = otherwise;
    this.first = otherwise;
    this.end = 1n << BigInt(width);
  }

  /** From `from` to `to` it is `node`; ranges come in ascending order. */
  add(from: bigint, to: bigint, node: Node): void {
    if (from <= this.last || to < from) throw new Error("ranges are not sorted and disjoint");
    if (from >= this.end) return;
    // The range before ends where this one begins: one step instead of two at the same value.
    if (this.isLastClosed && from === this.last + 1n) this.count--;
    this.step(from, node);
    this.last = to;
    this.isLastClosed = to + 1n < this.end && this.step(to + 1n, this.otherwise);
  }

  /** Whether the bit is set in the value of a step; bit 0 is the most significant of the field. */
  isSet(step: number, bit: number): boolean {
    const place = this.width - 1 - bit;
    const word = this.words[step * this.wordsEach + this.wordsEach - 1 - (place >>> 5)] as number;
    return ((word >>> (place & 31)) & 1) === 1;
  }

  /** The least significant bit that is set in the value of a step, as `isSet` counts. */
  lastSetBit(step: number): number {
    const begin = step * this.wordsEach;
    let word = begin + this.wordsEach - 1;
    while (word > begin && this.words[word] === 0) word--;
    const bits = this.words[word] as number;
    const place = (begin + this.wordsEach - 1 - word) * WORD_BITS + 31 - Math.clz32(bits & -bits);
    return this.width - 1 - place;
  }

  private step(value: bigint, node: Node): boolean {
    const before = this.count === 0 ? this.first : (this.nodes[this.count - 1] as number);
    if (node === before) return false;
    if (value === 0n) {
      this.first = node;
      return false;
    }
    this.nodes[this.count] = node;
    this.writeWords(value, this.count * this.wordsEach);
    this.count++;
    return true;
  }

  private writeWords(value: bigint, at: number): void {
    if (this.wordsEach === 1) {
      this.words[at] = Number(value);
      return;
    }
    let rest = value;
    for (let word = at + this.wordsEach - 1; word >= at; word -= 2) {
      SCRATCH.setBigUint64(0, BigInt.asUintN(64, rest));
      this.words[word] = SCRATCH.getUint32(4);
      if (word > at) this.words[word - 1] = SCRATCH.getUint32(0);
      rest >>= 64n;
    }
  }
}
