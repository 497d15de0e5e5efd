/*
 * Sources with the same row, destinations with the same column. In a diagram that asks for the source first, sources with
 * one row lead to one node: its nodes below the source are the rows (Bryant 1986: equal functions are equal nodes).
 */
import { normalizeRanges, type Range } from "../base/range.ts";
import { type Arena, type Node, TERMINAL_LEVEL } from "../bdd/index.ts";
import { type EndLevels, levelsOf, type PairLevels } from "./ends.ts";

/** Hosts of one end: those of some addresses behind some interfaces. */
export interface Block {
  /** Which row or column it has. */
  readonly number: number;
  readonly ranges: readonly Range[];
  /** Numbers of classes of interfaces; empty: the path shows none. */
  readonly interfaces: readonly number[];
}

export interface Blocks {
  readonly sources: readonly Block[];
  readonly destinations: readonly Block[];
  /** The terminal of the relation for a source and a destination, by their numbers. */
  readonly at: (source: number, destination: number) => number;
}

/** Thrown where addresses lie in more pieces than can be told; `MAXIMUM_PIECES` is why. */
export class TooManyPieces extends Error {}

/** Pieces that the addresses of one end are cut into. Masks with holes can make millions of them. */
export const MAXIMUM_PIECES = 100_000;

/** Cuts both ends of a relation. May throw `NodeLimitError` and `TooManyPieces`. */
export function cutEnds(arena: Arena, relation: Node, levels: PairLevels): Blocks {
  const { rows, diagram } = cutRows(arena, relation, levels);
  const columns = cutColumns(arena, rows);
  const vectors = new Map<number, readonly number[]>();
  return {
    sources: blocksOf(arena, diagram, levels.source),
    destinations: blocksOf(arena, columns.diagram, levels.destination),
    at: (source, destination) => {
      const vector = vectors.get(destination) ?? columns.vector(destination);
      vectors.set(destination, vector);
      return vector[source - 1] ?? 0;
    },
  };
}

interface Rows {
  /** Places in `rows`, from 1; 0: no packets come from there. */
  readonly diagram: Node;
  readonly rows: readonly Node[];
}

function cutRows(arena: Arena, relation: Node, levels: PairLevels): Rows {
  const last = Math.max(...levelsOf(levels.source));
  const rows = new Map<Node, number>();
  const known = new Map<Node, Node>();
  const cut = (node: Node): Node => {
    const level = arena.level(node);
    if (level > last) {
      if (arena.isTerminal(node) && arena.value(node) === 0) return node;
      const number = rows.get(node) ?? rows.size + 1;
      rows.set(node, number);
      return arena.terminal(number);
    }
    const found = known.get(node) ?? arena.make(level, cut(arena.low(node)), cut(arena.high(node)));
    known.set(node, found);
    return found;
  };
  const diagram = cut(relation);
  return { diagram, rows: [...rows.keys()] };
}

interface Columns {
  readonly diagram: Node;
  /** What a terminal stands for: the terminal of each row. */
  readonly vector: (terminal: number) => readonly number[];
}

/** All rows in one diagram, whose terminals are columns: in pairs, so that those in between stay small. */
function cutColumns(arena: Arena, rows: readonly Node[]): Columns {
  const [only] = rows;
  if (only === undefined) return { diagram: arena.terminal(0), vector: () => [] };
  if (rows.length === 1) return { diagram: only, vector: (terminal) => [terminal] };
  const half = rows.length >> 1;
  const first = cutColumns(arena, rows.slice(0, half));
  const second = cutColumns(arena, rows.slice(half));
  const numbers = new Map<string, number>();
  const pairs: (readonly [number, number])[] = [[0, 0]];
  numbers.set("0 0", 0);
  const operation = arena.defineOperation((a, b) => {
    const key = `${a} ${b}`;
    const number = numbers.get(key) ?? pairs.length;
    if (number === pairs.length) pairs.push([a, b]);
    numbers.set(key, number);
    return number;
  });
  const zeros = (count: number) => Array.from({ length: count }, () => 0);
  const part = (columns: Columns, terminal: number, count: number) =>
    terminal === 0 ? zeros(count) : columns.vector(terminal);
  return {
    diagram: arena.apply(operation, first.diagram, second.diagram),
    vector: (terminal) => {
      const [a, b] = pairs[terminal] ?? [0, 0];
      return [...part(first, a, half), ...part(second, b, rows.length - half)];
    },
  };
}

/** Addresses of one number behind the same interfaces make one block. */
function blocksOf(arena: Arena, diagram: Node, end: EndLevels): readonly Block[] {
  if (end.interface === null)
    return [...rangesByTerminal(arena, diagram, end.address)].map(([number, ranges]) => ({
      number,
      ranges,
      interfaces: [],
    }));
  const blocks = new Map<string, { number: number; ranges: Range[]; interfaces: number[] }>();
  const { perInterface, tuple } = overInterfaces(arena, diagram, end.interface);
  for (const [terminal, ranges] of rangesByTerminal(arena, perInterface, end.address)) {
    const numbers = tuple(terminal);
    for (const number of new Set(numbers)) {
      if (number === 0) continue;
      const interfaces = numbers.flatMap((other, code) => (other === number ? [code] : []));
      const key = `${number}: ${interfaces.join()}`;
      const block = blocks.get(key) ?? { number, ranges: [], interfaces };
      block.ranges.push(...ranges);
      blocks.set(key, block);
    }
  }
  return [...blocks.values()].map((block) => ({ ...block, ranges: normalizeRanges(block.ranges) }));
}

/** The diagram over addresses alone, whose terminals say the number behind each interface. */
function overInterfaces(
  arena: Arena,
  diagram: Node,
  { levels, atoms }: NonNullable<EndLevels["interface"]>,
): { readonly perInterface: Node; readonly tuple: (terminal: number) => readonly number[] } {
  const behind = atoms.classes.map((_, code) =>
    arena.restrict(
      diagram,
      new Map(
        levels.map(
          (level, bit) => [level, ((code >> (levels.length - 1 - bit)) & 1) === 1] as const,
        ),
      ),
    ),
  );
  const columns = cutColumns(arena, behind);
  return { perInterface: columns.diagram, tuple: columns.vector };
}

/** The values of a field that lead to each terminal but 0, sorted and joined. */
function rangesByTerminal(
  arena: Arena,
  root: Node,
  levels: readonly number[],
): ReadonlyMap<number, Range[]> {
  const found = new Map<number, Range[]>();
  let pieces = 0;
  const add = (terminal: number, range: Range): void => {
    const ranges = found.get(terminal) ?? [];
    const last = ranges.at(-1);
    if (last !== undefined && last.to + 1n === range.from)
      ranges[ranges.length - 1] = { from: last.from, to: range.to };
    else ranges.push(range);
    found.set(terminal, ranges);
    if (++pieces > MAXIMUM_PIECES) throw new TooManyPieces();
  };
  const visit = (node: Node, bit: number, base: bigint): void => {
    const level = arena.level(node);
    const size = 1n << BigInt(levels.length - bit);
    if (level === TERMINAL_LEVEL) {
      if (arena.value(node) !== 0) add(arena.value(node), { from: base, to: base + size - 1n });
      return;
    }
    const isAsked = levels[bit] === level;
    visit(isAsked ? arena.low(node) : node, bit + 1, base);
    visit(isAsked ? arena.high(node) : node, bit + 1, base + size / 2n);
  };
  visit(root, 0, 0n);
  return found;
}
