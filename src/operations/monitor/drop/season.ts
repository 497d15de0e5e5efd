/** What was counted in one hour, as far as it was seen. */
export interface HourCount {
  /** Hours since 1970, UTC. */
  readonly hour: number;
  /** Intervals of it that were seen. */
  readonly intervals: number;
  readonly count: number;
  /** Sum of the squared counts of the intervals: how far they stray within the hour. */
  readonly squares: number;
}

/** What is usual by the hour of the week (UTC), from the hours of the last weeks. */
export interface Season {
  /** Mean count of an interval for each hour of the week; null: not learnt yet. */
  readonly means: readonly (number | null)[];
  /** Variance by mean of the counts within an hour: 1 for plain Poisson, more where mails come in bursts. */
  readonly burstiness: number;
}

export const HOURS_IN_WEEK = 168;
/** Weeks in which an hour has to be seen before it is usual, and weeks that are looked back. */
const LEAST_WEEKS = 2;
export const MAXIMUM_WEEKS = 8;
/** Share of an hour that has to be seen for it to say what the hour is like. */
const LEAST_SEEN = 0.5;
const MS_IN_HOUR = 3_600_000;

export function hourOf(atMs: number): number {
  return Math.floor(atMs / MS_IN_HOUR);
}

/** Learns from hours without outages. `intervalsInHour`: of a whole hour. */
export function learn(hours: readonly HourCount[], intervalsInHour: number): Season {
  const bySlot: number[][] = Array.from({ length: HOURS_IN_WEEK }, () => []);
  for (const { hour, intervals, count } of hours)
    if (intervals >= LEAST_SEEN * intervalsInHour)
      bySlot[hour % HOURS_IN_WEEK]?.push(count / intervals);
  return {
    means: bySlot.map((means) => (means.length < LEAST_WEEKS ? null : medianOf(means))),
    burstiness: burstinessOf(hours),
  };
}

/** An hour of one bad week does not move it. */
function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function burstinessOf(hours: readonly HourCount[]): number {
  let means = 0;
  let variances = 0;
  for (const { intervals, count, squares } of hours) {
    if (intervals < 2) continue;
    const mean = count / intervals;
    means += mean * intervals;
    variances += (squares / intervals - mean * mean) * (intervals / (intervals - 1)) * intervals;
  }
  return means === 0 ? 1 : Math.max(1, variances / means);
}

/**
 * What one interval at a moment usually has; null: not learnt yet. Between the middles of two hours it goes
 * straight from one to the other: a morning does not begin with a step.
 */
export function usualAt({ means }: Season, atMs: number): number | null {
  const place = atMs / MS_IN_HOUR - 0.5;
  const hour = Math.floor(place);
  const before = means[((hour % HOURS_IN_WEEK) + HOURS_IN_WEEK) % HOURS_IN_WEEK];
  const after = means[(((hour + 1) % HOURS_IN_WEEK) + HOURS_IN_WEEK) % HOURS_IN_WEEK];
  if (before == null || after == null) return null;
  return before + (after - before) * (place - hour);
}

/** Hours of the week that are learnt. */
export function learntHours({ means }: Season): number {
  return means.filter((mean) => mean !== null).length;
}
