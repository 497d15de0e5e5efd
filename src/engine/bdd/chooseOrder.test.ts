import { describe, expect, it } from "vitest";
import type { Arena } from "./arena.ts";
import { chooseOrder, sampleEvenly } from "./chooseOrder.ts";

/** Pairs of variables: side by side they take few nodes, far apart very many. */
function build(distance: "near" | "far", arena: Arena): void {
  let root = 0;
  for (let pair = 0; pair < 14; pair++) {
    const [a, b] = distance === "near" ? [2 * pair, 2 * pair + 1] : [pair, 14 + pair];
    root = arena.or(root, arena.and(arena.variable(a), arena.variable(b)));
  }
}

describe("chooseOrder", () => {
  it("takes the candidate with the fewest nodes, wherever it stands", () => {
    expect(chooseOrder(["near", "far"], build)).toBe("near");
    expect(chooseOrder(["far", "near"], build)).toBe("near");
  });

  it("takes the first of equal ones", () =>
    expect(chooseOrder([1, 2], (_, arena) => build("near", arena))).toBe(1));

  it("takes the first where all are too big", () =>
    expect(chooseOrder(["far", "near"], build, 10)).toBe("far"));
});

describe("sampleEvenly", () => {
  it("spreads over the whole list and keeps its order", () =>
    expect(sampleEvenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 5)).toEqual([0, 2, 4, 6, 8]));

  it("is the list where it is short enough", () => expect(sampleEvenly([1, 2], 5)).toEqual([1, 2]));
});
