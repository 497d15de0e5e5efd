/**
 * Whether counts of something that flows all day (mails accepted, logins) have dropped, with a stated
 * rate of false alarms. Page's test (1954) on the likelihood ratio: the sum of how much better each count
 * fits an outage than peace, never below zero. Lorden (1971): until a false alarm at least e^threshold
 * intervals pass in the mean, where the expected counts are right; Moustakides (1986): no test with that
 * rate is quicker in the worst case.
 */
export interface DropTest {
  /** Intervals until a false alarm, in the mean, at least. */
  readonly meanRunLength: number;
  /** Share of the expected count that an outage leaves. */
  readonly outageShare: number;
  /** What speaks for an outage so far; an alarm above ln(meanRunLength). */
  readonly evidence: number;
}

/** What peace would give in one interval: a gamma mixture of Poisson counts (negative binomial). */
export interface ExpectedCount {
  readonly mean: number;
  /** Variance is mean + mean²/shape: how far traffic strays by itself; infinite for plain Poisson. */
  readonly shape: number;
}

/**
 * An outage that leaves a tenth: in the mean the evidence grows where less than 39 % of the expected count
 * comes. That a quiet holiday at half of it makes no alarm is the work of the shape.
 */
const DEFAULT_OUTAGE_SHARE = 0.1;
/** Expected counts below this say nothing: whether one mail came in a night is no evidence. */
const LEAST_MEAN = 0.01;

export function beginDropTest(
  meanRunLength: number,
  outageShare: number = DEFAULT_OUTAGE_SHARE,
): DropTest {
  if (!(meanRunLength > 1)) throw new Error("a mean run length is more than one interval");
  if (!(outageShare > 0 && outageShare < 1)) throw new Error("a share lies between 0 and 1");
  return { meanRunLength, outageShare, evidence: 0 };
}

/** Takes the count of one interval in. Behind an alarm the evidence begins anew. */
export function observe(
  test: DropTest,
  count: number,
  expected: ExpectedCount,
): { readonly test: DropTest; readonly isAlarm: boolean } {
  const { evidence, outageShare, meanRunLength } = test;
  if (expected.mean < LEAST_MEAN) return { test, isAlarm: false };
  const sum = Math.max(0, evidence + logLikelihoodRatio(count, expected, outageShare));
  const isAlarm = sum > Math.log(meanRunLength);
  return { test: { ...test, evidence: isAlarm ? 0 : sum }, isAlarm };
}

/** ln of how much likelier the count is at a share of the mean than at the mean, of the same shape. */
export function logLikelihoodRatio(
  count: number,
  { mean, shape }: ExpectedCount,
  share: number,
): number {
  const fewer = count * Math.log(share);
  if (!Number.isFinite(shape)) return fewer + mean * (1 - share);
  return fewer + (count + shape) * Math.log1p((mean * (1 - share)) / (shape + mean * share));
}

/** Intervals of nothing at all until the alarm, from no evidence: how quick the test is at best. */
export function quickestAlarm(test: DropTest, expected: ExpectedCount): number {
  const step = logLikelihoodRatio(0, expected, test.outageShare);
  return step <= 0 ? Number.POSITIVE_INFINITY : Math.floor(Math.log(test.meanRunLength) / step) + 1;
}
