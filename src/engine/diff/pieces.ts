import type { Arena, Node } from "../bdd/index.ts";

/** A function of the last bits of a field: what is left of a diagram from each start on. */
export interface Pieces {
  /** The first bit of the field that it depends on, 0 the most significant; the width: none. */
  readonly bit: number;
  /** Ascending, the first is 0; neighbours leave different nodes. */
  readonly starts: readonly bigint[];
  readonly nodes: readonly Node[];
}

/**
 * What a diagram leaves for each value of a field whose variables stand in order. One walk over the
 * diagram: putting values in one by one cost as many walks as there are pieces. Null where there are
 * more than `limit`: what lies below a node falls into no more pieces than the node.
 */
export function piecesOf(
  arena: Arena,
  root: Node,
  levels: readonly number[],
  limit: number,
): Pieces | null {
  const width = levels.length;
  const places = new Map(levels.map((level, bit) => [level, bit]));
  const last = levels.at(-1) ?? -1;
  const known = new Map<Node, Pieces | null>();

  const visit = (node: Node): Pieces | null => {
    const level = arena.level(node);
    if (level > last) return { bit: width, starts: [0n], nodes: [node] };
    const seen = known.get(node);
    if (seen !== undefined) return seen;
    const low = visit(arena.low(node));
    const high = low === null ? null : visit(arena.high(node));
    const pieces = low === null || high === null ? null : join(level, low, high);
    known.set(node, pieces);
    return pieces;
  };

  const join = (level: number, low: Pieces, high: Pieces): Pieces | null => {
    const place = places.get(level);
    const bit = place === undefined ? Math.min(low.bit, high.bit) : place + 1;
    const zero = widened(low, bit, width, limit);
    const one = widened(high, bit, width, limit);
    if (zero === null || one === null) return null;
    const joined =
      place === undefined
        ? overlaid(zero, one, (a, b) => arena.make(level, a, b))
        : behind(zero, one, place, width);
    return joined.starts.length > limit ? null : joined;
  };

  return visit(root);
}

/** The same function of more bits, in front of its own: it repeats itself. */
export function widened(pieces: Pieces, bit: number, width: number, limit: number): Pieces | null {
  if (pieces.starts.length === 1) return { ...pieces, bit };
  let wide = pieces;
  while (wide.bit > bit) {
    if (wide.starts.length > limit) return null;
    wide = behind(wide, wide, wide.bit - 1, width);
  }
  return wide;
}

/** `zero` where the bit is not set, `one` where it is. */
function behind(zero: Pieces, one: Pieces, bit: number, width: number): Pieces {
  const half = 1n << BigInt(width - bit - 1);
  const isSame = zero.nodes.at(-1) === one.nodes[0];
  const from = isSame ? 1 : 0;
  return {
    bit,
    starts: [...zero.starts, ...one.starts.slice(from).map((start) => start + half)],
    nodes: [...zero.nodes, ...one.nodes.slice(from)],
  };
}

/** Both at once, each piece made of what the two leave there. */
function overlaid(a: Pieces, b: Pieces, make: (a: Node, b: Node) => Node): Pieces {
  const starts: bigint[] = [];
  const nodes: Node[] = [];
  let atA = 0;
  let atB = 0;
  let start: bigint | undefined = 0n;
  while (start !== undefined) {
    starts.push(start);
    nodes.push(make(a.nodes[atA] as Node, b.nodes[atB] as Node));
    const nextA = a.starts[atA + 1];
    const nextB = b.starts[atB + 1];
    start = nextB === undefined || (nextA !== undefined && nextA < nextB) ? nextA : nextB;
    if (nextA === start) atA++;
    if (nextB === start) atB++;
  }
  return { bit: a.bit, starts, nodes };
}
