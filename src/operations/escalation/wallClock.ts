import { Cron } from "croner";

/* Moments by the clock on the wall of a time zone, through the changes from and to summer. */

const DAY_MS = 86_400_000;
const MINUTES = 60;
const DAY_MINUTES = 24 * MINUTES;

/** Where the hands stand. */
export interface WallTime {
  /** Days since 1970-01-01, by the calendar of the place. */
  readonly day: number;
  /** Since midnight. */
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const crons = new Map<string, Cron>();
/** Patterns that are kept; the network file has far fewer. */
const MAXIMUM_KEPT = 1_000;

export function wallTime(timeZone: string, atMs: number): WallTime {
  const format = kept(formats, timeZone, () => {
    const numeric = "numeric";
    const fields = {
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
    } as const;
    return new Intl.DateTimeFormat("en", { timeZone, ...fields, hourCycle: "h23" });
  });
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const day = Date.UTC(of("year"), of("month") - 1, of("day")) / DAY_MS;
  return { day, minute: of("hour") * MINUTES + of("minute") };
}

/** 0 is Sunday; 1970-01-01 was a Thursday. */
export function weekdayOf(day: number): number {
  return (((day + 4) % 7) + 7) % 7;
}

/**
 * The next moment behind `afterMs` at which the clock shows `minute`. A minute that a change to summer skips
 * comes with the first one behind it; one that comes twice counts once.
 *
 * @param weekday 0 is Sunday; null: any day
 */
export function nextWallTime(
  timeZone: string,
  weekday: number | null,
  minute: number,
  afterMs: number,
): number {
  const ofDay = minute % DAY_MINUTES;
  const pattern = `${ofDay % MINUTES} ${Math.floor(ofDay / MINUTES)} * * ${weekday ?? "*"}`;
  const cron = kept(
    crons,
    `${timeZone} ${pattern}`,
    () => new Cron(pattern, { timezone: timeZone }),
  );
  const next = cron.nextRun(new Date(afterMs));
  if (next === null) throw new Error(`\`${pattern}\` never comes in ${timeZone}`);
  return next.getTime();
}

function kept<Value>(all: Map<string, Value>, key: string, make: () => Value): Value {
  const known = all.get(key);
  if (known !== undefined) return known;
  if (all.size >= MAXIMUM_KEPT) all.clear();
  const made = make();
  all.set(key, made);
  return made;
}
