import { expect, test } from "vitest";
import { compareDevices } from "./index.ts";
import { parse } from "./testing/rulesets.ts";

/* A listing does not carry the order of chains with equal priority. */

const table = (name: string, rules: string, priority = 0) =>
  `table inet ${name} { chain f { type filter hook forward priority ${priority}; ${rules}; }; }\n`;
const REJECT = table("one", "tcp dport 25 reject");
const DROP = table("two", "tcp dport 25 drop");

test("an order that matters is taken for granted by name", () => {
  const both = parse(REJECT + DROP);
  const { equal, assumptions } = compareDevices(both, both);
  expect(equal).toBe(true);
  expect(assumptions.join()).toContain("inet two f runs before inet one f");
});

test("an order that does not matter is not spoken of", () => {
  const both = parse(table("one", "tcp dport 26 drop") + DROP);
  expect(compareDevices(both, both).assumptions.join()).not.toContain("runs before");
});

test("where nothing but the order is another one, nothing is proved", () => {
  const { equal, reasons } = compareDevices(parse(REJECT + DROP), parse(DROP + REJECT));
  expect(equal).toBe("undecided");
  expect(reasons.join()).toContain("equal priority");
});

test("another priority is no question of order", () => {
  const first = table("one", "tcp dport 25 reject", -1);
  const last = table("one", "tcp dport 25 reject", 1);
  expect(compareDevices(parse(first + DROP), parse(last + DROP)).equal).toBe(false);
});

test("what differs beside the order is a difference", () => {
  const more = table("two", "tcp dport 25-26 drop");
  expect(compareDevices(parse(REJECT + DROP), parse(more + REJECT)).equal).toBe(false);
});
