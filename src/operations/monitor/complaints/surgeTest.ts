/**
 * Whether more complaints come than usual, with a stated rate of false alarms. The Shiryaev-Roberts test
 * (Shiryaev 1963, Roberts 1966) on a Poisson process in continuous time, averaged over several surges: the
 * statistic minus the time that has passed is a martingale in peace, so that the mean time to a false alarm
 * is at least the threshold, whatever else happens; where fewer than expected come it is longer.
 */
export interface SurgeTest {
  /** Complaints in a millisecond, in peace. */
  readonly rate: number;
  /** Milliseconds until a false alarm, in the mean, at least. */
  readonly meanTimeMs: number;
  readonly atMs: number;
  /** One for each of `SURGES`, in milliseconds. */
  readonly statistics: readonly number[];
}

/** How many times as many as usual: a slow trickle, a bad day, everybody at once. */
const SURGES = [3, 10, 30] as const;
const MS_IN_HOUR = 3_600_000;

export function beginSurgeTest(
  expectedPerHour: number,
  meanTimeMs: number,
  atMs: number,
): SurgeTest {
  if (!(expectedPerHour > 0)) throw new Error("some complaints are expected, however seldom");
  if (!(meanTimeMs > 0)) throw new Error("a mean time is more than nothing");
  return { rate: expectedPerHour / MS_IN_HOUR, meanTimeMs, atMs, statistics: SURGES.map(() => 0) };
}

/** Takes one complaint in. Behind an alarm the test begins anew. */
export function complained(
  test: SurgeTest,
  atMs: number,
): { readonly test: SurgeTest; readonly isAlarm: boolean } {
  const passedMs = Math.max(0, atMs - test.atMs);
  const statistics = SURGES.map((times, index) => {
    const decay = (times - 1) * test.rate;
    const left = Math.exp(-decay * passedMs);
    return times * ((test.statistics[index] ?? 0) * left + (1 - left) / decay);
  });
  const mean = statistics.reduce((sum, one) => sum + one, 0) / SURGES.length;
  const isAlarm = mean >= test.meanTimeMs;
  const now = { ...test, atMs: Math.max(test.atMs, atMs) };
  return { test: { ...now, statistics: isAlarm ? SURGES.map(() => 0) : statistics }, isAlarm };
}
