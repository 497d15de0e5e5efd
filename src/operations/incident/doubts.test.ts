import { expect, test } from "vitest";
import { doubtsOf, notExaminedText } from "./doubts.ts";
import type { IncidentCause } from "./model.ts";

const MINUTE_MS = 60_000;
const PROVED: Extract<IncidentCause, { kind: "explained" }> = {
  kind: "explained",
  difference: {
    id: "7",
    device: "edge",
    atMs: 5 * MINUTE_MS,
    sinceMs: null,
    added: ["inet edge forward: drop"],
    removed: [],
    by: "login ops2",
    change: null,
  },
  rules: [],
  explains: ["smtp"],
  isTakenBack: false,
  others: [],
  unexplained: [],
  contradicted: [],
  ruledOut: [],
  notExamined: 0,
};
const since = (sinceMs: number) => ({ ...PROVED, difference: { ...PROVED.difference, sinceMs } });

test.each([
  ["what was seen to come and breaks what hurts is proved", PROVED, []],
  [
    "what came while nobody watched may have come later than what hurts",
    since(2 * MINUTE_MS),
    [
      "nobody saw when it came: edge was not read from 1970-01-01 00:02:00 UTC to 1970-01-01 00:05:00 UTC",
    ],
  ],
  [
    "what came before anybody watched has no beginning",
    since(0),
    ["nobody saw when it came: edge was not read from the beginning to 1970-01-01 00:05:00 UTC"],
  ],
  [
    "what worked although it should be cut is against it",
    { ...PROVED, contradicted: ["a → b, smtp"] },
    ["it breaks a → b, smtp, which worked after it"],
  ],
])("%s", (_name, cause, expected) => {
  expect(doubtsOf(cause)).toEqual(expected);
});

test.each([
  [0, null],
  [1, "one more difference was not examined"],
  [12, "12 more differences were not examined"],
])("%i differences that nobody asked", (notExamined, expected) => {
  expect(notExaminedText({ notExamined })).toBe(expected);
});
