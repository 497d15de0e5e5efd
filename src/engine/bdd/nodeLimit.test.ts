import { describe, expect, it } from "vitest";
import { Arena } from "./arena.ts";
import { NodeLimitError, withinNodeLimit } from "./nodeLimit.ts";

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
    expect(withinNodeLimit(work)).toEqual({ kind: "nodeLimit", nodeLimit: 1000 });
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
