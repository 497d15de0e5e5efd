import { randomUUID } from "node:crypto";
import { type Channel, openChannel } from "../../platform/channel.ts";
import type { Clock } from "../../platform/clock.ts";
import type { Database } from "../../platform/db/database.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import type { Network } from "../inventory/model.ts";
import type { Monitor } from "../inventory/monitors.ts";
import { chanceOfTrial, meanTimeOfOneMs } from "./budget.ts";
import { QUIET_MS, saidSurge } from "./complaints/said.ts";
import { ComplaintsWatch } from "./complaints/watch.ts";
import { CountersWatch } from "./counters/watch.ts";
import { SymptomDesk } from "./desk.ts";
import { type HostRates, INTERVAL_MS } from "./drop/host.ts";
import type {
  ActiveSymptom,
  CallerReport,
  ComplaintAnswer,
  ComplaintHeaders,
  MonitorEvent,
  MonitorView,
} from "./model.ts";
import { PostfixWatch } from "./postfixWatch.ts";
import { Sight } from "./sight.ts";
import { type MonitorStore, monitorStore } from "./store.ts";
import type { Watcher } from "./watcher.ts";

/** What monitors have to know of the rest; the network is asked anew, since its file changes. */
export interface MonitorOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly network: () => Network;
  readonly transportOf: (device: string) => Transport;
  readonly onFault: (fault: unknown) => void;
}

/** Everything that is looked at all day and is no probe: logs, queues, counters, complaints. */
export interface Monitors {
  readonly events: Channel<MonitorEvent>;
  /** What hurts now. */
  active(): readonly ActiveSymptom[];
  states(): readonly MonitorView[];
  /** Takes a message of a help desk, as it came: its bytes are what is signed. */
  complain(
    monitor: string,
    rawBody: Uint8Array | string,
    headers: ComplaintHeaders,
  ): Promise<ComplaintAnswer>;
  /** Takes in what callers say, by somebody who is logged in; false: no monitor of complaints tests it. */
  report(report: CallerReport): Promise<boolean>;
  /** Complaints and reports since a moment. */
  reportsSince(sinceMs: number): Promise<number>;
  /** A ruleset has changed: for some minutes less is needed to see an outage. */
  changed(device: string, atMs: number): void;
  /** Begins to look, by the monitors that the network file has now. */
  start(): void;
  /** Ends it; resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

/** Stands for a monitor of complaints where the network file has none. */
const HELP_DESK = { id: "help desk", flows: [] } as const;

/** Milliseconds from one look for symptoms that have gone silent to the next. */
const EXPIRE_EVERY_MS = 1_000;

export function openMonitors(options: MonitorOptions): Monitors {
  const events = openChannel<MonitorEvent>(options.onFault);
  const desk = new SymptomDesk(events, options.clock);
  const store = monitorStore(options.database);
  let watchers: readonly Watcher[] = [];
  let timer: NodeJS.Timeout | null = null;
  /* What was said shortly before a restart still speaks. */
  const rememberSurge = async (): Promise<void> => {
    const said = await store.lastSurge(HELP_DESK.id, options.clock() - QUIET_MS);
    if (said !== null) desk.see(saidSurge(HELP_DESK, said.text, said.atMs));
  };
  let remembered: Promise<void> = Promise.resolve();
  const seeingSince = () =>
    new Map([
      [HELP_DESK.id, 0],
      ...watchers
        .map((watcher) => watcher.view())
        .filter(({ state }) => state === "seeing")
        .map(({ monitor, sinceMs }) => [monitor, sinceMs] as const),
    ]);
  return {
    events,
    active: () => desk.active(),
    states: () => watchers.map((watcher) => watcher.view()),
    complain: (name, rawBody, headers) => {
      const isMeant = (one: Watcher) => one instanceof ComplaintsWatch && one.monitor.id === name;
      const watcher = watchers.find(isMeant);
      const body = typeof rawBody === "string" ? new TextEncoder().encode(rawBody) : rawBody;
      return watcher instanceof ComplaintsWatch
        ? watcher.take(body, headers)
        : Promise.resolve(unknownMonitor(name));
    },
    async report({ text, isSurge }) {
      const id = `report/${randomUUID()}`;
      const complaint = { id, text, saidMs: null, user: null, tags: [] };
      const watcher = watchers.find((one) => one instanceof ComplaintsWatch);
      if (watcher !== undefined) {
        await watcher.report(complaint, isSurge);
        return true;
      }
      const atMs = options.clock();
      await store.addComplaint(HELP_DESK.id, complaint, atMs, isSurge);
      if (isSurge) desk.see(saidSurge(HELP_DESK, text, atMs));
      return false;
    },
    reportsSince: (sinceMs) => store.countComplaints(sinceMs),
    changed: (_device, atMs) => {
      for (const watcher of watchers) if (watcher instanceof PostfixWatch) watcher.changed(atMs);
    },
    start() {
      if (timer !== null) return;
      timer = setInterval(() => desk.expire(seeingSince()), EXPIRE_EVERY_MS);
      timer.unref();
      const { monitors } = options.network();
      const meanTimeMs = meanTimeOfOneMs(monitors);
      const rates = {
        meanRunLength: meanTimeMs / INTERVAL_MS,
        chanceOfTrial: chanceOfTrial(monitors),
      };
      const parts = { options, desk, events, store, meanTimeMs, rates };
      desk.begin(new Set([HELP_DESK.id, ...monitors.map(({ id }) => id)]));
      watchers = monitors.flatMap((monitor) => watcherOf(monitor, parts));
      for (const watcher of watchers) watcher.start();
      remembered = rememberSurge().catch(options.onFault);
    },
    async stop() {
      if (timer !== null) clearInterval(timer);
      timer = null;
      await remembered;
      await Promise.all(watchers.map((watcher) => watcher.stop()));
    },
  };
}

interface Shared {
  readonly options: MonitorOptions;
  readonly desk: SymptomDesk;
  readonly events: Channel<MonitorEvent>;
  readonly store: MonitorStore;
  readonly meanTimeMs: number;
  readonly rates: HostRates;
}

/** Empty: a probe, which others ask. */
function watcherOf(monitor: Monitor, shared: Shared): readonly Watcher[] {
  const { clock, network, transportOf, onFault } = shared.options;
  const { desk, store, meanTimeMs, rates } = shared;
  const common = { clock, desk, store, onFault };
  const sightOf = (kind: MonitorView["kind"], device: string | null) =>
    new Sight({ monitor: monitor.id, kind, device }, shared.events, clock);
  switch (monitor.kind) {
    case "postfix": {
      const transport = transportOf(monitor.on);
      const sight = sightOf(monitor.kind, monitor.on);
      return [new PostfixWatch({ ...common, monitor, network, transport, sight, rates })];
    }
    case "complaints": {
      const sight = sightOf(monitor.kind, null);
      return [new ComplaintsWatch({ ...common, monitor, sight, meanTimeMs })];
    }
    case "counters": {
      const transport = transportOf(monitor.on);
      const sight = sightOf(monitor.kind, monitor.on);
      return [new CountersWatch({ ...common, monitor, transport, sight })];
    }
    default:
      return [];
  }
}

function unknownMonitor(name: string): ComplaintAnswer {
  return {
    kind: "unknownMonitor",
    reason: `no monitor of complaints is called \`${name}\``,
    help: "name one of `kind: complaints` in the network file",
  };
}
