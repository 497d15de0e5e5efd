import { type Channel, openChannel } from "../../platform/channel.ts";
import type { Clock } from "../../platform/clock.ts";
import { openFewAtATime } from "../../platform/fewAtATime.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import type { Network } from "../inventory/model.ts";
import { isProbe, type ProbeMonitor } from "../inventory/monitors.ts";
import type { ProbeChange, ProbeResult, ProbeState } from "./model.ts";
import { type ProbeTools, runProbe } from "./run.ts";
import { openVantages } from "./vantage.ts";

/** Probes that are under way at once: each is a process or two on this machine. */
const MAXIMUM_RUNNING = 16;
/** Share of the interval by which each wait is longer or shorter, so that probes do not come in step. */
const JITTER = 0.1;

export interface ProbeParts {
  readonly network: Pick<Network, "devices" | "monitors">;
  readonly transportOf: (device: string) => Transport;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Told of what goes wrong on our side: a listener that throws, a result that cannot be kept. */
  readonly onFault: (fault: unknown) => void;
  /** Keeps a result; default: nobody does. */
  readonly keep?: (result: ProbeResult) => Promise<void>;
}

/** The probes of a network. */
export interface Probes {
  /** Each result. */
  readonly results: Pick<Channel<ProbeResult>, "subscribe">;
  /** Results that are another outcome than the one before. */
  readonly changes: Pick<Channel<ProbeChange>, "subscribe">;
  states(): readonly ProbeState[];
  /**
   * Asks now, beside the schedule, and tells what was found like any other result. Rejects where no probe
   * has that name.
   */
  run(monitor: string, options?: { readonly timeoutMs?: number }): Promise<ProbeResult>;
  /** From now on these are the probes; one that stays as it was keeps what it found last. */
  use(network: Pick<Network, "devices" | "monitors">): void;
  /** Begins to ask by the clock. */
  start(): void;
  /** Ends the schedule; resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export function openProbes(parts: ProbeParts): Probes {
  const { network, transportOf, clock, onFault } = parts;
  const results = openChannel<ProbeResult>(onFault);
  const changes = openChannel<ProbeChange>(onFault);
  const states = new Map<string, ProbeState>();
  const toolsFor = ({ devices }: Pick<Network, "devices">): ProbeTools => ({
    clock,
    transportOf,
    vantageOf: openVantages(devices, transportOf, clock),
  });
  const know = (all: readonly ProbeMonitor[]) => {
    const known = new Map(states);
    states.clear();
    for (const monitor of all) {
      const before = known.get(monitor.id);
      const isSame = JSON.stringify(before?.monitor) === JSON.stringify(monitor);
      const kept = isSame ? before : undefined;
      states.set(monitor.id, kept ?? { monitor, last: null, sinceMs: null });
    }
  };
  let tools = toolsFor(network);
  know(network.monitors.filter(isProbe));
  const gate = openFewAtATime(MAXIMUM_RUNNING);
  const underWay = new Set<Promise<unknown>>();

  const take = async (result: ProbeResult): Promise<void> => {
    const state = states.get(result.monitor);
    /* The network file may have it no more, or otherwise. */
    if (state === undefined) return;
    /* One that began earlier and took longer says less than one that is known already. */
    if (state.last !== null && result.atMs < state.last.atMs) return;
    const before = state.last?.outcome ?? null;
    const isChange = before !== result.outcome;
    const sinceMs = isChange ? result.atMs : state.sinceMs;
    states.set(result.monitor, { ...state, last: result, sinceMs });
    await parts.keep?.(result).catch(onFault);
    results.publish(result);
    if (isChange) changes.publish({ before, result });
  };
  const askOnce = (monitor: ProbeMonitor, timeoutMs: number): Promise<ProbeResult> => {
    const asked = gate
      .take(() => runProbe(monitor, tools, timeoutMs))
      .then(async (result) => {
        await take(result);
        return result;
      });
    underWay.add(asked);
    void asked.finally(() => underWay.delete(asked)).catch(onFault);
    return asked;
  };
  const scheduleOf = (all: readonly ProbeMonitor[]) =>
    openSchedule(all, parts.random, (monitor) => askOnce(monitor, monitor.timeoutMs));
  let schedule = scheduleOf([...states.values()].map(({ monitor }) => monitor));
  let isStarted = false;
  return {
    results,
    changes,
    states: () => [...states.values()],
    run: (id, options = {}) => {
      const monitor = states.get(id)?.monitor;
      if (monitor === undefined) return Promise.reject(new Error(`there is no probe \`${id}\``));
      return askOnce(monitor, options.timeoutMs ?? monitor.timeoutMs);
    },
    use: (now) => {
      schedule.stop();
      tools = toolsFor(now);
      const all = now.monitors.filter(isProbe);
      know(all);
      schedule = scheduleOf(all);
      if (isStarted) schedule.start();
    },
    start: () => {
      isStarted = true;
      schedule.start();
    },
    stop: async () => {
      isStarted = false;
      schedule.stop();
      await Promise.allSettled(underWay);
    },
  };
}

/** Asks each monitor by its interval, never twice at once; the first time somewhere within it. */
function openSchedule(
  monitors: readonly ProbeMonitor[],
  random: () => number,
  askOnce: (monitor: ProbeMonitor) => Promise<unknown>,
): { start(): void; stop(): void } {
  const timers = new Map<string, NodeJS.Timeout>();
  let isRunning = false;
  const wait = (monitor: ProbeMonitor, ms: number) => {
    if (!isRunning) return;
    const timer = setTimeout(() => {
      const again = () => wait(monitor, monitor.everyMs * (1 + JITTER * (2 * random() - 1)));
      askOnce(monitor).then(again, again);
    }, ms);
    timers.set(monitor.id, timer);
  };
  return {
    start: () => {
      if (isRunning) return;
      isRunning = true;
      for (const monitor of monitors) wait(monitor, monitor.everyMs * random());
    },
    stop: () => {
      isRunning = false;
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}
