import { setTimeout as sleep } from "node:timers/promises";
import { type Channel, openChannel } from "../../platform/channel.ts";
import type { NetworkDevice } from "../inventory/model.ts";
import { isDrifted, type Snapshot } from "../inventory/snapshot.ts";
import { Comparison, type Watched, type WatchOptions, workAt } from "./comparison.ts";
import { endDrift } from "./driftEnd.ts";
import type { AuditEvent, DriftState, WatchState } from "./model.ts";
import type { Drift, Sighting } from "./sighting.ts";
import type { AuditStore } from "./store.ts";
import { watchDevice } from "./watch.ts";

/** Milliseconds before a device that cannot be watched is tried again; doubled up to the longest. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** How one round of a watch went: `worked` where the device was watched for a while. */
type Round = "worked" | "failed" | "noBaseline";

/** The watch of one device, begun again whenever it breaks. */
export class DeviceAudit {
  state: WatchState = { kind: "noBaseline" };
  private readonly name: string;
  private readonly options: WatchOptions;
  private readonly store: AuditStore;
  private readonly events: Channel<AuditEvent>;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private readonly watched: Watched;
  private readonly comparison: Comparison;
  private readonly asked: Channel<null>;

  constructor(
    watched: Watched,
    options: WatchOptions,
    store: AuditStore,
    events: Channel<AuditEvent>,
  ) {
    this.name = watched.name;
    this.watched = watched;
    this.comparison = new Comparison(watched, options, store, events);
    this.options = options;
    this.store = store;
    this.events = events;
    this.asked = openChannel(options.onFault);
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    /* Whoever comes next has to begin all the same: the gap that it finds is longer then. */
    await this.noteEnd(this.seenUntilMs()).catch(this.options.onFault);
  }

  /** Reads the device now, as far as it is watched. */
  lookNow(): void {
    this.asked.publish(null);
  }

  /** Tells a drift anew that was told as that of a change, once the change is over. */
  reconsider(): void {
    const { state } = this;
    if (state.kind !== "watching" || state.drift.change === null) return;
    if (this.watched.attribution.at(this.options.clock()) !== null) return;
    this.setState({ ...state, drift: { ...state.drift, change: null } });
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; ) {
      const round = await this.round().catch((fault: unknown) => this.broken(fault));
      if (round === "noBaseline") return;
      pauseMs = round === "worked" ? FIRST_PAUSE_MS : Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async round(): Promise<Round> {
    const device = this.options.network().devices.get(this.name);
    const baseline = await this.options.baselineOf(this.name);
    if (device !== undefined && baseline !== null)
      return (await this.watch(device, baseline)) ? "worked" : "failed";
    this.setState({ kind: "noBaseline" });
    return "noBaseline";
  }

  /** A fault of our own, of the store mostly: what is not kept is not seen, and that is told. */
  private async broken(fault: unknown): Promise<Round> {
    const { onFault } = this.options;
    onFault(fault);
    const said = fault instanceof Error ? fault.message : String(fault);
    if (this.stopping.signal.aborted) return "failed";
    await this.blind(this.seenUntilMs(), `a fault of premortem: ${said}`).catch(onFault);
    return "failed";
  }

  private async blind(untilMs: number, reason: string): Promise<void> {
    this.setState({ kind: "blind", sinceMs: this.options.clock(), reason });
    await this.watched.gaps.blind(untilMs, reason);
  }

  /** True: the device was watched for a while. */
  private async watch(device: NetworkDevice, baseline: Snapshot): Promise<boolean> {
    const watch = {
      network: this.options.network(),
      device,
      transport: this.options.transportOf(this.name),
      baseline,
      clock: this.options.clock,
      wait: this.options.wait,
      decided: () => this.watched.decisions.over(this.options.wait, this.stopping.signal),
      asked: this.asked,
    };
    let worked = false;
    for await (const sighting of watchDevice(watch, this.stopping.signal)) {
      worked ||= sighting.kind === "watching";
      await this.take(sighting, device, baseline);
    }
    return worked;
  }

  private async take(sighting: Sighting, device: NetworkDevice, base: Snapshot): Promise<void> {
    const { clock, keep } = this.options;
    if (sighting.kind === "blind") {
      await this.noteEnd(sighting.untilMs);
      return this.blind(sighting.untilMs, sighting.reason);
    }
    const { drift } = sighting;
    const isFirst = sighting.kind === "watching";
    await keep(drift.snapshot);
    if (isFirst) await this.watched.gaps.seeing();
    await this.comparison.take(drift, device, isFirst, base);
    await endDrift({ store: this.store, ...this.options }, base, drift.snapshot, isFirst);
    await this.store.noteSeen(this.name, clock(), drift.snapshot.hash);
    const snapshot = drift.snapshot.hash;
    this.setState({
      kind: "watching",
      sinceMs: clock(),
      snapshot,
      drift: this.driftState(drift, isDrifted(base, drift.snapshot)),
      polling: drift.polling,
    });
  }

  /** What nothing tells of may have changed since it was read last. */
  private seenUntilMs(): number {
    const { state, options } = this;
    const nowMs = options.clock();
    if (state.kind !== "watching" || state.polling.withoutEvents.length === 0) return nowMs;
    return Math.max(state.sinceMs, nowMs - state.polling.everyMs);
  }

  /** Until `atMs` the last snapshot was what ran: whatever else is found later came after this. */
  private async noteEnd(atMs: number): Promise<void> {
    if (this.state.kind === "watching")
      await this.store.noteSeen(this.name, atMs, this.state.snapshot);
  }

  private driftState({ meaning, isWhole, atMs }: Drift, isDrift: boolean): DriftState {
    const work = workAt(this.watched, this.options.clock(), isDrift);
    const change = work?.kind === "change" ? work.change : null;
    const { kind, broken, undecided } = meaning;
    return { isDrift, meaning: kind, broken, undecided, isWhole, atMs, change };
  }

  private setState(state: WatchState): void {
    this.state = state;
    this.events.publish({ kind: "state", device: this.name, state });
  }
}
