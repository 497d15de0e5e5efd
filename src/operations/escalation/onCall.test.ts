import { expect, test } from "vitest";
import type { OnCallCalendar } from "../inventory/onCall.ts";
import { dutiesFrom, type OnCallOverride, onCallAt } from "./onCall.ts";

const NOWHERE = { file: "premortem.yaml", line: 1, column: 1, endLine: 1, endColumn: 1 };
const MONDAY = 1;
const NINE = 540;
const DAY_MS = 86_400_000;

/** Ana begins on Monday, 2 March 2026, at nine in Vienna; then Bob. */
function calendarOf(more: Partial<OnCallCalendar> = {}): OnCallCalendar {
  return {
    name: "network",
    timeZone: "Europe/Vienna",
    rotation: ["ana", "bob"],
    handOver: { weekday: MONDAY, minute: NINE },
    startDay: Date.parse("2026-03-02") / DAY_MS,
    hours: [],
    span: NOWHERE,
    ...more,
  };
}

const at = (time: string) => Date.parse(time);
const who = (calendar: OnCallCalendar, time: string, overrides: readonly OnCallOverride[] = []) =>
  onCallAt(calendar, overrides, at(time));

test.each([
  ["before its start nobody", "2026-03-02T08:59:59+01:00", null],
  ["from the first hand-over the first", "2026-03-02T09:00:00+01:00", "ana"],
  ["until the next", "2026-03-09T08:59:59+01:00", "ana"],
  ["then the second", "2026-03-09T09:00:00+01:00", "bob"],
  ["around again", "2026-03-16T09:00:00+01:00", "ana"],
  ["behind the change to summer an hour earlier", "2026-03-30T09:00:00+02:00", "ana"],
  ["and not before", "2026-03-30T08:59:59+02:00", "bob"],
  ["a year later, behind both changes", "2027-03-01T09:00:00+01:00", "ana"],
])("%s", (_, time, login) => expect(who(calendarOf(), time)).toBe(login));

test("a hand-over at a time that the change to summer skips happens all the same", () => {
  const daily = calendarOf({
    handOver: { weekday: null, minute: 150 },
    startDay: Date.parse("2026-03-28") / DAY_MS,
  });
  expect(who(daily, "2026-03-29T00:59:00Z")).toBe("ana");
  expect(who(daily, "2026-03-29T01:30:00Z")).toBe("bob");
  expect(who(daily, "2026-03-30T00:29:00Z")).toBe("bob");
  expect(who(daily, "2026-03-30T00:30:00Z")).toBe("ana");
});

test("a time that comes twice in autumn hands over once", () => {
  const daily = calendarOf({
    handOver: { weekday: null, minute: 150 },
    startDay: Date.parse("2026-10-24") / DAY_MS,
  });
  expect(who(daily, "2026-10-25T00:29:00Z")).toBe("ana");
  expect(who(daily, "2026-10-25T00:30:00Z")).toBe("bob");
  expect(who(daily, "2026-10-25T01:30:00Z")).toBe("bob");
});

test("outside the hours nobody is on call, over midnight somebody is", () => {
  const nights = calendarOf({ hours: [{ weekdays: [MONDAY], fromMinute: 1_320, toMinute: 360 }] });
  expect(who(nights, "2026-03-02T21:59:00+01:00")).toBeNull();
  expect(who(nights, "2026-03-02T22:00:00+01:00")).toBe("ana");
  expect(who(nights, "2026-03-03T05:59:00+01:00")).toBe("ana");
  expect(who(nights, "2026-03-03T06:00:00+01:00")).toBeNull();
  expect(who(nights, "2026-03-03T22:30:00+01:00")).toBeNull();
});

const override: OnCallOverride = {
  id: 1,
  calendar: "network",
  login: "vera",
  fromMs: at("2026-03-03T12:00:00Z"),
  toMs: at("2026-03-04T12:00:00Z"),
  by: "ana",
};

test("an override counts from its begin up to its end, and the last one made wins", () => {
  const later = { ...override, id: 2, login: "bob" };
  expect(who(calendarOf(), "2026-03-03T11:59:59Z", [override])).toBe("ana");
  expect(who(calendarOf(), "2026-03-03T12:00:00Z", [override])).toBe("vera");
  expect(who(calendarOf(), "2026-03-03T12:00:00Z", [later, override])).toBe("bob");
  expect(who(calendarOf(), "2026-03-04T12:00:00Z", [override])).toBe("ana");
  expect(who(calendarOf(), "2026-03-03T12:00:00Z", [{ ...override, calendar: "mail" }])).toBe(
    "ana",
  );
});

test("until when, and who comes next, through overrides and hand-overs", () => {
  const nowMs = at("2026-03-03T12:00:00Z");
  expect(dutiesFrom(calendarOf(), [override], nowMs)).toEqual({
    now: { login: "vera", fromMs: nowMs, untilMs: override.toMs },
    next: { login: "ana", fromMs: override.toMs, untilMs: at("2026-03-09T08:00:00Z") },
  });
});

test("who is alone in the rotation is never relieved", () => {
  const alone = calendarOf({ rotation: ["ana"] });
  const nowMs = at("2026-03-03T12:00:00Z");
  expect(dutiesFrom(alone, [], nowMs)).toEqual({
    now: { login: "ana", fromMs: nowMs, untilMs: null },
    next: null,
  });
});
