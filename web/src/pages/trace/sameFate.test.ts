import { expect, test } from "vitest";
import type { Trace } from "../../api/types.ts";
import { isSameFate } from "./sameFate.ts";

type Outcome = Trace["outcomes"][number];

const DROP: Outcome = {
  verdict: "drop",
  rejectWith: null,
  by: { rule: { file: "nft", line: 9, text: "drop" }, policy: null, kernel: null },
  translated: null,
  leaves: null,
  answer: "none",
  when: [],
};
const of = (...outcomes: readonly Outcome[]) =>
  ({
    verdict: new Set(outcomes.map(({ verdict }) => verdict)).size > 1 ? "undecided" : "drop",
    outcomes,
  }) satisfies Pick<Trace, "verdict" | "outcomes">;

test("the same end by a rule in another place is the same fate", () => {
  const moved = {
    ...DROP,
    by: { ...DROP.by, rule: { file: "/etc/nftables.conf", line: 12, text: "drop" } },
  };
  expect(isSameFate(of(DROP), of(moved))).toBe(true);
  expect(isSameFate(of(DROP, DROP), of(DROP))).toBe(true);
});

test.each([
  ["another answer to the sender", { verdict: "reject", rejectWith: "tcp reset" }],
  ["another header", { translated: "tcp 1.2.3.4:5 > 9.9.9.9:25" }],
  ["another condition", { when: ["limit rate 5/second"] }],
] as const)("%s is another fate", (_, more) => {
  expect(isSameFate(of(DROP), of({ ...DROP, ...more }))).toBe(false);
});
