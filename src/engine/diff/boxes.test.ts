import { expect, test } from "vitest";
import { Arena, TRUE } from "../bdd/index.ts";
import { boxesOf } from "./boxes.ts";
import type { Field } from "./fields.ts";

test("a field with more pieces than can be told leaves no box exact, whatever it is cut along", () => {
  const arena = new Arena();
  const wide: Field = {
    name: "wide",
    levels: Array.from({ length: 16 }, (_, bit) => bit),
    atoms: null,
  };
  const narrow: Field = { name: "narrow", levels: [16], atoms: null };
  /* Odd values with the one, even values with the other. */
  const set = arena.xor(arena.variable(15), arena.variable(16));
  const { boxes } = boxesOf(arena, set, TRUE, [wide, narrow]);
  expect(boxes.map(({ isExact }) => isExact)).toEqual([false, false]);
});
