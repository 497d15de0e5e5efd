import { type Arena, FALSE, type Node } from "../bdd/index.ts";

interface Segment {
  readonly from: number;
  readonly to: number;
  readonly union: Node;
  readonly halves: readonly [Segment, Segment] | null;
}

/** The sets of some neighbours as a tree of unions: the next one that packets meet is found in log2(n) steps. */
export class MeetTree {
  private readonly root: Segment | null;

  constructor(arena: Arena, sets: readonly Node[]) {
    this.root = build(arena, sets, 0, sets.length);
  }

  /** The first place from `from` on whose set passes the test, as does every union that it is part of; null: none. */
  next(from: number, meets: (set: Node) => boolean): number | null {
    return find(this.root, from, meets);
  }
}

function find(segment: Segment | null, from: number, meets: (set: Node) => boolean): number | null {
  if (segment === null || segment.to <= from || !meets(segment.union)) return null;
  if (segment.halves === null) return segment.from;
  const [first, second] = segment.halves;
  return find(first, from, meets) ?? find(second, from, meets);
}

function build(arena: Arena, sets: readonly Node[], from: number, to: number): Segment | null {
  if (from >= to) return null;
  if (to - from === 1) return { from, to, union: sets[from] ?? FALSE, halves: null };
  const middle = (from + to) >> 1;
  const first = build(arena, sets, from, middle);
  const second = build(arena, sets, middle, to);
  if (first === null || second === null) return first ?? second;
  return { from, to, union: arena.or(first.union, second.union), halves: [first, second] };
}
