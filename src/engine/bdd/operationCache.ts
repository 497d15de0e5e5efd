import type { Node } from "./node.ts";

/** What `find` gives where nothing is known. */
export const NOT_CACHED = -1;

/** Numbers in an entry: three operands and the result. */
const ENTRY_SHIFT = 2;
const INITIAL_SLOTS = 1 << 12;
/** Node numbers are never negative; empty slots hold it as first operand. */
const EMPTY = -1;

/**
 * Results of operations, direct mapped: a newer result replaces an older one in its slot, so the
 * cache forgets and never lies. Operands of two-operand operations come with the negative number
 * of the operation as the third, which no node can be.
 */
export class OperationCache {
  private entries = emptyEntries(INITIAL_SLOTS);
  private mask = INITIAL_SLOTS - 1;
  private readonly slotLimit: number;

  constructor(slotLimit: number) {
    this.slotLimit = slotLimit;
  }

  get slots(): number {
    return this.mask + 1;
  }

  get byteLength(): number {
    return this.entries.byteLength;
  }

  find(a: number, b: number, c: number): Node {
    const { entries } = this;
    /* As `hashOf`, which a process that has just begun would call: each step of an operation looks here. */
    const mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77) ^ Math.imul(c, 0xc2b2ae3d);
    const at = ((mixed ^ (mixed >>> 15)) & this.mask) << ENTRY_SHIFT;
    return entries[at] === a && entries[at + 1] === b && entries[at + 2] === c
      ? (entries[at + 3] as number)
      : NOT_CACHED;
  }

  store(a: number, b: number, c: number, result: Node): void {
    const { entries } = this;
    const at = (hashOf(a, b, c) & this.mask) << ENTRY_SHIFT;
    entries[at] = a;
    entries[at + 1] = b;
    entries[at + 2] = c;
    entries[at + 3] = result;
  }

  /** Makes room for at least `slots` results, as far as the limit allows; keeps what is known. */
  growTo(slots: number): void {
    let wanted = this.slots;
    while (wanted < slots && wanted < this.slotLimit) wanted *= 2;
    if (wanted === this.slots) return;
    const old = this.entries;
    this.entries = emptyEntries(wanted);
    this.mask = wanted - 1;
    for (let at = 0; at < old.length; at += 1 << ENTRY_SHIFT) {
      const a = old[at] as number;
      if (a === EMPTY) continue;
      this.store(a, old[at + 1] as number, old[at + 2] as number, old[at + 3] as number);
    }
  }
}

function emptyEntries(slots: number): Int32Array {
  return new Int32Array(slots << ENTRY_SHIFT).fill(EMPTY);
}

function hashOf(a: number, b: number, c: number): number {
  const mixed = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca77) ^ Math.imul(c, 0xc2b2ae3d);
  return mixed ^ (mixed >>> 15);
}
