import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Arena } from "./arena.ts";
import { FALSE } from "./node.ts";
import { balancedOr, balancedOrElse, RuleTree } from "./ruleTree.ts";
import { anyMap, anySet, fromTable } from "./truthTable.ts";

type Edit = { readonly kind: "update" | "insert" | "remove"; readonly at: number };

const anyEdit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom("update", "insert", "insert", "remove"),
  at: fc.nat(1000),
});

/** The same edit on a list and on a tree. */
function edited(list: readonly number[], tree: RuleTree, edit: Edit, rule: number) {
  if (edit.kind === "insert") {
    const at = edit.at % (list.length + 1);
    return { list: list.toSpliced(at, 0, rule), tree: tree.insert(at, rule) };
  }
  if (list.length === 0) return { list, tree };
  const at = edit.at % list.length;
  return edit.kind === "update"
    ? { list: list.with(at, rule), tree: tree.update(at, rule) }
    : { list: list.toSpliced(at, 1), tree: tree.remove(at) };
}

describe("RuleTree", () => {
  it("is the first rule that decides, as from left to right", () => {
    fc.assert(
      fc.property(fc.array(anyMap, { maxLength: 9 }), (tables) => {
        const arena = new Arena();
        const rules = tables.map((table) => fromTable(arena, table));
        const leftToRight = rules.reduce((done, rule) => arena.orElse(done, rule), FALSE);
        expect(balancedOrElse(arena, rules)).toBe(leftToRight);
      }),
    );
  });

  it("is after any edits what it would be if built anew", () => {
    fc.assert(
      fc.property(fc.nat(40), fc.array(anyEdit, { maxLength: 60 }), (size, edits) => {
        const arena = new Arena();
        const ruleOf = (n: number) =>
          arena.and(arena.variable(n % 6), arena.terminal(1 + (n % 11)));
        let list: readonly number[] = Array.from({ length: size }, (_, n) => ruleOf(n));
        let tree = RuleTree.of(arena, list);
        for (const [n, edit] of edits.entries())
          ({ list, tree } = edited(list, tree, edit, ruleOf(size + n)));
        expect(tree.root).toBe(balancedOrElse(arena, list));
        expect(list.map((_, index) => tree.at(index))).toEqual(list);
        expect(tree.size).toBe(list.length);
      }),
    );
  });

  it("costs the logarithm for an edit, after any number of insertions at one end", () => {
    const arena = new Arena();
    let combined = 0;
    let tree = RuleTree.of(arena, [], (first, second) => {
      combined++;
      return arena.orElse(first, second);
    });
    for (let n = 0; n < 1024; n++) tree = tree.insert(0, arena.terminal(n + 1));
    combined = 0;
    tree.update(0, arena.terminal(5));
    tree.update(1023, arena.terminal(5));
    expect(combined).toBeLessThan(2 * 2.5 * 10);
  });

  it("leaves the tree before the edit as it was", () => {
    const arena = new Arena();
    const before = RuleTree.of(arena, [FALSE, arena.terminal(3)]);
    const after = before.update(0, arena.terminal(2));
    expect([before.root, after.root]).toEqual([arena.terminal(3), arena.terminal(2)]);
  });

  it("without rules decides nothing", () => {
    expect(RuleTree.of(new Arena(), []).root).toBe(FALSE);
  });

  it("refuses places where there is no rule", () => {
    const arena = new Arena();
    const tree = RuleTree.of(arena, [FALSE]);
    expect(() => tree.update(1, FALSE)).toThrow("no rule at 1");
    expect(() => tree.remove(-1)).toThrow("no rule at -1");
    expect(() => tree.insert(2, FALSE)).toThrow("no place 2");
    expect(() => tree.at(Number.NaN)).toThrow("no rule at NaN");
  });
});

describe("balancedOr", () => {
  it("is the union", () => {
    fc.assert(
      fc.property(fc.array(anySet, { maxLength: 9 }), (tables) => {
        const arena = new Arena();
        const sets = tables.map((table) => fromTable(arena, table));
        expect(balancedOr(arena, sets)).toBe(sets.reduce((a, b) => arena.or(a, b), FALSE));
      }),
    );
  });
});
