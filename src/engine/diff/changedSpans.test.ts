import fc from "fast-check";
import { expect, test } from "vitest";
import { compareDevices } from "./index.ts";
import { forward } from "./testing/rulesets.ts";

/* Two rules after each other, and whether any packet notices that they have changed their places. */

const CHAINS = `
 chain a {
  tcp dport 25 return
  udp dport 53 drop
 }
 chain b {
  tcp dport 25 drop
 }
 chain open {
  accept
 }`;

test.each([
  ["tcp dport 25 accept", "tcp dport 26 drop", true],
  ["tcp dport 25 accept", "tcp dport 25-30 accept", true],
  ["tcp dport 25 accept", "tcp dport 25-30 drop", false],
  ["tcp dport 25 accept", "tcp dport 25-30 reject", false],
  ["tcp dport 25 return", "tcp dport 25-30 return", true],
  ["tcp dport 25 return", "tcp dport 25-30 drop", false],
  ["tcp dport 25 jump a", "udp dport 53 jump a", true],
  ["tcp dport 25 jump a", "tcp dport 25 drop", true],
  ["udp dport 53 jump a", "udp dport 53 accept", false],
  ["jump a", "jump b", true],
  ["jump b", "jump open", false],
  ["jump a", "tcp dport 25 accept", true],
  ["goto b", "tcp dport 26 drop", false],
  ["iifname wan goto b", "iifname lan goto open", true],
])("`%s` and `%s` in the other order are equal: %s", (one, other, expected) => {
  const before = forward(`${one}\n${other}\ntcp dport 99 drop`, CHAINS);
  const after = forward(`${other}\n${one}\ntcp dport 99 drop`, CHAINS);
  expect(compareDevices(before, after).equal).toBe(expected);
});

const RULE = fc
  .tuple(
    fc.constantFrom("", "tcp dport 25 ", "tcp dport 25-30 ", "udp dport 53 ", "iifname wan "),
    fc.constantFrom("accept", "drop", "return", "jump a", "jump b", "goto b", "goto open"),
  )
  .map(([match, verdict]) => `${match}${verdict}`);

test("what is said of changed rules is what is said where each packet is followed", () => {
  fc.assert(
    fc.property(
      fc.array(RULE, { maxLength: 4 }),
      fc.array(RULE, { maxLength: 4 }),
      fc.array(RULE, { maxLength: 2 }),
      (first, second, rest) => {
        const compared = (begin: string, end: string) => {
          const [before, after] = [first, second].map((rules) =>
            forward(
              [begin, "jump c", ...rest, end].join("\n"),
              `${CHAINS}\nchain c {\n${rules.join("\n")}\n}`,
            ),
          );
          if (before === undefined || after === undefined) throw new Error("two sides");
          return compareDevices(before, after).equal;
        };
        /* Where a chain writes what it reads, packets are taken through it rule by rule. */
        const followed = compared("meta mark set 7", "meta mark 8 drop");
        expect(compared("", "")).toBe(followed);
      },
    ),
    { numRuns: 150 },
  );
});
