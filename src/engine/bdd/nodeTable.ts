import { FALSE, type Node, TERMINAL_LEVEL, TRUE } from "./node.ts";
import { DEFAULT_NODE_LIMIT, lookAtClock, NODES_PER_LOOK, NodeLimitError } from "./nodeLimit.ts";

/** Numbers in the record of a node: level, low, high, next node of the same bucket. */
export const RECORD_SHIFT = 2;

/** A small table grows by more at once: to put its nodes in place again costs as much as to make them. */
const SMALL_CAPACITY = 1 << 16;
const INITIAL_CAPACITY = 1 << 12;
/** Marks the records of terminals, whose `low` is their value. */
const NO_NODE = -1;

/**
 * All nodes of an arena, each once: one record of 16 bytes a node, so that a step of an operation
 * touches one cache line for each node that it reads. Nodes are never freed one by one.
 */
export class NodeTable {
  /** Four numbers a node. Replaced when it grows: never hold it across `make`. */
  records = new Int32Array(INITIAL_CAPACITY << RECORD_SHIFT);
  readonly nodeLimit: number;
  private buckets = new Int32Array(INITIAL_CAPACITY);
  private mask = INITIAL_CAPACITY - 1;
  private size = 2;

  constructor(nodeLimit: number = DEFAULT_NODE_LIMIT) {
    this.nodeLimit = nodeLimit;
    this.writeRecord(FALSE, TERMINAL_LEVEL, 0, NO_NODE);
    this.writeRecord(TRUE, TERMINAL_LEVEL, 1, NO_NODE);
  }

  /** Nodes in the table, terminals included. */
  get nodeCount(): number {
    return this.size;
  }

  /** Bytes of the arrays. */
  get byteLength(): number {
    return this.records.byteLength + this.buckets.byteLength;
  }

  level(node: Node): number {
    return this.records[node << RECORD_SHIFT] as number;
  }

  low(node: Node): Node {
    return this.records[(node << RECORD_SHIFT) + 1] as number;
  }

  high(node: Node): Node {
    return this.records[(node << RECORD_SHIFT) + 2] as number;
  }

  isTerminal(node: Node): boolean {
    return this.level(node) === TERMINAL_LEVEL;
  }

  /** The number that a terminal stands for. */
  value(terminal: Node): number {
    if (!this.isTerminal(terminal)) throw new Error(`node ${terminal} is no terminal`);
    return this.low(terminal);
  }

  terminal(value: number): Node {
    if (value === 0 || value === 1) return value;
    if (!Number.isInteger(value) || value < 0) throw new Error(`${value} is no terminal`);
    return this.find(TERMINAL_LEVEL, value, NO_NODE);
  }

  /** The node that is `high` where the variable is set, else `low`. */
  make(level: number, low: Node, high: Node): Node {
    return low === high ? low : this.find(level, low, high);
  }

  private find(level: number, low: number, high: number): Node {
    const { records } = this;
    const hash = hashOf(level, low, high);
    let node = this.buckets[hash & this.mask] as number;
    // No bucket holds the node 0, so it ends the chain.
    while (node !== 0) {
      const at = node << RECORD_SHIFT;
      if (records[at + 1] === low && records[at + 2] === high && records[at] === level) return node;
      node = records[at + 3] as number;
    }
    return this.add(hash, level, low, high);
  }

  private add(hash: number, level: number, low: number, high: number): Node {
    if (this.size >= this.nodeLimit) throw new NodeLimitError(this.nodeLimit);
    if (this.size % NODES_PER_LOOK === 0) lookAtClock(this.nodeLimit);
    if (this.size > this.mask) this.grow();
    const { records, buckets } = this;
    const node = this.size++;
    const bucket = hash & this.mask;
    const at = node << RECORD_SHIFT;
    records[at] = level;
    records[at + 1] = low;
    records[at + 2] = high;
    records[at + 3] = buckets[bucket] as number;
    buckets[bucket] = node;
    return node;
  }

  private writeRecord(node: Node, level: number, low: number, high: number): void {
    const at = node << RECORD_SHIFT;
    this.records[at] = level;
    this.records[at + 1] = low;
    this.records[at + 2] = high;
  }

  private grow(): void {
    const old = this.mask + 1;
    const capacity = old < SMALL_CAPACITY ? old * 4 : old * 2;
    const records = new Int32Array(capacity << RECORD_SHIFT);
    const buckets = new Int32Array(capacity);
    records.set(this.records);
    for (let node = 2; node < this.size; node++) {
      const at = node << RECORD_SHIFT;
      const hash = hashOf(
        records[at] as number,
        records[at + 1] as number,
        records[at + 2] as number,
      );
      const bucket = hash & (capacity - 1);
      records[at + 3] = buckets[bucket] as number;
      buckets[bucket] = node;
    }
    this.records = records;
    this.buckets = buckets;
    this.mask = capacity - 1;
  }
}

/** Odd constants from xxHash: neighbouring nodes, the usual case, end far from each other. */
function hashOf(level: number, low: number, high: number): number {
  const mixed =
    Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca77) ^ Math.imul(level, 0xc2b2ae3d);
  return mixed ^ (mixed >>> 15);
}
