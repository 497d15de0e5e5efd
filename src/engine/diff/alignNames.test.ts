import { expect, test } from "vitest";
import { compareDevices } from "./index.ts";
import { forward, parse } from "./testing/rulesets.ts";

const limited = (name: string, rate = 5) =>
  `chain ${name} { limit rate ${rate}/second accept; drop; }`;
const table = (name: string, policy: string, chain = "f") =>
  parse(
    `table inet ${name} { chain ${chain} { type filter hook forward priority 0; policy ${policy}; limit rate 5/second accept; }; }`,
  );

test.each([
  ["a chain with a limiter", forward("jump a", limited("a")), forward("jump b", limited("b"))],
  [
    "two chains with limiters",
    forward("tcp dport 1 jump a\njump c", limited("a") + limited("c", 9)),
    forward("tcp dport 1 jump b\njump d", limited("d", 9) + limited("b")),
  ],
  [
    "chains that call each other",
    forward("jump a", `${limited("c")} chain a { tcp dport 1 goto c; }`),
    forward("jump b", `${limited("d")} chain b { tcp dport 1 goto d; }`),
  ],
  [
    "a chain that a map names",
    forward("tcp dport vmap { 1 : jump a }", limited("a")),
    forward("tcp dport vmap { 1 : jump b }", limited("b")),
  ],
  ["a table", table("t", "drop"), table("u", "drop")],
  ["a base chain", table("t", "drop"), table("t", "drop", "g")],
])("another name is no difference: %s", (_, before, after) => {
  expect(compareDevices(before, after)).toMatchObject({ equal: true, reasons: [] });
});

test("what changes is told in the names of its own file", () => {
  const { classes } = compareDevices(table("t", "accept"), table("u", "drop", "g"));
  const [told] = classes;
  expect(told?.before.by).toMatchObject({ table: { name: "t" }, chain: "f" });
  expect(told?.after.by).toMatchObject({ table: { name: "u" }, chain: "g" });
});
