import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../platform/clock.ts";
import type { Transport } from "../../platform/transport/transport.ts";
import type { Network } from "../inventory/model.ts";
import type { PostfixMonitor } from "../inventory/monitors.ts";
import type { SymptomDesk } from "./desk.ts";
import { type HostRates, INTERVAL_MS } from "./drop/host.ts";
import { DropWatch } from "./drop/watch.ts";
import { followFiles } from "./follow.ts";
import { type HostFacts, readHostFacts, withKnownNames } from "./hostFacts.ts";
import type { LogEvent } from "./log/events.ts";
import { OutageTest } from "./log/outage.ts";
import { openLogReader } from "./log/read.ts";
import { keyOf, sightingOf } from "./log/sighting.ts";
import { flowsOf, type LogHost } from "./log/tie.ts";
import type { MonitorView } from "./model.ts";
import { QueueWatch } from "./queueWatch.ts";
import { everyMs } from "./schedule.ts";
import type { Sight } from "./sight.ts";
import type { MonitorStore } from "./store.ts";
import type { Watcher } from "./watcher.ts";
import { WaysOut } from "./waysOut.ts";

export interface PostfixParts {
  readonly monitor: PostfixMonitor;
  readonly network: () => Network;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly desk: SymptomDesk;
  readonly sight: Sight;
  readonly store: MonitorStore;
  readonly rates: HostRates;
  readonly onFault: (fault: unknown) => void;
}

/** Milliseconds before a log that broke off is followed again; doubled up to the longest. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** Milliseconds until the configuration is read again: people edit it, and a name may have been unknown. */
const FACTS_KEPT_MS = 600_000;

/** Follows the log of one mail host and looks at its queue, and says what they mean. */
export class PostfixWatch implements Watcher {
  private readonly parts: PostfixParts;
  private readonly stopping = new AbortController();
  private readonly ways: WaysOut;
  private readonly queue: QueueWatch;
  private readonly drop: DropWatch;
  private readonly outage: OutageTest;
  private timer: NodeJS.Timeout | null = null;
  private running: Promise<void> = Promise.resolve();
  private facts: HostFacts | null = null;
  private factsMs = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | null = null;

  constructor(parts: PostfixParts) {
    this.parts = parts;
    this.outage = new OutageTest(parts.monitor.id);
    this.ways = new WaysOut(parts.transport, parts.clock);
    this.queue = new QueueWatch({ ...parts, host: () => this.host() });
    this.drop = new DropWatch({ ...parts, isSeeing: () => parts.sight.isSeeing });
  }

  start(): void {
    const { signal } = this.stopping;
    const { everyMs: pauseMs } = this.parts.monitor;
    const { onFault } = this.parts;
    const all = [this.run(), everyMs(pauseMs, () => this.queue.look(), signal), this.drop.begin()];
    this.running = Promise.all(all.map((one) => one.catch(onFault))).then(() => undefined);
    this.timer = setInterval(() => {
      void this.drop.turn().catch(onFault);
      this.readAgain();
    }, INTERVAL_MS);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    if (this.timer !== null) clearInterval(this.timer);
    await this.running;
    await this.reading;
    await this.drop.keep().catch(this.parts.onFault);
  }

  /** A ruleset has changed, anywhere. */
  changed(atMs: number): void {
    this.drop.changed(atMs);
  }

  view(): MonitorView {
    const { problem, last } = this.queue;
    const view = this.parts.sight.view([
      ...(this.facts?.notSeen ?? []),
      ...(problem === null ? [] : [problem]),
      ...this.drop.notes(),
    ]);
    const queued = last === null ? {} : { queued: last.total, waiting: last.deferred };
    return { ...view, counts: { ...view.counts, ...queued } };
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; ) {
      const { reason, worked } = await this.look();
      if (signal.aborted) return;
      this.parts.sight.turn("blind", reason);
      pauseMs = worked ? FIRST_PAUSE_MS : Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Until the log breaks off: why, and whether it was followed for a while. */
  private async look(): Promise<{ readonly reason: string; readonly worked: boolean }> {
    const { monitor, transport, sight } = this.parts;
    const problem = await this.readFacts();
    if (problem !== null) return { reason: problem, worked: false };
    const reader = openLogReader();
    let worked = false;
    const reason = await followFiles(
      transport,
      monitor.logs,
      {
        onReady: () => {
          worked = true;
          sight.turn("seeing", `follows ${monitor.logs.join(", ")}`);
        },
        onLine: (line) => {
          sight.heard();
          sight.count("lines");
          const event = reader.read(line);
          if (event !== null) this.take(event);
        },
      },
      this.stopping.signal,
    );
    return { reason, worked };
  }

  /** What was read of the configuration is kept where it cannot be read again. */
  private readAgain(): void {
    if (this.facts === null) return;
    this.reading ??= this.readFacts()
      .then(() => undefined, this.parts.onFault)
      .finally(() => {
        this.reading = null;
      });
  }

  /** Null: the configuration is known, from now or from a while ago. */
  private async readFacts(): Promise<string | null> {
    const { monitor, network, transport, clock } = this.parts;
    if (clock() - this.factsMs < FACTS_KEPT_MS) return null;
    const device = network().devices.get(monitor.on);
    if (device === undefined) return `there is no device ${monitor.on} any more`;
    const facts = await readHostFacts(transport, device, monitor);
    if (facts.kind === "fault") return facts.message;
    this.facts = withKnownNames(facts, this.facts);
    this.factsMs = clock();
    return null;
  }

  /** Null: what it needs is not known yet. */
  private host(): LogHost | null {
    if (this.facts === null) return null;
    const { host } = this.facts;
    return { ...host, sourceOf: (to) => host.sourceOf(to) ?? this.ways.sourceOf(to) };
  }

  private take(event: LogEvent): void {
    this.parts.sight.count(event.kind);
    if (event.kind === "accepted") this.drop.accepted();
    const atMs = this.parts.clock();
    const target = targetOf(event);
    if (target === null) this.tell(event, atMs);
    else this.ways.whenKnown(target, () => this.tell(event, atMs));
  }

  private tell(event: LogEvent, atMs: number): void {
    const { desk, monitor } = this.parts;
    const host = this.host();
    if (host === null) return;
    if (event.kind === "sent") this.tellSent(event, host, atMs);
    const sighting = sightingOf(event, host, monitor.id, atMs);
    if (sighting !== null) desk.see(sighting);
    const outside = this.outage.take(event, host, atMs);
    for (const one of outside.seen) desk.see(one);
    desk.over(...outside.over);
  }

  private tellSent(event: Extract<LogEvent, { kind: "sent" }>, host: LogHost, atMs: number): void {
    const { desk, monitor } = this.parts;
    const { peer, sinceConnectMs } = event;
    if (peer === null || sinceConnectMs === null) return;
    const trouble = { kind: "peer", peer } as const;
    desk.over(keyOf(monitor.id, trouble));
    desk.well(flowsOf(trouble, host), atMs - sinceConnectMs);
  }
}

/** The address of the other side, where the event has one. */
function targetOf(event: LogEvent): string | null {
  if (event.kind === "sent") return event.peer?.address ?? null;
  if (event.kind !== "trouble" && event.kind !== "deferred") return null;
  return event.trouble.kind === "peer" ? event.trouble.peer.address : null;
}
