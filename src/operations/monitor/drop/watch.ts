import type { Clock } from "../../../platform/clock.ts";
import type { PostfixMonitor } from "../../inventory/monitors.ts";
import { DAYS_BETWEEN_FALSE_ALARMS } from "../budget.ts";
import type { SymptomDesk } from "../desk.ts";
import type { MonitorStore } from "../store.ts";
import {
  beginHost,
  beginTrial,
  type Gathered,
  type HostCounts,
  type HostRates,
  INTERVAL_MS,
  recentBurstiness,
  TRIAL_MS,
  take,
  type Usual,
} from "./host.ts";
import {
  HOURS_IN_WEEK,
  type HourCount,
  hourOf,
  learn,
  learntHours,
  MAXIMUM_WEEKS,
  type Season,
  usualAt,
} from "./season.ts";

export interface DropParts {
  readonly monitor: Pick<PostfixMonitor, "id" | "on" | "flows">;
  readonly clock: Clock;
  readonly desk: SymptomDesk;
  readonly store: MonitorStore;
  readonly rates: HostRates;
  /** Whether the log is followed, so that a count of nothing means nothing came. */
  readonly isSeeing: () => boolean;
}

const MS_IN_HOUR = 3_600_000;
const MS_IN_DAY = 86_400_000;
const MS_IN_SECOND = 1_000;
const INTERVALS_IN_HOUR = MS_IN_HOUR / INTERVAL_MS;
/** Share by which an interval may be longer or shorter: beyond it this process did not run. */
const UNEVEN = 0.2;
/** Milliseconds from one writing of counts to the next. */
const KEEP_EVERY_MS = 300_000;
/** Changes of one day behind which less is needed: each may be a false alarm. */
const MAXIMUM_TRIALS_A_DAY = 10;

/** Counts the mails that one host accepts, learns what is usual, and says when they stay away. */
export class DropWatch {
  private readonly parts: DropParts;
  private host: HostCounts;
  private season: Season = learn([], INTERVALS_IN_HOUR);
  private readonly hours = new Map<number, HourCount>();
  /** Of `hours`, what is not written yet. */
  private unkept = new Map<number, HourCount>();
  private keptMs: number;
  private lastMs: number;
  private wasSeeing = false;
  private count = 0;
  private trials: readonly number[] = [];

  constructor(parts: DropParts) {
    this.parts = parts;
    this.host = beginHost(parts.rates);
    this.lastMs = parts.clock();
    this.keptMs = this.lastMs;
  }

  /** What earlier weeks have taught. */
  async begin(): Promise<void> {
    const { store, monitor, clock } = this.parts;
    const since = hourOf(clock()) - MAXIMUM_WEEKS * HOURS_IN_WEEK;
    for (const hour of await store.hours(monitor.id, since)) add(this.hours, hour);
    this.season = learn([...this.hours.values()], INTERVALS_IN_HOUR);
  }

  accepted(): void {
    this.count++;
  }

  /** A ruleset has changed, anywhere: who knows what stands on the way of a mail. */
  changed(atMs: number): void {
    this.trials = this.trials.filter((one) => one > atMs - MS_IN_DAY);
    if (this.trials.length >= MAXIMUM_TRIALS_A_DAY) return;
    const before = this.host;
    this.host = beginTrial(before, this.usual(atMs), atMs);
    if (this.host !== before) this.trials = [...this.trials, atMs];
  }

  /** The end of an interval. */
  async turn(): Promise<void> {
    const atMs = this.parts.clock();
    const { count } = this;
    const passedMs = atMs - this.lastMs;
    const isWhole = Math.abs(passedMs - INTERVAL_MS) <= UNEVEN * INTERVAL_MS;
    const wasSeeing = this.wasSeeing && this.parts.isSeeing();
    this.wasSeeing = this.parts.isSeeing();
    this.lastMs = atMs;
    this.count = 0;
    if (isWhole && wasSeeing) this.take(count, atMs);
    if (atMs - this.keptMs >= KEEP_EVERY_MS) await this.keep();
  }

  /** Writes what has been learnt since the last time. */
  async keep(): Promise<void> {
    const { store, monitor, clock } = this.parts;
    this.keptMs = clock();
    const { unkept } = this;
    this.unkept = new Map();
    try {
      for (const [hour, count] of [...unkept]) {
        await store.addHour(monitor.id, count);
        unkept.delete(hour);
      }
    } finally {
      /* What could not be written waits for the next time, with what was counted since. */
      for (const count of unkept.values()) add(this.unkept, count);
    }
  }

  notes(): readonly string[] {
    const atMs = this.parts.clock();
    const learnt = learntHours(this.season);
    const { trial, level } = this.host;
    return [
      ...(learnt < HOURS_IN_WEEK
        ? [
            `learning: ${learnt} of ${HOURS_IN_WEEK} hours of the week are known; at others a drop is seen behind a change only`,
          ]
        : [`accepts ${Math.round(level * 100)} % of what is usual`]),
      ...(trial !== null && atMs < trial.untilMs
        ? [`a ruleset has changed: less is needed for ${TRIAL_MS / MS_IN_SECOND} s`]
        : []),
    ];
  }

  private usual(atMs: number): Usual {
    const mean = usualAt(this.season, atMs - INTERVAL_MS / 2);
    const { burstiness } = this.season;
    return {
      mean,
      burstiness: Math.max(burstiness, mean === null ? recentBurstiness(this.host) : 1),
    };
  }

  private take(count: number, atMs: number): void {
    const { desk, rates } = this.parts;
    const { host, news } = take(this.host, count, this.usual(atMs), atMs, rates);
    this.host = host;
    if (news.kind === "dropped") this.tell(news.gathered, atMs);
    if (news.kind === "over") desk.over(this.key);
    /* An outage is nothing to learn from. */
    if (host.down === null) this.learnFrom(count, atMs);
  }

  private learnFrom(count: number, atMs: number): void {
    const hour = hourOf(atMs - 1);
    if (!this.hours.has(hour)) {
      const since = hour - MAXIMUM_WEEKS * HOURS_IN_WEEK;
      for (const known of this.hours.keys()) if (known < since) this.hours.delete(known);
      this.season = learn([...this.hours.values()], INTERVALS_IN_HOUR);
    }
    const one = { hour, intervals: 1, count, squares: count * count };
    add(this.hours, one);
    add(this.unkept, one);
  }

  private get key(): string {
    return `${this.parts.monitor.id}/drop`;
  }

  private tell({ sinceMs, count, expected }: Gathered, atMs: number): void {
    const { desk, monitor } = this.parts;
    const seconds = Math.round((atMs - sinceMs) / MS_IN_SECOND);
    desk.see({
      key: this.key,
      kind: "drop",
      weight: "vague",
      monitor: monitor.id,
      device: monitor.on,
      atMs,
      text: `${monitor.on} accepted ${count} mails within ${seconds} s, where ${Math.round(expected)} are usual (all statistics together: one false alarm in ${DAYS_BETWEEN_FALSE_ALARMS} days at most)`,
      flows: monitor.flows,
      quietMs: null,
    });
  }
}

function add(hours: Map<number, HourCount>, more: HourCount): void {
  const { hour } = more;
  const known = hours.get(hour) ?? { hour, intervals: 0, count: 0, squares: 0 };
  hours.set(hour, {
    hour,
    intervals: known.intervals + more.intervals,
    count: known.count + more.count,
    squares: known.squares + more.squares,
  });
}
