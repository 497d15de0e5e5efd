import { expect, test } from "vitest";
import { beginRule, beyondOf, grow, type RuleGrowth } from "./growth.ts";

const LOOK_MS = 5_000;

/** How many packets beyond what is usual are told behind each look. */
function run(more: readonly number[], isFirstLook = true): readonly (number | null)[] {
  let rule: RuleGrowth = beginRule(0, 0, isFirstLook);
  return more.map((packets, index) => {
    rule = grow(rule, rule.packets + packets, (index + 1) * LOOK_MS);
    return beyondOf(rule)?.packets ?? null;
  });
}
const same = (packets: number, looks: number) => Array.from({ length: looks }, () => packets);
const tail = (values: readonly (number | null)[], count: number) => values.slice(-count);

test("what grows beyond what is usual for two looks is told, one burst is not", () => {
  expect(tail(run([...same(2, 20), 100, 100, 100]), 3)).toEqual([null, 200, 300]);
  expect(tail(run([...same(2, 20), 100, 2, 100]), 3)).toEqual([null, null, null]);
});

test("a rule that came later is usual at nothing", () => {
  expect(run([10, 10], false)).toEqual([null, 20]);
  expect(run([10, 10], true)).toEqual([null, null]);
  expect(run([2, 2, 2], false)).toEqual([null, null, null]);
});

test("a rule that drops a lot all day is not told for it", () => {
  const noise = Array.from({ length: 500 }, (_, index) => (index * 7919) % 200);
  expect(run(noise).filter((told) => told !== null)).toEqual([]);
});

test("a counter that is set back says nothing", () => {
  const learnt = grow(beginRule(1_000, 0, false), 1_000, LOOK_MS);
  expect(beyondOf(grow(grow(learnt, 5, 2 * LOOK_MS), 6, 3 * LOOK_MS))).toBeNull();
});

test("after an hour more is what is usual", () => {
  const told = run([...same(0, 20), ...same(100, 800)]);
  expect(told.at(500)).toBeGreaterThan(0);
  expect(told.at(-1)).toBeNull();
});
