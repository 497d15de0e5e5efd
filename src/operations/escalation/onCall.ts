import type { DutyHours, OnCallCalendar } from "../inventory/onCall.ts";
import { nextWallTime, wallTime, weekdayOf } from "./wallClock.ts";

/** Somebody takes a calendar over for a while: ill, on holiday, swapped. */
export interface OnCallOverride {
  readonly id: number;
  readonly calendar: string;
  readonly login: string;
  readonly fromMs: number;
  /** Not with it any more. */
  readonly toMs: number;
  readonly by: string;
}

/** Somebody on call, or nobody, and for how long. */
export interface Duty {
  /** Null: nobody. */
  readonly login: string | null;
  readonly fromMs: number;
  /** Null: it is not known when that ends, since nothing changes for long. */
  readonly untilMs: number | null;
}

const DAY_DAYS = 1;
const WEEK_DAYS = 7;
/** Moments that are looked at for the next who comes; one who is alone is never relieved. */
const MAXIMUM_EDGES = 100;

/** Who is on call at a moment; null: nobody is. Of overrides the one that was made last counts. */
export function onCallAt(
  calendar: OnCallCalendar,
  overrides: readonly OnCallOverride[],
  atMs: number,
): string | null {
  const [override] = overrides
    .filter(
      ({ calendar: name, fromMs, toMs }) => name === calendar.name && fromMs <= atMs && atMs < toMs,
    )
    .sort((one, other) => other.id - one.id);
  return override?.login ?? (isOnDuty(calendar, atMs) ? inRotation(calendar, atMs) : null);
}

/** Who is on call now, and who comes then. */
export function dutiesFrom(
  calendar: OnCallCalendar,
  overrides: readonly OnCallOverride[],
  nowMs: number,
): { readonly now: Duty; readonly next: Duty | null } {
  const now = dutyFrom(calendar, overrides, nowMs);
  return { now, next: now.untilMs === null ? null : dutyFrom(calendar, overrides, now.untilMs) };
}

function dutyFrom(
  calendar: OnCallCalendar,
  overrides: readonly OnCallOverride[],
  fromMs: number,
): Duty {
  const login = onCallAt(calendar, overrides, fromMs);
  let untilMs = fromMs;
  for (let edges = 0; edges < MAXIMUM_EDGES; edges++) {
    untilMs = nextEdge(calendar, overrides, untilMs);
    if (onCallAt(calendar, overrides, untilMs) !== login) return { login, fromMs, untilMs };
  }
  return { login, fromMs, untilMs: null };
}

function nextEdge(
  { name, timeZone, handOver, hours }: OnCallCalendar,
  overrides: readonly OnCallOverride[],
  afterMs: number,
): number {
  const own = overrides.filter(({ calendar }) => calendar === name);
  return Math.min(
    nextWallTime(timeZone, handOver.weekday, handOver.minute, afterMs),
    ...hours.flatMap(({ fromMinute, toMinute }) =>
      [fromMinute, toMinute].map((minute) => nextWallTime(timeZone, null, minute, afterMs)),
    ),
    ...own.flatMap(({ fromMs, toMs }) => [fromMs, toMs]).filter((ms) => ms > afterMs),
  );
}

/** Shifts are counted by days of the calendar, so that no change to summer moves them. */
function inRotation(calendar: OnCallCalendar, atMs: number): string | null {
  const { timeZone, handOver, rotation, startDay } = calendar;
  const { weekday, minute } = handOver;
  const lengthDays = weekday === null ? DAY_DAYS : WEEK_DAYS;
  const toFirst = weekday === null ? 0 : (weekday - weekdayOf(startDay) + WEEK_DAYS) % WEEK_DAYS;
  const end = wallTime(timeZone, nextWallTime(timeZone, weekday, minute, atMs)).day;
  const shift = (end - startDay - toFirst) / lengthDays - 1;
  return shift < 0 ? null : (rotation[shift % rotation.length] ?? null);
}

function isOnDuty({ timeZone, hours }: OnCallCalendar, atMs: number): boolean {
  if (hours.length === 0) return true;
  const { day, minute } = wallTime(timeZone, atMs);
  return hours.some((one) => isWithin(one, weekdayOf(day), minute));
}

function isWithin({ weekdays, fromMinute, toMinute }: DutyHours, today: number, minute: number) {
  const yesterday = (today + WEEK_DAYS - 1) % WEEK_DAYS;
  const isToday = weekdays.includes(today);
  if (fromMinute < toMinute) return isToday && minute >= fromMinute && minute < toMinute;
  /* Over midnight: what began yesterday lasts until `toMinute`. */
  return (isToday && minute >= fromMinute) || (weekdays.includes(yesterday) && minute < toMinute);
}
