import { seededRandom } from "../../src/engine/bdd/index.ts";
import {
  CHANCE_BEHIND_A_CHANGE,
  DAYS_BETWEEN_FALSE_ALARMS,
  STRAY_MARGIN,
} from "../../src/operations/monitor/budget.ts";
import {
  beginHost,
  beginTrial,
  type HostCounts,
  type HostRates,
  INTERVAL_MS,
  TRIAL_MS,
  take,
} from "../../src/operations/monitor/drop/host.ts";
import { learn, type Season, usualAt } from "../../src/operations/monitor/drop/season.ts";
import { CALM, hoursOf, MailCounts, ROUGH, type Traffic } from "../mailCounts.ts";
import { growthExponent, median, type Point, timed } from "../measure.ts";
import { type Row, row, type Target } from "../row.ts";
import type { Scale, Suite } from "../suite.ts";

/** Mails that stay away, in simulated years: how often it is said in vain, and how soon rightly. */
export const DROP: Suite = { name: "drop", title: "mails that stay away", needs: null, run };

const MS_IN_HOUR = 3_600_000;
const MS_IN_DAY = 86_400_000;
const MS_IN_SECOND = 1_000;
const DAYS_IN_YEAR = 365;
const DAYS_IN_WEEK = 7;
/** Weeks that are learnt from, as the least that is asked for. */
const WEEKS = 2;
/** Where the simulated time begins: a Thursday. */
const START_MS = 2_800 * DAYS_IN_WEEK * MS_IN_DAY;

/** Mails a second in the busiest hour. */
const BUSIEST = [0.02, 0.1, 0.5, 2] as const;
const SERIES_EACH = 5;
/** Of plain counts fewer will do: they are the easy ones. */
const CALM_SERIES_EACH = 1;
const DAYS: Readonly<Record<Scale, number>> = { full: DAYS_IN_YEAR, tiny: 1 };
/** A change of a ruleset every so many days. */
const CHANGE_EVERY_DAYS = 0.25;
const OUTAGES: Readonly<Record<Scale, number>> = { full: 200, tiny: 2 };
const HOSTS: Readonly<Record<Scale, readonly number[]>> = { full: [10, 100, 1_000], tiny: [1, 2] };

const RATES: HostRates = {
  meanRunLength: (DAYS_BETWEEN_FALSE_ALARMS * MS_IN_DAY) / INTERVAL_MS,
  chanceOfTrial: CHANCE_BEHIND_A_CHANGE / STRAY_MARGIN,
};

const TARGETS = {
  falseAlarms: {
    kind: "atMost",
    of: "value",
    limit: Number((DAYS_IN_YEAR / DAYS_BETWEEN_FALSE_ALARMS).toFixed(2)),
    why: `stated is one in ${DAYS_BETWEEN_FALSE_ALARMS} days`,
  },
  years: { kind: "atLeast", of: "value", limit: 20, why: "what is rare shows in years alone" },
  changes: {
    kind: "atMost",
    of: "value",
    limit: CHANCE_BEHIND_A_CHANGE,
    why: "what is stated for one change",
  },
  seconds: { kind: "atMost", of: "value", limit: 60, why: "customers call within minutes" },
  slowSeconds: {
    kind: "atMost",
    of: "value",
    limit: 300,
    why: "one mail in two seconds: a minute of nothing is thirty mails",
  },
  quiet: { kind: "atMost", of: "value", limit: 0.05, why: "half is a quiet day, not an outage" },
  growth: {
    kind: "atMost",
    of: "value",
    limit: 1.2,
    why: "each host by itself; many fit a processor's cache less well",
  },
  half: { kind: "atLeast", of: "value", limit: 0.9, why: "a rule that cuts one of two ways off" },
  cost: { kind: "atMost", of: "value", limit: 50, why: "a thousand hosts in 1 % of a core" },
} as const satisfies Readonly<Record<string, Target>>;

function run(scale: Scale): readonly Row[] {
  return [
    ...peaceRows(scale, CALM, CALM_SERIES_EACH),
    ...peaceRows(scale, ROUGH, scale === "tiny" ? 1 : SERIES_EACH),
    ...[5, 0.5].flatMap((busiest) => outageRows(scale, busiest)),
    ...costRows(scale),
  ];
}

interface Peace {
  days: number;
  falseAlarms: number;
  changes: number;
  behindChanges: number;
  simple: number;
}

function peaceRows(scale: Scale, traffic: Traffic, each: number): readonly Row[] {
  const peace: Peace = { days: 0, falseAlarms: 0, changes: 0, behindChanges: 0, simple: 0 };
  for (const [place, busiest] of BUSIEST.entries())
    for (let one = 0; one < each; one++)
      livePeace(peace, traffic, busiest, 1 + place * SERIES_EACH + one, DAYS[scale]);
  const years = peace.days / DAYS_IN_YEAR;
  const series = each * BUSIEST.length;
  const [least, most] = interval(peace.falseAlarms);
  const simple = { name: SIMPLE, value: peace.simple / years };
  const { name } = traffic;
  const target = { ...TARGETS.years, limit: each * BUSIEST.length };
  return [
    row(`${name}: simulated, in ${series} series`, years, "years", null, target),
    row(
      `${name}: false alarms of one host`,
      peace.falseAlarms / years,
      "a year",
      simple,
      TARGETS.falseAlarms,
    ),
    row(`${name}: the same, least by 95 %`, least / years, "a year", null, TARGETS.falseAlarms),
    row(`${name}: the same, most by 95 %`, most / years, "a year", null, TARGETS.falseAlarms),
    row(
      `${name}: false alarms behind ${peace.changes} changes`,
      peace.behindChanges / peace.changes,
      "a change",
      null,
      TARGETS.changes,
    ),
    row(
      `${name}: the same behind changes, most by 95 %`,
      interval(peace.behindChanges)[1] / peace.changes,
      "a change",
      null,
      TARGETS.changes,
    ),
  ];
}

/** A series in peace: whatever is said is said in vain. */
function livePeace(
  peace: Peace,
  traffic: Traffic,
  busiest: number,
  seed: number,
  days: number,
): void {
  const counts = new MailCounts(traffic, busiest, INTERVAL_MS, seededRandom(seed));
  const season = learnt(counts, START_MS);
  const simple = new WeekBefore();
  const fromMs = START_MS + WEEKS * DAYS_IN_WEEK * MS_IN_DAY;
  let host = beginHost(RATES);
  let changeMs = fromMs;
  for (let atMs = fromMs + INTERVAL_MS; atMs <= fromMs + days * MS_IN_DAY; atMs += INTERVAL_MS) {
    const usual = usualFor(season, atMs);
    if (atMs >= changeMs) {
      const before = host;
      host = beginTrial(host, usual, atMs - INTERVAL_MS);
      if (host !== before) peace.changes++;
      changeMs += CHANGE_EVERY_DAYS * MS_IN_DAY;
    }
    const count = counts.next(atMs);
    const { host: next, news } = take(host, count, usual, atMs, RATES);
    if (news.kind === "dropped") {
      const alone = take({ ...host, trial: null }, count, usual, atMs, RATES);
      if (alone.news.kind === "dropped") peace.falseAlarms++;
      else peace.behindChanges++;
    }
    if (simple.next(count)) peace.simple++;
    host = next;
  }
  peace.days += days;
}

function learnt(counts: MailCounts, fromMs: number): Season {
  return learn(hoursOf(counts, fromMs, WEEKS, INTERVAL_MS), MS_IN_HOUR / INTERVAL_MS);
}

function usualFor(season: Season, atMs: number) {
  const mean = usualAt(season, atMs - INTERVAL_MS / 2);
  return { mean, burstiness: season.burstiness };
}

const SIMPLE = "less than a fifth of a week before, over five minutes";
const WEEK = (DAYS_IN_WEEK * MS_IN_DAY) / INTERVAL_MS;
const SIMPLE_SPAN = 60;
const SIMPLE_SHARE = 0.2;
/** Mails of a week before below which it says nothing. */
const SIMPLE_LEAST = 30;

/** What one writes by hand for a monitoring system. */
class WeekBefore {
  private readonly counts = new Uint16Array(WEEK + SIMPLE_SPAN + 1);
  private place = 0;
  private now = 0;
  private before = 0;
  private isDown = false;

  /** Whether it begins to call. */
  next(count: number): boolean {
    this.counts[this.place % this.counts.length] = count;
    this.now += count - this.back(SIMPLE_SPAN);
    this.before += this.back(WEEK) - this.back(WEEK + SIMPLE_SPAN);
    this.place++;
    const isLow = this.before >= SIMPLE_LEAST && this.now < SIMPLE_SHARE * this.before;
    const isNews = isLow && !this.isDown;
    this.isDown = isLow;
    return isNews;
  }

  private back(intervals: number): number {
    const place = this.place - intervals;
    return place < 0 ? 0 : (this.counts[place % this.counts.length] ?? 0);
  }
}

const SHARES = [0, 0.1, 0.5] as const;
/** Seconds after which a drop counts as not seen. */
const LONGEST_S = 3_600;
const MORNING_HOUR = 10;
const HOURS_OF_OUTAGES = 6;

/** Outages of a working day, each with the traffic of its own day. */
function outageRows(scale: Scale, busiest: number): readonly Row[] {
  const random = seededRandom(9);
  const counts = new MailCounts(ROUGH, busiest, INTERVAL_MS, random);
  const season = learnt(counts, START_MS);
  const target = busiest >= 1 ? TARGETS.seconds : TARGETS.slowSeconds;
  return SHARES.flatMap((share) =>
    [false, true].map((isBehindChange) => {
      const waits = Array.from({ length: OUTAGES[scale] }, () =>
        waitFor(counts, season, random, share, isBehindChange),
      );
      const what = `${busiest} mails a second drop to ${share * 100} %${isBehindChange ? ", behind a change" : ""}`;
      if (share === 0.5 && !isBehindChange) {
        const seen = waits.filter((wait) => wait < LONGEST_S).length / waits.length;
        return row(`${what}: seen within an hour`, seen, "of all", null, TARGETS.quiet);
      }
      if (share === 0.5) {
        const seen = waits.filter((wait) => wait * MS_IN_SECOND < TRIAL_MS).length / waits.length;
        return row(`${what}: seen within ten minutes`, seen, "of all", null, TARGETS.half);
      }
      return row(
        `${what}: until it is seen, median of ${waits.length}`,
        median(waits),
        "s",
        null,
        target,
      );
    }),
  );
}

function waitFor(
  counts: MailCounts,
  season: Season,
  random: () => number,
  share: number,
  isBehindChange: boolean,
): number {
  const day = WEEKS * DAYS_IN_WEEK + 5;
  const beginMs =
    START_MS +
    day * MS_IN_DAY +
    Math.floor((MORNING_HOUR + random() * HOURS_OF_OUTAGES) * MS_IN_HOUR);
  let host = beginHost(RATES);
  for (let atMs = beginMs - TRIAL_MS; atMs <= beginMs; atMs += INTERVAL_MS)
    host = take(host, counts.next(atMs), usualFor(season, atMs), atMs, RATES).host;
  if (isBehindChange) host = beginTrial(host, usualFor(season, beginMs), beginMs);
  for (let passedS = 0; passedS < LONGEST_S; ) {
    passedS += INTERVAL_MS / MS_IN_SECOND;
    const atMs = beginMs + passedS * MS_IN_SECOND;
    const usual = usualFor(season, atMs);
    const { host: next, news } = take(host, counts.next(atMs, share), usual, atMs, RATES);
    if (news.kind === "dropped") return passedS;
    host = next;
  }
  return LONGEST_S;
}

const INTERVALS_TIMED = 100;
const MICROSECONDS = 1_000;

function costRows(scale: Scale): readonly Row[] {
  const counts = new MailCounts(ROUGH, 1, INTERVAL_MS, seededRandom(2));
  const season = learnt(counts, START_MS);
  const points = HOSTS[scale].map((size): Point => {
    const hosts: HostCounts[] = Array.from({ length: size }, () => beginHost(RATES));
    const { ms } = timed(3, () => {
      for (let turn = 1; turn <= INTERVALS_TIMED; turn++) {
        const atMs = START_MS + turn * INTERVAL_MS;
        for (const [place, host] of hosts.entries())
          hosts[place] = take(host, turn % 7, usualFor(season, atMs), atMs, RATES).host;
      }
    });
    return { size, cost: ms };
  });
  const last = points.at(-1) ?? { size: 1, cost: 0 };
  const each = (last.cost * MICROSECONDS) / (last.size * INTERVALS_TIMED);
  return [
    row(`one interval of one host, among ${last.size}`, each, "µs", null, TARGETS.cost),
    row("all hosts: growth of time", growthExponent(points), "exponent", null, TARGETS.growth),
  ];
}

/** An interval of 95 % for the mean of a Poisson count (Garwood 1936), by halving. */
function interval(count: number): readonly [least: number, most: number] {
  const TAIL = 0.025;
  const atMost = (mean: number, k: number) => {
    let term = Math.exp(-mean);
    let sum = term;
    for (let i = 1; i <= k; i++) {
      term *= mean / i;
      sum += term;
    }
    return sum;
  };
  const solve = (isAbove: (mean: number) => boolean) => {
    let low = 0;
    let high = 10 + 3 * count;
    for (let step = 0; step < 60; step++) {
      const middle = (low + high) / 2;
      if (isAbove(middle)) high = middle;
      else low = middle;
    }
    return low;
  };
  return [
    count === 0 ? 0 : solve((mean) => 1 - atMost(mean, count - 1) > TAIL),
    solve((mean) => atMost(mean, count) < TAIL),
  ];
}
