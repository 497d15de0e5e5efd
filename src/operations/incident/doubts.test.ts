import { describe, expect, test } from "vitest";
import { cameText, doubtsOf, notExaminedText } from "./doubts.ts";
import type { Symptom } from "./model.ts";
import { explainedCause } from "./testing/explainedCause.ts";

const MINUTE_MS = 60_000;
const PROVED = explainedCause({
  difference: { id: "7", device: "edge", atMs: 5 * MINUTE_MS, by: "login ops2" },
  explains: ["smtp"],
});
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
  expect(doubtsOf(cause, [])).toEqual(expected);
});

describe("what was found by reading the device again", () => {
  const polled = since(4 * MINUTE_MS);
  const cause = { ...polled, difference: { ...polled.difference, isPolled: true } };
  const felt = (sinceMs: number): Symptom => ({
    id: "smtp",
    sinceMs,
    text: "smtp",
    flows: [],
    intent: null,
  });
  const early = [
    "it came between 1970-01-01 00:04:00 UTC and 1970-01-01 00:05:00 UTC, and what hurts may have begun before it",
  ];
  test.each([
    ["may have come later than what was felt meanwhile", [felt(4.5 * MINUTE_MS)], early],
    ["came before what was felt behind it", [felt(5 * MINUTE_MS)], []],
    [
      "is proved by the intent that it breaks",
      [{ ...felt(0), intent: { device: "edge", id: "i" } }],
      [],
    ],
    ["has nothing to do with what it does not explain", [{ ...felt(0), id: "imap" }], []],
  ])("%s", (_name, symptoms, expected) => {
    expect(doubtsOf(cause, symptoms)).toEqual(expected);
  });
});

test.each([
  [null, "came at 1970-01-01 00:05:00 UTC"],
  [0, "came before 1970-01-01 00:05:00 UTC"],
  [60_000, "came between 1970-01-01 00:01:00 UTC and 1970-01-01 00:05:00 UTC"],
])("a difference of which is known since when it may have come (%s)", (sinceMs, expected) => {
  expect(cameText({ sinceMs, atMs: 5 * MINUTE_MS })).toBe(expected);
});

test.each([
  [0, null],
  [1, "one more difference was not examined"],
  [12, "12 more differences were not examined"],
])("%i differences that nobody asked", (notExamined, expected) => {
  expect(notExaminedText({ notExamined })).toBe(expected);
});
