import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import type { MonitorView } from "../monitor/model.ts";
import type { ProbeResult } from "../probe/model.ts";
import {
  type CountHistory,
  MINUTE_MS,
  type ProbeHistory,
  type ProbeSlice,
  type Window,
  WORST_FIRST,
  windowOf,
} from "./model.ts";
import { type CountMinute, historyStore, KEPT_MINUTES, type ProbeMinute } from "./store.ts";

export interface HistoryOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** What monitors have counted since they began. */
  readonly views: () => readonly MonitorView[];
  readonly onFault: (fault: unknown) => void;
}

/** What was felt, minute by minute: for pictures, and for whoever asks how it was. */
export interface History {
  keep(result: ProbeResult): Promise<void>;
  /** Of the last slices; probes that are not named here had no result in them. */
  probes(
    sliceMs: number,
    slices: number,
  ): Promise<{ window: Window; probes: readonly ProbeHistory[] }>;
  counts(
    sliceMs: number,
    slices: number,
  ): Promise<{ window: Window; counts: readonly CountHistory[] }>;
  start(): void;
  /** Writes down what was counted last. */
  stop(): Promise<void>;
}

/** Milliseconds from one look at what monitors have counted to the next. */
const SAMPLE_MS = 5_000;
/** What monitors count up: the length of a queue is no such thing. */
const COUNTED = ["accepted", "sent", "deferred", "bounced", "trouble", "complaints"] as const;
/** Characters of a reason that are kept. */
const MAXIMUM_REASON = 300;

export function openHistory({ database, clock, views, onFault }: HistoryOptions): History {
  const store = historyStore(database);
  const last = new Map<string, Readonly<Record<string, number>>>();
  let timer: NodeJS.Timeout | null = null;
  let forgotten = 0;
  const minuteNow = () => Math.floor(clock() / MINUTE_MS);
  const sample = async (): Promise<void> => {
    const minute = minuteNow();
    const counts = views().flatMap((view) => grown(view, last, minute));
    await store.addCounts(counts);
    if (minute <= forgotten) return;
    forgotten = minute;
    await store.forgetBefore(minute - KEPT_MINUTES);
  };
  return {
    async keep({ monitor, atMs, durationMs, outcome, reason }) {
      await store.addProbe({
        monitor,
        minute: Math.floor(atMs / MINUTE_MS),
        outcome,
        asked: 1,
        slowestMs: durationMs,
        reason: reason?.slice(0, MAXIMUM_REASON) ?? null,
      });
    },
    async probes(sliceMs, slices) {
      const window = windowOf(clock(), sliceMs, slices);
      const minutes = await store.probes(...range(window));
      const names = [...new Set(minutes.map(({ monitor }) => monitor))].sort();
      return {
        window,
        probes: names.map((monitor) => ({
          monitor,
          slices: slicesOf(
            minutes.filter((one) => one.monitor === monitor),
            window,
          ),
        })),
      };
    },
    async counts(sliceMs, slices) {
      const window = windowOf(clock(), sliceMs, slices);
      const minutes = await store.counts(...range(window));
      return { window, counts: summed(minutes, window) };
    },
    start() {
      if (timer !== null) return;
      timer = setInterval(() => void sample().catch(onFault), SAMPLE_MS);
      timer.unref();
    },
    async stop() {
      if (timer !== null) clearInterval(timer);
      timer = null;
      await sample();
    },
  };
}

/** Minutes, the last one excluded. */
function range({ fromMs, sliceMs, slices }: Window): readonly [from: number, to: number] {
  return [fromMs / MINUTE_MS, (fromMs + slices * sliceMs) / MINUTE_MS];
}

/** What a monitor has counted since the last look; one that began anew counts from nothing. */
function grown(
  { monitor, counts }: MonitorView,
  last: Map<string, Readonly<Record<string, number>>>,
  minute: number,
): readonly CountMinute[] {
  const before = last.get(monitor) ?? {};
  last.set(monitor, counts);
  return COUNTED.flatMap((name) => {
    const count = counts[name] ?? 0;
    const known = before[name] ?? 0;
    const more = count < known ? count : count - known;
    return more > 0 ? [{ monitor, name, minute, count: more }] : [];
  });
}

function slicesOf(minutes: readonly ProbeMinute[], window: Window): readonly ProbeSlice[] {
  const bySlice = new Map<number, ProbeMinute[]>();
  for (const minute of minutes) {
    const slice = sliceOf(minute.minute, window);
    bySlice.set(slice, [...(bySlice.get(slice) ?? []), minute]);
  }
  return Array.from({ length: window.slices }, (_, slice) =>
    sliceTold(bySlice.get(slice) ?? [], window.fromMs + slice * window.sliceMs),
  );
}

function sliceOf(minute: number, { fromMs, sliceMs }: Window): number {
  return Math.floor((minute * MINUTE_MS - fromMs) / sliceMs);
}

function sliceTold(found: readonly ProbeMinute[], fromMs: number): ProbeSlice {
  const outcome = WORST_FIRST.find((one) => found.some((minute) => minute.outcome === one)) ?? null;
  const worst = found.findLast((minute) => minute.outcome === outcome);
  return {
    fromMs,
    worst: outcome,
    reason: worst?.reason ?? null,
    asked: found.reduce((sum, { asked }) => sum + asked, 0),
    slowestMs: found.length === 0 ? null : Math.max(...found.map(({ slowestMs }) => slowestMs)),
  };
}

function summed(minutes: readonly CountMinute[], window: Window): readonly CountHistory[] {
  const series = new Map<string, { monitor: string; name: string; counts: (number | null)[] }>();
  const seen = new Map<string, Set<number>>();
  for (const { monitor, name, minute, count } of minutes) {
    const slice = sliceOf(minute, window);
    const key = `${monitor} ${name}`;
    const one = series.get(key) ?? { monitor, name, counts: Array(window.slices).fill(null) };
    series.set(key, one);
    one.counts[slice] = (one.counts[slice] ?? 0) + count;
    seen.set(monitor, (seen.get(monitor) ?? new Set()).add(slice));
  }
  /* A monitor that counted something else in a slice was looking: of the rest there was none. */
  return [...series.values()].map(({ monitor, name, counts }) => ({
    monitor,
    name,
    counts: counts.map(
      (count, slice) => count ?? (seen.get(monitor)?.has(slice) === true ? 0 : null),
    ),
  }));
}
