import type { Arena } from "./arena.ts";
import { FALSE, type Node } from "./node.ts";

/** How two neighbours become one; it must be associative. */
export type Combine = (first: Node, second: Node) => Node;

interface Branch {
  readonly kind: "branch";
  readonly left: Tree;
  readonly right: Tree;
  readonly size: number;
  readonly root: Node;
}

interface Leaf {
  readonly kind: "leaf";
  readonly size: 1;
  readonly root: Node;
}

type Tree = Branch | Leaf;

/** A side may be this many times as heavy as the other (weight-balanced, Adams 1993). */
const BALANCE = 3;

/**
 * Rules in order, combined pairwise in a balanced tree: an edit of one of n rules costs about
 * log2(n) combinations, and the diagrams in between stay small (1,000 wildcard-heavy rules took
 * 8 times the nodes from left to right). A tree never changes: each edit gives a new one that
 * shares the rest, so both sides of a change are there at once.
 */
export class RuleTree {
  private readonly combine: Combine;
  private readonly tree: Tree | null;

  private constructor(combine: Combine, tree: Tree | null) {
    this.combine = combine;
    this.tree = tree;
  }

  /** The tree of these rules, combined by `orElse` unless told otherwise. */
  static of(arena: Arena, roots: readonly Node[], combine?: Combine): RuleTree {
    const combineNodes = combine ?? ((first: Node, second: Node) => arena.orElse(first, second));
    return new RuleTree(combineNodes, buildTree(combineNodes, roots, 0, roots.length));
  }

  /** All rules as one; 0 where there is none. */
  get root(): Node {
    return this.tree?.root ?? FALSE;
  }

  get size(): number {
    return this.tree?.size ?? 0;
  }

  /** The rule at that place. */
  at(index: number): Node {
    let tree = this.existing(index);
    let place = index;
    while (tree.kind === "branch") {
      const isLeft = place < tree.left.size;
      if (!isLeft) place -= tree.left.size;
      tree = isLeft ? tree.left : tree.right;
    }
    return tree.root;
  }

  update(index: number, root: Node): RuleTree {
    return new RuleTree(this.combine, this.updated(this.existing(index), index, root));
  }

  /** Puts a rule in front of the one at `index`; `size` appends. */
  insert(index: number, root: Node): RuleTree {
    if (index < 0 || index > this.size) throw new Error(`no place ${index} among the rules`);
    const tree = this.tree === null ? leaf(root) : this.inserted(this.tree, index, root);
    return new RuleTree(this.combine, tree);
  }

  remove(index: number): RuleTree {
    return new RuleTree(this.combine, this.removed(this.existing(index), index));
  }

  private existing(index: number): Tree {
    if (this.tree === null || !(index >= 0 && index < this.tree.size))
      throw new Error(`no rule at ${index}`);
    return this.tree;
  }

  private updated(tree: Tree, index: number, root: Node): Tree {
    if (tree.kind === "leaf") return leaf(root);
    const { left, right } = tree;
    return index < left.size
      ? branch(this.combine, this.updated(left, index, root), right)
      : branch(this.combine, left, this.updated(right, index - left.size, root));
  }

  private inserted(tree: Tree, index: number, root: Node): Tree {
    if (tree.kind === "leaf")
      return index === 0
        ? branch(this.combine, leaf(root), tree)
        : branch(this.combine, tree, leaf(root));
    const { left, right } = tree;
    return index <= left.size
      ? balanced(this.combine, this.inserted(left, index, root), right)
      : balanced(this.combine, left, this.inserted(right, index - left.size, root));
  }

  private removed(tree: Tree, index: number): Tree | null {
    if (tree.kind === "leaf") return null;
    const { left, right } = tree;
    if (index < left.size) {
      const rest = this.removed(left, index);
      return rest === null ? right : balanced(this.combine, rest, right);
    }
    const rest = this.removed(right, index - left.size);
    return rest === null ? left : balanced(this.combine, left, rest);
  }
}

/** Rules in order as one diagram: the first that decides a packet. */
export function balancedOrElse(arena: Arena, roots: readonly Node[]): Node {
  return RuleTree.of(arena, roots).root;
}

/** The union of sets. */
export function balancedOr(arena: Arena, sets: readonly Node[]): Node {
  return RuleTree.of(arena, sets, (a, b) => arena.or(a, b)).root;
}

function buildTree(
  combine: Combine,
  roots: readonly Node[],
  from: number,
  to: number,
): Tree | null {
  if (from >= to) return null;
  if (to - from === 1) return leaf(roots[from] ?? FALSE);
  const middle = (from + to) >> 1;
  const left = buildTree(combine, roots, from, middle);
  const right = buildTree(combine, roots, middle, to);
  return left === null || right === null ? (left ?? right) : branch(combine, left, right);
}

function leaf(root: Node): Leaf {
  return { kind: "leaf", size: 1, root };
}

function branch(combine: Combine, left: Tree, right: Tree): Branch {
  const root = combine(left.root, right.root);
  return { kind: "branch", left, right, size: left.size + right.size, root };
}

/** As `branch`, where one insertion or removal may have put a side out of balance. */
function balanced(combine: Combine, left: Tree, right: Tree): Branch {
  if (right.kind === "branch" && right.size > BALANCE * left.size) {
    const inner = right.left;
    if (inner.kind === "leaf" || inner.size < 2 * right.right.size)
      return branch(combine, branch(combine, left, inner), right.right);
    const outer = branch(combine, inner.right, right.right);
    return branch(combine, branch(combine, left, inner.left), outer);
  }
  if (left.kind === "branch" && left.size > BALANCE * right.size) {
    const inner = left.right;
    if (inner.kind === "leaf" || inner.size < 2 * left.left.size)
      return branch(combine, left.left, branch(combine, inner, right));
    const outer = branch(combine, left.left, inner.left);
    return branch(combine, outer, branch(combine, inner.right, right));
  }
  return branch(combine, left, right);
}
