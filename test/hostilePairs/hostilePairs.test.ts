import { expect, test } from "vitest";
import { compareDevices } from "../../src/engine/diff/index.ts";
import { parse } from "../../src/engine/diff/testing/rulesets.ts";
import { HOSTILE_PAIRS } from "./pairs.ts";
import { UNPLAYED } from "./writes.ts";

const PAIRS = [...HOSTILE_PAIRS, ...UNPLAYED];

test.each(PAIRS)("$name: equal $equal, since $why", ({ before, after, equal }) => {
  const found = compareDevices(parse(before), parse(after));
  expect({ equal: found.equal, reasons: found.reasons }).toEqual({
    equal,
    reasons: equal === true ? [] : found.reasons,
  });
});

test.each(PAIRS)("$name: the same the other way round", ({ before, after, equal }) => {
  expect(compareDevices(parse(after), parse(before)).equal).toBe(equal);
});
