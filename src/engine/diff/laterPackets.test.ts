import { describe, expect, test } from "vitest";
import { compareDevices } from "./index.ts";
import { forward, parse } from "./testing/rulesets.ts";

/* Packets are new until somebody answers: those behind the first can have a connection mark, and NAT. */

const nat = (rules: string) =>
  `table ip n { chain c { type nat hook prerouting priority -100; ${rules}; }; }\n`;
const filter = (rules: string) =>
  `table inet t { chain f { type filter hook forward priority 0; ${rules}; }; }\n`;

test("a rule about marked connections cuts new packets too", () => {
  const rules = "ct state new ct mark set 1";
  const { equal, classes } = compareDevices(
    forward(rules),
    forward(`ct state new ct mark 1 drop\n${rules}`),
  );
  expect(equal).toBe(false);
  expect(classes.map(({ path, states }) => ({ path, states }))).toEqual([
    { path: "forward", states: ["new"] },
  ]);
  expect(classes[0]?.example).toContain("state=new");
  expect(classes[0]?.example).toContain("ct.mark=0x1");
});

describe("a later new packet", () => {
  test.each([
    ["a translated flow is known as such before its own NAT", "ct status dnat drop", false],
    ["a confirmed one is known as such", "ct state new ct status confirmed drop", false],
    ["none has been answered", "ct state new ct status seen-reply drop", true],
  ] as const)("%s", (_, rule, equal) => {
    const mangle = (rules: string) =>
      `table inet m { chain p { type filter hook prerouting priority -150; ct state new; ${rules}; }; }\n`;
    const both = [nat("tcp dport 80 dnat to 10.0.0.5"), filter("ct state invalid drop")];
    const found = compareDevices(parse(mangle(""), ...both), parse(mangle(rule), ...both));
    expect(found.equal).toBe(equal);
  });

  test("is translated like the first one, whatever its mark", () => {
    const both = filter("ip daddr 10.0.0.5 accept; ct state new ct mark set 1; drop");
    const marked = "ct mark 1 tcp dport 80 accept; tcp dport 80 dnat to 10.0.0.5";
    const found = compareDevices(
      parse(nat("tcp dport 80 dnat to 10.0.0.5"), both),
      parse(nat(marked), both),
    );
    expect(found.equal).not.toBe(false);
    expect(found.classes).toEqual([]);
  });
});
