import { describe, expect, it } from "vitest";
import { Arena } from "./arena.ts";
import { NODES_PER_LOOK, NodeLimitError, withinNodeLimit, withinTimeLimit } from "./nodeLimit.ts";

/** A function whose diagram doubles with every pair of variables: the pairs lie far apart. */
function farPairs(arena: Arena, pairs: number): number {
  let root = 0;
  for (let pair = 0; pair < pairs; pair++)
    root = arena.or(root, arena.and(arena.variable(pair), arena.variable(pairs + pair)));
  return root;
}

describe("the node limit", () => {
  it("stops an operation that needs more nodes", () => {
    expect(() => farPairs(new Arena({ nodeLimit: 1000 }), 16)).toThrow(NodeLimitError);
  });

  it("does not stop one that needs exactly as many", () => {
    const needed = new Arena();
    farPairs(needed, 8);
    const arena = new Arena({ nodeLimit: needed.nodeCount });
    farPairs(arena, 8);
    expect(arena.nodeCount).toBe(needed.nodeCount);
    expect(() => farPairs(new Arena({ nodeLimit: needed.nodeCount - 1 }), 8)).toThrow(
      NodeLimitError,
    );
  });

  it("is a result of limited work, told with the limit", () => {
    const work = () => farPairs(new Arena({ nodeLimit: 1000 }), 16);
    expect(withinNodeLimit(work)).toEqual({
      kind: "nodeLimit",
      nodeLimit: 1000,
      told: "more than 1000 nodes",
    });
  });

  it("leaves the arena as good as before", () => {
    const arena = new Arena({ nodeLimit: 1000 });
    const small = farPairs(arena, 4);
    const outside = arena.not(small);
    expect(withinNodeLimit(() => farPairs(arena, 16)).kind).toBe("nodeLimit");
    expect(farPairs(arena, 4)).toBe(small);
    expect(arena.not(small)).toBe(outside);
    expect(arena.and(small, outside)).toBe(0);
  });

  it("lets other errors pass", () => {
    const work = () => {
      throw new TypeError("a bug");
    };
    expect(() => withinNodeLimit(work)).toThrow(TypeError);
  });
});

describe("the time limit", () => {
  const told = "more than 10 s";
  const big = () => farPairs(new Arena(), 18);

  it("stops what makes nodes, once the clock says so", () => {
    const limited = () => withinTimeLimit({ isOver: () => true, told }, () => withinNodeLimit(big));
    expect(limited()).toMatchObject({ kind: "nodeLimit", told });
  });

  it("does not stop what is done before", () => {
    const limited = withinTimeLimit({ isOver: () => false, told }, () => withinNodeLimit(big));
    expect(limited.kind).toBe("done");
  });

  it("is looked at once for so many nodes, and holds for this work alone", () => {
    let looks = 0;
    const isOver = () => {
      looks++;
      return false;
    };
    const arena = new Arena();
    withinTimeLimit({ isOver, told }, () => farPairs(arena, 16));
    expect(looks).toBe(Math.floor(arena.nodeCount / NODES_PER_LOOK));
    big();
    expect(looks).toBe(Math.floor(arena.nodeCount / NODES_PER_LOOK));
  });
});
