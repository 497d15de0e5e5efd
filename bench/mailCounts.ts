import { HOURS_IN_WEEK, type HourCount, hourOf } from "../src/operations/monitor/drop/season.ts";

/** How mails come, in peace. */
export interface Traffic {
  readonly name: string;
  /** Mails in a burst, in the mean, geometrically distributed: 1 is Poisson. */
  readonly burst: number;
  /** Standard deviation of the logarithm of a day's level, and of that of twenty minutes. */
  readonly dayNoise: number;
  readonly slowNoise: number;
  /** Holidays a year: working days on which it is Sunday. */
  readonly holidays: number;
}

export const CALM: Traffic = {
  name: "Poisson counts",
  burst: 1,
  dayNoise: 0,
  slowNoise: 0,
  holidays: 0,
};
export const ROUGH: Traffic = {
  name: "bursts, days of their own level, holidays",
  burst: 2,
  dayNoise: 0.2,
  slowNoise: 0.15,
  holidays: 10,
};

/** Share of the busiest hour, hour by hour, of an office's mail. */
const DAY = [
  0.08, 0.06, 0.05, 0.05, 0.06, 0.1, 0.2, 0.45, 0.8, 1, 1, 0.95, 0.75, 0.85, 0.95, 0.95, 0.85, 0.65,
  0.45, 0.35, 0.3, 0.25, 0.18, 0.12,
] as const;
const WEEKEND = [0.35, 0.25] as const;
/** 1 January 1970 was a Thursday. */
const SATURDAY = 2;
const DAYS_IN_WEEK = 7;
const DAYS_IN_YEAR = 365;
const MS_IN_HOUR = 3_600_000;
const MS_IN_DAY = 86_400_000;
/** How much of its deviation a day, and a minute, hands on to the next. */
const DAY_MEMORY = 0.5;
const SLOW_MEMORY = Math.exp(-1 / 20);
const MS_IN_MINUTE = 60_000;

function shareOfDay(day: number): number {
  return WEEKEND[(day % DAYS_IN_WEEK) - SATURDAY] ?? 1;
}

function profileAt(atMs: number, isHoliday: boolean): number {
  const place = atMs / MS_IN_HOUR - 0.5;
  const hour = Math.floor(place);
  const at = (one: number) => {
    const day = isHoliday ? WEEKEND[1] : shareOfDay(Math.floor(one / DAY.length));
    return (DAY[((one % DAY.length) + DAY.length) % DAY.length] ?? 0) * day;
  };
  return at(hour) + (at(hour + 1) - at(hour)) * (place - hour);
}

/** Counts of one series, interval by interval, for ever. */
export class MailCounts {
  private readonly traffic: Traffic;
  private readonly busiest: number;
  private readonly intervalMs: number;
  private readonly random: () => number;
  private day = -1;
  private minute = -1;
  private isHoliday = false;
  private dayLevel = 0;
  private slowLevel = 0;
  private mean = 0;

  /** `busiest`: mails a second in the busiest hour. */
  constructor(traffic: Traffic, busiest: number, intervalMs: number, random: () => number) {
    this.traffic = traffic;
    this.busiest = busiest;
    this.intervalMs = intervalMs;
    this.random = random;
  }

  /** The count of the interval that ends at `atMs`; `share` of it is left by an outage. */
  next(atMs: number, share = 1): number {
    const minute = Math.floor(atMs / MS_IN_MINUTE);
    if (minute !== this.minute) this.turnMinute(atMs, minute);
    const bursts = poisson(this.random, (this.mean * share) / this.traffic.burst);
    return this.traffic.burst === 1 ? bursts : this.sizes(bursts);
  }

  private turnMinute(atMs: number, minute: number): void {
    const { dayNoise, slowNoise, holidays } = this.traffic;
    const day = Math.floor(atMs / MS_IN_DAY);
    if (day !== this.day) {
      this.dayLevel = DAY_MEMORY * this.dayLevel + this.noise(dayNoise, DAY_MEMORY);
      this.isHoliday = this.random() < holidays / DAYS_IN_YEAR;
    }
    this.slowLevel = SLOW_MEMORY * this.slowLevel + this.noise(slowNoise, SLOW_MEMORY);
    this.day = day;
    this.minute = minute;
    const level = Math.exp(this.dayLevel + this.slowLevel);
    const perMs = (this.busiest / 1_000) * profileAt(atMs, this.isHoliday) * level;
    this.mean = perMs * this.intervalMs;
  }

  private noise(deviation: number, memory: number): number {
    return deviation === 0 ? 0 : deviation * Math.sqrt(1 - memory ** 2) * normal(this.random);
  }

  private sizes(bursts: number): number {
    const stop = Math.log(1 - 1 / this.traffic.burst);
    let sum = 0;
    for (let i = 0; i < bursts; i++) sum += 1 + Math.floor(Math.log(1 - this.random()) / stop);
    return sum;
  }
}

/** Box and Muller (1958). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** From here on a normal distribution is near enough. */
const LARGE_MEAN = 40;

/** A Poisson count, by multiplying uniforms (Knuth, TAOCP 2, 3.4.1). */
function poisson(random: () => number, mean: number): number {
  if (mean > LARGE_MEAN) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const end = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > end; product *= random()) count++;
  return count;
}

/** Hours of some weeks of peace, as a store would have kept them. */
export function hoursOf(
  counts: MailCounts,
  fromMs: number,
  weeks: number,
  intervalMs: number,
): readonly HourCount[] {
  const hours: HourCount[] = [];
  const intervals = MS_IN_HOUR / intervalMs;
  const first = hourOf(fromMs);
  for (let hour = first; hour < first + weeks * HOURS_IN_WEEK; hour++) {
    let count = 0;
    let squares = 0;
    for (let i = 1; i <= intervals; i++) {
      const one = counts.next(hour * MS_IN_HOUR + i * intervalMs);
      count += one;
      squares += one * one;
    }
    hours.push({ hour, intervals, count, squares });
  }
  return hours;
}
