import { setTimeout as sleep } from "node:timers/promises";
import type { DeviceResult } from "../../engine/parsers/readDevice.ts";
import type { Channel } from "../../platform/channel.ts";
import type { NetworkDevice } from "../inventory/model.ts";
import { runningDevice, type Snapshot } from "../inventory/snapshot.ts";
import type { Attribution } from "./attribution.ts";
import { asFarAsRead, isReadWhole, type Meaning, meaningOf } from "./meaning.ts";
import type { AuditEvent, DriftState, WatchState } from "./model.ts";
import { withMovedElements } from "./moving.ts";
import type { AuditOptions } from "./service.ts";
import type { AuditStore } from "./store.ts";
import { toldRules } from "./told.ts";
import { type Drift, type Sighting, watchDevice } from "./watch.ts";
import { type OwnWork, type Who, whoWas } from "./who.ts";

/** Milliseconds before a device that cannot be watched is tried again; doubled up to the longest. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** What was seen last, as the store and the engine have it. */
interface Seen {
  /** When what runs was this. */
  readonly atMs: number;
  readonly snapshot: Snapshot;
  readonly running: DeviceResult;
}

/** All that the audit knows but where its store is. */
type WatchOptions = Omit<AuditOptions, "database">;

/** How one round of a watch went: `worked` where the device was watched for a while. */
type Round = "worked" | "failed" | "noBaseline";

/** Which device is watched, and whose work on it is known. */
export interface Watched {
  readonly name: string;
  readonly attribution: Attribution;
  /** The work that the baseline is the result of; null: it was adopted by somebody. */
  readonly base: OwnWork | null;
}

/** The watch of one device, begun again whenever it breaks. */
export class DeviceAudit {
  state: WatchState = { kind: "noBaseline" };
  private readonly name: string;
  private readonly options: WatchOptions;
  private readonly store: AuditStore;
  private readonly events: Channel<AuditEvent>;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private last: Seen | null = null;
  private readonly attribution: Attribution;
  private readonly base: OwnWork | null;

  constructor(
    { name, attribution, base }: Watched,
    options: WatchOptions,
    store: AuditStore,
    events: Channel<AuditEvent>,
  ) {
    this.name = name;
    this.attribution = attribution;
    this.base = base;
    this.options = options;
    this.store = store;
    this.events = events;
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    /* Whoever comes next has to begin all the same: the gap that it finds is longer then. */
    await this.noteEnd(this.options.clock()).catch(this.options.onFault);
  }

  /** Tells a drift anew that was told as that of a change, once the change is over. */
  reconsider(): void {
    const { state } = this;
    if (state.kind !== "watching" || state.drift.change === null) return;
    if (this.attribution.at(this.options.clock()) !== null) return;
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
  private broken(fault: unknown): Round {
    const { onFault, clock } = this.options;
    onFault(fault);
    const reason = fault instanceof Error ? fault.message : String(fault);
    if (!this.stopping.signal.aborted)
      this.setState({ kind: "blind", sinceMs: clock(), reason: `a fault of premortem: ${reason}` });
    return "failed";
  }

  /** True: the device was watched for a while. */
  private async watch(device: NetworkDevice, baseline: Snapshot): Promise<boolean> {
    const watch = {
      network: this.options.network(),
      device,
      transport: this.options.transportOf(this.name),
      baseline: runningDevice(baseline),
      clock: this.options.clock,
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
      this.setState({ kind: "blind", sinceMs: clock(), reason: sighting.reason });
      return;
    }
    const { drift } = sighting;
    await keep(drift.snapshot);
    await this.compare(drift, device, sighting.kind === "watching", base);
    await this.store.noteSeen(this.name, clock(), drift.snapshot.hash);
    const snapshot = drift.snapshot.hash;
    this.setState({
      kind: "watching",
      sinceMs: clock(),
      snapshot,
      drift: this.driftState(drift, snapshot !== base.hash),
    });
  }

  private async compare(
    drift: Drift,
    device: NetworkDevice,
    isFirst: boolean,
    base: Snapshot,
  ): Promise<void> {
    const after = seen(drift.snapshot, drift.atMs);
    const gap = isFirst ? await this.store.lastSeen(this.name) : null;
    const last = isFirst ? await this.seenBefore(gap?.snapshot ?? null, base) : this.last;
    this.last = after;
    if (last === null || last.snapshot.hash === drift.snapshot.hash) return;
    /* Where nobody watched, nothing of it is anybody's. */
    const before = isFirst ? last : await this.splitMovement(last, after, device);
    if (before.snapshot.hash === drift.snapshot.hash) return;
    const who = this.whoDid(drift, device, drift.snapshot.hash !== base.hash);
    const meaning =
      before.snapshot.hash === base.hash
        ? drift.meaning
        : this.meaningBetween(before.running, after.running);
    await this.tell(before, after, meaning, isFirst ? (gap?.atMs ?? 0) : null, await who);
  }

  /**
   * What ran just before somebody did something: what moving sets hold changes all day and is not read back each
   * time. What came that way is a difference of its own, of nobody, unless it is proved to mean nothing.
   */
  private async splitMovement(before: Seen, after: Seen, device: NetworkDevice): Promise<Seen> {
    const snapshot = withMovedElements(device, before.snapshot, after.snapshot);
    if (snapshot === null) return before;
    const moved = seen(snapshot, after.atMs);
    await this.options.keep(snapshot);
    const meaning = this.meaningBetween(before.running, moved.running);
    if (meaning.kind !== "harmless" || snapshot.hash === after.snapshot.hash)
      await this.tell(before, moved, meaning, before.atMs, MOVED);
    return moved;
  }

  private async tell(
    before: Seen,
    after: Seen,
    meaning: Meaning,
    sinceMs: number | null,
    by: Who,
  ): Promise<void> {
    const difference = await this.store.add({
      device: this.name,
      atMs: after.atMs,
      sinceMs,
      before: before.snapshot.hash,
      after: after.snapshot.hash,
      ...idsOf(meaning),
      ...toldRules(before.snapshot, after.snapshot),
      by,
    });
    this.events.publish({ kind: "difference", difference });
  }

  private meaningBetween(before: DeviceResult, after: DeviceResult): Meaning {
    const meaning = meaningOf(this.options.network(), this.name, before.device, after.device);
    return asFarAsRead(meaning, isReadWhole(before) && isReadWhole(after));
  }

  /** What this device had when it was seen last, in this run of the server or an earlier one. */
  private async seenBefore(last: string | null, base: Snapshot): Promise<Seen> {
    const found = last === null ? null : await this.options.snapshotOf(last);
    const snapshot = found ?? base;
    return seen(snapshot, 0);
  }

  /** What differs from the result of our work is not part of it, however soon it came. */
  private workAt(atMs: number, isDrift: boolean): OwnWork | null {
    const work = this.attribution.at(atMs);
    return work === this.base && isDrift ? null : work;
  }

  private whoDid(
    { atMs, transactions }: Drift,
    device: NetworkDevice,
    isDrift: boolean,
  ): Promise<Who> {
    const process = transactions.flatMap(({ by }) => by?.name ?? []).at(-1) ?? null;
    const work = this.workAt(atMs, isDrift);
    if (work !== null) return Promise.resolve(work);
    const reason =
      transactions.length === 0 ? "nobody watched then" : "the kernel does not say who";
    if (process === null) return Promise.resolve({ kind: "unknown", reason, process });
    const { transportOf, network, clock } = this.options;
    const moment = { process, atMs, nowMs: clock() };
    return whoWas(transportOf(this.name), device, network().people, moment);
  }

  /** Until `atMs` the last snapshot was what ran: whatever else is found later came after this. */
  private async noteEnd(atMs: number): Promise<void> {
    if (this.state.kind === "watching")
      await this.store.noteSeen(this.name, atMs, this.state.snapshot);
  }

  private driftState({ meaning, isWhole, atMs }: Drift, isDrift: boolean): DriftState {
    const work = this.workAt(this.options.clock(), isDrift);
    const change = work?.kind === "change" ? work.change : null;
    const { kind, broken, undecided } = meaning;
    return { isDrift, meaning: kind, broken, undecided, isWhole, atMs, change };
  }

  private setState(state: WatchState): void {
    this.state = state;
    this.events.publish({ kind: "state", device: this.name, state });
  }
}

const MOVED: Who = { kind: "unknown", reason: "elements of a live set moved", process: null };

function seen(snapshot: Snapshot, atMs: number): Seen {
  return { atMs, snapshot, running: runningDevice(snapshot) };
}

function idsOf({ kind, broken, repaired, doubtful }: Meaning) {
  return { meaning: kind, broken: broken.map(({ id }) => id), repaired, doubtful } as const;
}
