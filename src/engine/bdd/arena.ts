import { ContentCache } from "./contentCache.ts";
import { type Assignment, FALSE, type Node, TERMINAL_LEVEL, TRUE } from "./node.ts";
import { DEFAULT_NODE_LIMIT } from "./nodeLimit.ts";
import { NodeTable, RECORD_SHIFT } from "./nodeTable.ts";
import { NOT_CACHED, OperationCache } from "./operationCache.ts";

/** An operation on terminals, known to one arena, applied to whole diagrams by `Arena.apply`. */
export interface TerminalOperation {
  readonly id: number;
  readonly combine: (a: number, b: number) => number;
  /** The result where both operands are one node; null: it has to be worked out. */
  readonly ofEqual: Node | null;
  /** Which operand is the result wherever the first one is that terminal; null: it depends on the other one. */
  readonly decides: ((first: number) => "first" | "second" | null) | null;
}

export interface ArenaOptions {
  /** Default: `DEFAULT_NODE_LIMIT`. */
  readonly nodeLimit?: number;
}

// Third operands in the cache; negative, which no node is.
const AND = -2;
const OR = -3;
const XOR = -4;
const DIFFERENCE = -5;
const OR_ELSE = -6;
const EXISTS = -7;
const RESTRICT = -8;
const MEETS = -9;
const FIRST_FREE_OPERATION = -16;

/** Most results that the cache holds: 128 MB. */
const CACHE_SLOT_LIMIT = 1 << 23;

/**
 * Diagrams over numbered variables ("levels", tested in ascending order) with numbers from 0 as
 * terminals. A set is a diagram with the terminals 0 and 1. All diagrams of one arena share their
 * nodes; diagrams of two arenas never meet but by `copyRoots`.
 *
 * Recursion is as deep as there are variables, so the stack suffices for thousands of them.
 */
export class Arena {
  readonly table: NodeTable;
  /** What the builders of sets have built here. */
  readonly contents = new ContentCache();
  private readonly cache = new OperationCache(CACHE_SLOT_LIMIT);
  private nextOperation = FIRST_FREE_OPERATION;
  /** The cache grows when the table has as many nodes. */
  private cacheGrowsAt = 0;

  constructor(options: ArenaOptions = {}) {
    this.table = new NodeTable(options.nodeLimit ?? DEFAULT_NODE_LIMIT);
    this.growCache();
  }

  /** Nodes made so far, those of forgotten diagrams included. */
  get nodeCount(): number {
    return this.table.nodeCount;
  }

  get nodeLimit(): number {
    return this.table.nodeLimit;
  }

  /** Bytes of all tables. */
  get byteLength(): number {
    return this.table.byteLength + this.cache.byteLength;
  }

  terminal(value: number): Node {
    return this.table.terminal(value);
  }

  /** The packets in which the bit of that level is set. */
  variable(level: number): Node {
    return this.table.make(level, FALSE, TRUE);
  }

  /** The node that is `high` where the variable of `level` is set; both must lie below it. */
  make(level: number, low: Node, high: Node): Node {
    return this.table.make(level, low, high);
  }

  level(node: Node): number {
    return this.table.level(node);
  }

  low(node: Node): Node {
    return this.table.low(node);
  }

  high(node: Node): Node {
    return this.table.high(node);
  }

  isTerminal(node: Node): boolean {
    return this.table.isTerminal(node);
  }

  /** The number of a terminal node. */
  value(terminal: Node): number {
    return this.table.value(terminal);
  }

  not(set: Node): Node {
    return this.difference(TRUE, set);
  }

  /** Where both hold. One may have other terminals than 0 and 1: it is kept inside the other. */
  and(a: Node, b: Node): Node {
    return this.combine(AND, a, b);
  }

  /** The union of two sets. */
  or(a: Node, b: Node): Node {
    return this.combine(OR, a, b);
  }

  xor(a: Node, b: Node): Node {
    return this.combine(XOR, a, b);
  }

  /** `a` outside the set `b`; `a` may have any terminals. */
  difference(a: Node, b: Node): Node {
    return this.combine(DIFFERENCE, a, b);
  }

  /** `a` where it is not 0, else `b`: the first of two rules that decides. */
  orElse(a: Node, b: Node): Node {
    return this.combine(OR_ELSE, a, b);
  }

  /** `a` inside the set `guard`, `b` outside of it. */
  ite(guard: Node, a: Node, b: Node): Node {
    if (guard === TRUE || a === b) return a;
    if (guard === FALSE) return b;
    if (b === FALSE || guard === b) return this.and(guard, a);
    if (a === FALSE) return this.difference(b, guard);
    if (a === TRUE || guard === a) return this.orElse(guard, b);
    const cached = this.cache.find(guard, a, b);
    if (cached !== NOT_CACHED) return cached;
    const { table } = this;
    const level = Math.min(table.level(guard), table.level(a), table.level(b));
    const low = this.ite(this.lowAt(guard, level), this.lowAt(a, level), this.lowAt(b, level));
    const high = this.ite(this.highAt(guard, level), this.highAt(a, level), this.highAt(b, level));
    return this.remember(guard, a, b, table.make(level, low, high));
  }

  /** Whether two sets have a member in common; makes no nodes, and stops at the first member. */
  intersects(a: Node, b: Node): boolean {
    if (a === FALSE || b === FALSE) return false;
    /* Every node but the terminal 0 has a way to another terminal. */
    if (a === b || this.isTerminal(a) || this.isTerminal(b)) return true;
    if (a > b) return this.intersects(b, a);
    const cached = this.cache.find(a, b, MEETS);
    if (cached !== NOT_CACHED) return cached === TRUE;
    const { records } = this.table;
    const atA = a << RECORD_SHIFT;
    const atB = b << RECORD_SHIFT;
    const levelA = records[atA] as number;
    const levelB = records[atB] as number;
    const highA = levelA <= levelB ? (records[atA + 2] as number) : a;
    const highB = levelB <= levelA ? (records[atB + 2] as number) : b;
    const lowA = levelA <= levelB ? (records[atA + 1] as number) : a;
    const lowB = levelB <= levelA ? (records[atB + 1] as number) : b;
    const meets = this.intersects(lowA, lowB) || this.intersects(highA, highB);
    this.remember(a, b, MEETS, meets ? TRUE : FALSE);
    return meets;
  }

  /** Whether every member of `a` is one of `b`. */
  implies(a: Node, b: Node): boolean {
    return this.difference(a, b) === FALSE;
  }

  /** Makes an operation of this arena from one on terminals. */
  defineOperation(
    combine: (a: number, b: number) => number,
    ofEqual: Node | null = null,
    decides: TerminalOperation["decides"] = null,
  ): TerminalOperation {
    return { id: this.nextOperation--, combine, ofEqual, decides };
  }

  /** Combines the terminals of two diagrams packet by packet. */
  apply(operation: TerminalOperation, a: Node, b: Node): Node {
    if (a === b && operation.ofEqual !== null) return operation.ofEqual;
    if (operation.decides !== null && this.isTerminal(a)) {
      const decided = operation.decides(this.table.low(a));
      if (decided !== null) return decided === "first" ? a : b;
    }
    const level = Math.min(this.table.level(a), this.table.level(b));
    if (level === TERMINAL_LEVEL)
      return this.terminal(operation.combine(this.table.low(a), this.table.low(b)));
    const cached = this.cache.find(a, b, operation.id);
    if (cached !== NOT_CACHED) return cached;
    const low = this.apply(operation, this.lowAt(a, level), this.lowAt(b, level));
    const high = this.apply(operation, this.highAt(a, level), this.highAt(b, level));
    return this.remember(a, b, operation.id, this.table.make(level, low, high));
  }

  /** The diagram with every terminal changed. */
  mapTerminals(root: Node, change: (value: number) => number): Node {
    const operation = this.nextOperation--;
    const walk = (node: Node): Node => {
      if (this.isTerminal(node)) return this.terminal(change(this.table.low(node)));
      const cached = this.cache.find(node, FALSE, operation);
      if (cached !== NOT_CACHED) return cached;
      const low = walk(this.table.low(node));
      const high = walk(this.table.high(node));
      return this.remember(node, FALSE, operation, this.table.make(this.level(node), low, high));
    };
    return walk(root);
  }

  /** The packets whose terminal passes the test. */
  where(root: Node, test: (value: number) => boolean): Node {
    return this.mapTerminals(root, (value) => (test(value) ? 1 : 0));
  }

  /** The conjunction of the assigned values. */
  cube(assignment: Assignment): Node {
    let node = TRUE;
    for (const level of [...assignment.keys()].sort((a, b) => b - a))
      node =
        assignment.get(level) === true
          ? this.make(level, FALSE, node)
          : this.make(level, node, FALSE);
    return node;
  }

  /** What is left of a diagram once these values are known (its cofactor). */
  restrict(root: Node, assignment: Assignment): Node {
    return this.restrictBy(root, this.cube(assignment));
  }

  /** The packets that are in `set` with some values of these variables. */
  exists(set: Node, levels: Iterable<number>): Node {
    return this.existsBy(set, this.cube(new Map([...levels].map((level) => [level, true]))));
  }

  /** What a set becomes when its packets get these values written (their image). */
  setBits(set: Node, assignment: Assignment): Node {
    return this.and(this.exists(set, assignment.keys()), this.cube(assignment));
  }

  /**
   * The diagram with functions in the place of variables; levels that are not named stay. The
   * packets that come to lie in `root` once each named bit has been given its function's value.
   */
  substitute(root: Node, functions: ReadonlyMap<number, Node>): Node {
    const operation = this.nextOperation--;
    const last = Math.max(-1, ...functions.keys());
    const walk = (node: Node): Node => {
      const level = this.level(node);
      if (level > last) return node;
      const cached = this.cache.find(node, FALSE, operation);
      if (cached !== NOT_CACHED) return cached;
      const low = walk(this.table.low(node));
      const high = walk(this.table.high(node));
      const result = this.ite(functions.get(level) ?? this.variable(level), high, low);
      return this.remember(node, FALSE, operation, result);
    };
    return walk(root);
  }

  /**
   * The operations of two operands, all in one method: a process that has just begun runs it before it is optimized,
   * and each call that a step makes counts.
   */
  private combine(operation: number, first: Node, second: Node): Node {
    let a = first;
    let b = second;
    if (operation === AND) {
      if (a === b || b === TRUE) return a;
      if (a === TRUE) return b;
      if (a === FALSE || b === FALSE) return FALSE;
    } else if (operation === OR_ELSE) {
      if (a === FALSE) return b;
      if (b === FALSE || a === b) return a;
    } else if (operation === OR) {
      if (a === b || b === FALSE) return a;
      if (a === FALSE) return b;
      if (a === TRUE || b === TRUE) return TRUE;
    } else if (operation === DIFFERENCE) {
      if (b === FALSE) return a;
      if (a === FALSE || b === TRUE || a === b) return FALSE;
    } else {
      if (a === b) return FALSE;
      if (b === FALSE) return a;
      if (a === FALSE) return b;
    }
    /* The others do not care which operand comes first: one order for both finds more in the cache. */
    if (a > b && operation !== OR_ELSE && operation !== DIFFERENCE) {
      a = second;
      b = first;
    }
    const { records } = this.table;
    const atA = a << RECORD_SHIFT;
    const levelA = records[atA] as number;
    if (levelA === TERMINAL_LEVEL && operation === OR_ELSE) return a;
    const cached = this.cache.find(a, b, operation);
    if (cached !== NOT_CACHED) return cached;
    const atB = b << RECORD_SHIFT;
    const levelB = records[atB] as number;
    const level = levelA < levelB ? levelA : levelB;
    if (level === TERMINAL_LEVEL) return this.combineTerminals(operation, a, b);
    const lowA = levelA === level ? (records[atA + 1] as number) : a;
    const highA = levelA === level ? (records[atA + 2] as number) : a;
    const lowB = levelB === level ? (records[atB + 1] as number) : b;
    const highB = levelB === level ? (records[atB + 2] as number) : b;
    const low = this.combine(operation, lowA, lowB);
    const high = this.combine(operation, highA, highB);
    return this.remember(a, b, operation, this.table.make(level, low, high));
  }

  private combineTerminals(operation: number, a: Node, b: Node): Node {
    if (operation === XOR && a + b === TRUE) return TRUE;
    throw new Error(`operation ${operation} on the terminals ${this.value(a)}, ${this.value(b)}`);
  }

  private restrictBy(root: Node, cube: Node): Node {
    const { table } = this;
    const level = table.level(root);
    let rest = cube;
    while (table.level(rest) < level) rest = this.restOfCube(rest);
    if (rest === TRUE) return root;
    const cached = this.cache.find(root, rest, RESTRICT);
    if (cached !== NOT_CACHED) return cached;
    let result: Node;
    if (table.level(rest) === level) {
      const isSet = table.low(rest) === FALSE;
      result = this.restrictBy(
        isSet ? table.high(root) : table.low(root),
        isSet ? table.high(rest) : table.low(rest),
      );
    } else {
      const low = this.restrictBy(table.low(root), rest);
      result = table.make(level, low, this.restrictBy(table.high(root), rest));
    }
    return this.remember(root, rest, RESTRICT, result);
  }

  private restOfCube(cube: Node): Node {
    const low = this.table.low(cube);
    return low === FALSE ? this.table.high(cube) : low;
  }

  private existsBy(set: Node, cube: Node): Node {
    const { table } = this;
    const { records } = table;
    const at = set << RECORD_SHIFT;
    const level = records[at] as number;
    let rest = cube;
    let restLevel = records[rest << RECORD_SHIFT] as number;
    while (restLevel < level) {
      rest = records[(rest << RECORD_SHIFT) + 2] as number;
      restLevel = records[rest << RECORD_SHIFT] as number;
    }
    if (rest === TRUE) return set;
    const cached = this.cache.find(set, rest, EXISTS);
    if (cached !== NOT_CACHED) return cached;
    const highNode = records[at + 2] as number;
    const low = this.existsBy(records[at + 1] as number, rest);
    let result: Node;
    if (restLevel !== level) result = table.make(level, low, this.existsBy(highNode, rest));
    else if (low === TRUE) result = TRUE;
    else result = this.combine(OR, low, this.existsBy(highNode, rest));
    return this.remember(set, rest, EXISTS, result);
  }

  private lowAt(node: Node, level: number): Node {
    return this.table.level(node) === level ? this.table.low(node) : node;
  }

  private highAt(node: Node, level: number): Node {
    return this.table.level(node) === level ? this.table.high(node) : node;
  }

  private remember(a: number, b: number, c: number, result: Node): Node {
    if (this.table.nodeCount > this.cacheGrowsAt) this.growCache();
    this.cache.store(a, b, c, result);
    return result;
  }

  private growCache(): void {
    this.cache.growTo(this.table.nodeCount);
    this.cacheGrowsAt = this.table.nodeCount * 2;
  }
}
