import { beginDropTest, type DropTest, logLikelihoodRatio, observe } from "./dropTest.ts";

/**
 * Whether the mails that one host accepts have dropped, count by count. Two tests share the work:
 *
 * - All day a Page test, of what is usual at that hour of the week times the level of the last half hour:
 *   a holiday has a low level, and is peace. Peace is six tenths of that or more, an outage a tenth of it.
 * - For some minutes behind a change of a ruleset a likelihood ratio (Wald 1945; Ville 1939: the chance that
 *   it ever exceeds 1/α is below α), of the level just before it: less is needed, and half is found as well.
 */
export interface HostCounts {
  readonly test: DropTest;
  /** What comes by what is usual, of late. */
  readonly level: number;
  /** Mean and mean square of the counts of late, whatever the hour; null: none were seen. */
  readonly recent: Recent | null;
  readonly trial: Trial | null;
  /** Since evidence has been gathering; null: there is none. */
  readonly gathering: Gathered | null;
  /** Null: it is not down. */
  readonly down: Down | null;
}

export interface Recent {
  readonly intervals: number;
  readonly mean: number;
  readonly square: number;
}

/** What came and what was expected since a moment. */
export interface Gathered {
  readonly sinceMs: number;
  readonly count: number;
  readonly expected: number;
}

interface Down {
  readonly sinceMs: number;
  /** What speaks for an end: logarithm of a likelihood ratio. */
  readonly evidence: number;
  /** Expected in an interval when it was found, for hours that are not learnt. */
  readonly mean: number;
}

/** A test that ends by itself. */
interface Trial {
  readonly untilMs: number;
  /** Level, or mean count where the season is not learnt, just before the change. */
  readonly level: number;
  readonly isLearnt: boolean;
  /** Logarithms of the likelihood ratios, one for each outage. */
  readonly evidence: readonly number[];
  readonly gathered: Gathered;
}

export interface HostRates {
  /** Intervals between false alarms of the test of all day, in the mean, at least. */
  readonly meanRunLength: number;
  /** Chance of a false alarm behind one change, at most. */
  readonly chanceOfTrial: number;
}

/** What is usual, for one interval. */
export interface Usual {
  /** Null: not learnt yet. */
  readonly mean: number | null;
  readonly burstiness: number;
}

/** Milliseconds that are counted together. */
export const INTERVAL_MS = 5_000;
/** Share of the level that is peace still, and what an outage leaves of the level. */
const PEACE_SHARE = 0.6;
const OUTAGE_SHARE = 0.1;
/** Intervals and expected mails that the level is made of: half an hour, and enough to know it. */
const LEVEL_INTERVALS = 360;
const LEVEL_MAILS = 100;
/** Levels that are believed. */
const LEAST_LEVEL = 0.02;
const MOST_LEVEL = 50;

export const TRIAL_MS = 600_000;
/**
 * Shares of the level just before a change: by the hour of the week, and where that is not learnt yet. With
 * 0.8 for peace, simulated traffic made six false alarms in 10,000 changes where the threshold allows two.
 */
const TRIAL_LEARNT = { peace: 0.7, outages: [0.1, 0.45] } as const;
const TRIAL_LEARNING = { peace: 0.6, outages: [0.1, 0.3] } as const;
/** Intervals and mails that have to be seen for a trial without a season. */
const TRIAL_INTERVALS = 24;
const TRIAL_MAILS = 20;

/** Evidence that it is over: e³ = 20 to 1. */
const OVER_EVIDENCE = 3;
/** Milliseconds after which less is what is usual now. */
const LONGEST_DOWN_MS = 86_400_000;
/** Bursts are longer than an interval: what they stray is taken for more than was measured. */
const BURSTINESS_MARGIN = 1.2;

export function beginHost({ meanRunLength }: HostRates): HostCounts {
  return {
    test: beginDropTest(meanRunLength, OUTAGE_SHARE / PEACE_SHARE),
    level: 1,
    recent: null,
    trial: null,
    gathering: null,
    down: null,
  };
}

export type HostNews =
  | { readonly kind: "nothing" }
  | { readonly kind: "dropped"; readonly gathered: Gathered }
  /** It comes again. */
  | { readonly kind: "over" };

const NOTHING: HostNews = { kind: "nothing" };

/** Takes the count of one interval in, `atMs` its end. */
export function take(
  host: HostCounts,
  count: number,
  usual: Usual,
  atMs: number,
  rates: HostRates,
): { readonly host: HostCounts; readonly news: HostNews } {
  if (host.down !== null) return whileDown(host, host.down, count, usual, atMs);
  const tested = allDay(host, count, usual, atMs);
  const trial = tried(host.trial, count, usual, atMs, rates);
  const gathered = tested.gathered ?? trial.gathered;
  if (gathered !== null) {
    const mean = (usual.mean === null ? host.recent?.mean : host.level * usual.mean) ?? 0;
    const down = { sinceMs: gathered.sinceMs, evidence: 0, mean };
    const reset = { ...host, test: { ...host.test, evidence: 0 }, trial: null, gathering: null };
    return { host: { ...reset, down }, news: { kind: "dropped", gathered } };
  }
  return {
    host: {
      test: tested.test,
      gathering: tested.gathering,
      trial: trial.trial,
      level: levelAfter(host.level, count, usual),
      recent: recentAfter(host.recent, count),
      down: null,
    },
    news: NOTHING,
  };
}

/** A ruleset has changed: from now on, and for some minutes, less is needed. */
export function beginTrial(host: HostCounts, usual: Usual, atMs: number): HostCounts {
  const isLearnt = usual.mean !== null;
  const { recent } = host;
  const isKnown =
    recent !== null &&
    recent.intervals >= TRIAL_INTERVALS &&
    recent.mean * recent.intervals >= TRIAL_MAILS;
  if (host.down !== null || host.trial !== null || (!isLearnt && !isKnown)) return host;
  const trial: Trial = {
    untilMs: atMs + TRIAL_MS,
    level: isLearnt ? host.level : (recent?.mean ?? 0),
    isLearnt,
    evidence: TRIAL_LEARNT.outages.map(() => 0),
    gathered: { sinceMs: atMs, count: 0, expected: 0 },
  };
  return { ...host, trial };
}

function allDay(host: HostCounts, count: number, { mean, burstiness }: Usual, atMs: number) {
  const { test, level, gathering } = host;
  if (mean === null) return { test, gathering, gathered: null };
  const { test: next, isAlarm } = observe(
    test,
    count,
    expectedOf(PEACE_SHARE * level * mean, burstiness),
  );
  const before = gathering ?? { sinceMs: atMs - INTERVAL_MS, count: 0, expected: 0 };
  const gathered = added(before, count, level * mean);
  if (isAlarm) return { test: next, gathering: null, gathered };
  return { test: next, gathering: next.evidence > 0 ? gathered : null, gathered: null };
}

/** Of a negative binomial whose variance grows with its mean: mails in bursts. */
function expectedOf(mean: number, burstiness: number) {
  const excess = burstiness * BURSTINESS_MARGIN - 1;
  return { mean, shape: excess <= 0 ? Number.POSITIVE_INFINITY : mean / excess };
}

function added({ sinceMs, count, expected }: Gathered, more: number, usual: number): Gathered {
  return { sinceMs, count: count + more, expected: expected + usual };
}

function tried(
  trial: Trial | null,
  count: number,
  usual: Usual,
  atMs: number,
  { chanceOfTrial }: HostRates,
): { readonly trial: Trial | null; readonly gathered: Gathered | null } {
  if (trial === null || atMs > trial.untilMs) return { trial: null, gathered: null };
  const { peace, outages } = trial.isLearnt ? TRIAL_LEARNT : TRIAL_LEARNING;
  const mean = trial.isLearnt ? trial.level * (usual.mean ?? 0) : trial.level;
  const expected = expectedOf(peace * mean, usual.burstiness);
  const evidence = outages.map(
    (share, index) =>
      (trial.evidence[index] ?? 0) +
      (mean === 0 ? 0 : logLikelihoodRatio(count, expected, share / peace)),
  );
  const gathered = added(trial.gathered, count, mean);
  /* The mean of martingales is one. */
  const ratio = evidence.reduce((sum, one) => sum + Math.exp(one), 0) / evidence.length;
  return ratio >= 1 / chanceOfTrial
    ? { trial: null, gathered }
    : { trial: { ...trial, evidence, gathered }, gathered: null };
}

function whileDown(
  host: HostCounts,
  down: Down,
  count: number,
  usual: Usual,
  atMs: number,
): { readonly host: HostCounts; readonly news: HostNews } {
  const mean = usual.mean === null ? down.mean : host.level * usual.mean;
  const expected = expectedOf(PEACE_SHARE * mean, usual.burstiness);
  const ratio = mean === 0 ? 0 : logLikelihoodRatio(count, expected, OUTAGE_SHARE / PEACE_SHARE);
  const evidence = Math.max(0, down.evidence - ratio);
  if (evidence > OVER_EVIDENCE) return { host: { ...host, down: null }, news: { kind: "over" } };
  if (atMs - down.sinceMs < LONGEST_DOWN_MS)
    return { host: { ...host, down: { ...down, evidence } }, news: NOTHING };
  const level = LEAST_LEVEL;
  return { host: { ...host, level, recent: null, down: null }, news: { kind: "over" } };
}

function levelAfter(level: number, count: number, { mean, burstiness }: Usual): number {
  if (mean === null) return level;
  const mails = Math.max(LEVEL_MAILS * burstiness, mean * LEVEL_INTERVALS);
  const next = level + (count - level * mean) / mails;
  return Math.min(MOST_LEVEL, Math.max(LEAST_LEVEL, next));
}

function recentAfter(recent: Recent | null, count: number): Recent {
  const known = recent ?? { intervals: 0, mean: 0, square: 0 };
  const intervals = Math.min(LEVEL_INTERVALS, known.intervals + 1);
  return {
    intervals,
    mean: known.mean + (count - known.mean) / intervals,
    square: known.square + (count * count - known.square) / intervals,
  };
}

/** Variance by mean of the counts of late: what is known before a season is. */
export function recentBurstiness({ recent }: HostCounts): number {
  if (recent === null || recent.mean === 0) return 1;
  return Math.max(1, (recent.square - recent.mean * recent.mean) / recent.mean);
}
