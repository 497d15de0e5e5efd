import type { DeviceResult } from "../../engine/parsers/readDevice.ts";
import type { Channel } from "../../platform/channel.ts";
import type { NetworkDevice } from "../inventory/model.ts";
import { runningDevice } from "../inventory/runningDevice.ts";
import {
  changedParts,
  hasEvents,
  isDrifted,
  type Snapshot,
  withPartsOf,
} from "../inventory/snapshot.ts";
import type { Attribution } from "./attribution.ts";
import type { Decisions } from "./decisions.ts";
import { isEntered } from "./entries.ts";
import type { Gaps } from "./gaps.ts";
import { asFarAsModelled, asFarAsRead, isReadWhole, type Meaning, meaningOf } from "./meaning.ts";
import type { AuditEvent } from "./model.ts";
import { withMovedElements } from "./moving.ts";
import { losesSets } from "./movingIpsets.ts";
import { untoldText } from "./polling.ts";
import type { AuditOptions } from "./service.ts";
import type { Drift, UnseenSpan } from "./sighting.ts";
import type { AuditStore } from "./store.ts";
import { toldRules } from "./told.ts";
import { type OwnWork, type Who, whoWas } from "./who.ts";

/** What was seen last, as the store and the engine have it. */
interface Seen {
  /** When what runs was this. */
  readonly atMs: number;
  readonly snapshot: Snapshot;
  readonly running: DeviceResult;
}

/** Which device is watched, and whose work on it is known. */
export interface Watched {
  readonly name: string;
  readonly attribution: Attribution;
  readonly decisions: Decisions;
  /** The work that the baseline is the result of; null: it was adopted by somebody. */
  readonly base: OwnWork | null;
  readonly gaps: Gaps;
}

/** All that the audit knows but where its store is. */
export type WatchOptions = Omit<AuditOptions, "database" | "trail">;

/** Tells what differs from what was seen before, each cause of it for itself. */
export class Comparison {
  private last: Seen | null = null;
  private readonly watched: Watched;
  private readonly options: WatchOptions;
  private readonly store: AuditStore;
  private readonly events: Channel<AuditEvent>;

  constructor(
    watched: Watched,
    options: WatchOptions,
    store: AuditStore,
    events: Channel<AuditEvent>,
  ) {
    this.watched = watched;
    this.options = options;
    this.store = store;
    this.events = events;
  }

  /** The first one of a watch is compared with what was seen before a gap: nothing of it is anybody's. */
  async take(drift: Drift, device: NetworkDevice, isFirst: boolean, base: Snapshot): Promise<void> {
    const after = seen(drift.snapshot, drift.atMs);
    const gap = isFirst ? await this.store.lastSeen(this.watched.name) : null;
    const last = isFirst ? await this.seenBefore(gap?.snapshot ?? null, base) : this.last;
    this.last = after;
    if (last === null || isSame(last, after)) return;
    const isDrift = isDrifted(base, drift.snapshot);
    const before = isFirst ? last : await this.split({ last, after, base, drift, device, isDrift });
    if (isSame(before, after)) return;
    const who = this.whoDid(drift, device, isDrift);
    const meaning =
      before.snapshot.hash === base.hash ? drift.meaning : this.meaningBetween(before, after);
    const sinceMs = isFirst ? (gap?.atMs ?? 0) : null;
    await this.tell({ before, after, base, meaning, sinceMs, by: await who });
  }

  /** What ran just before what was told came: what moved, and what nothing tells of, are differences of their own. */
  private async split(found: FoundBoth): Promise<Seen> {
    const moved = await this.splitMovement(found);
    return this.splitUntold({ ...found, last: moved });
  }

  /**
   * What moving sets hold changes all day and is not read back each time. What came that way is a difference of
   * nobody, unless it is proved to mean nothing.
   */
  private async splitMovement({ last: before, after, base, device }: FoundBoth): Promise<Seen> {
    const snapshot = withMovedElements(device, before.snapshot, after.snapshot);
    if (snapshot === null) return before;
    const moved = seen(snapshot, after.atMs);
    await this.options.keep(snapshot);
    const meaning = this.meaningBetween(before, moved);
    if (meaning.kind !== "harmless" || isSame(moved, after))
      await this.tell({
        before,
        after: moved,
        base,
        meaning,
        sinceMs: before.atMs,
        isMovement: true,
        by: MOVED,
      });
    return moved;
  }

  /**
   * What no event tells of came somewhere between two read-backs, and the one who sent the event that led to this
   * one did not do it. A set goes behind the last rule that asks it: without the set that rule cannot be.
   */
  private async splitUntold(found: FoundBoth): Promise<Seen> {
    const { last: before, after, base, drift } = found;
    const changed = changedParts(before.snapshot, after.snapshot);
    const isMissed = drift.transactions.length === 0;
    const parts = isMissed ? changed : changed.filter((part) => !hasEvents(part));
    if (drift.unseen === null || parts.length === 0) return before;
    if (!isMissed && losesSets(before.snapshot, after.snapshot)) return before;
    const snapshot = withPartsOf(before.snapshot, after.snapshot, parts);
    const split = seen(snapshot, drift.unseen.atMs);
    await this.options.keep(snapshot);
    const { sinceMs } = drift.unseen;
    const meaning = this.meaningBetween(before, split);
    const by = await this.whoOf(parts, drift.unseen, found);
    await this.tell({ before, after: split, base, meaning, sinceMs, isPolled: true, by });
    return split;
  }

  private async tell(toTell: ToTell): Promise<void> {
    const { before, after, base, meaning, sinceMs, by, isPolled, isMovement } = toTell;
    const found = {
      device: this.watched.name,
      atMs: after.atMs,
      sinceMs,
      isPolled: isPolled ?? false,
      by,
      before: before.snapshot.hash,
      after: after.snapshot.hash,
      parts: changedParts(before.snapshot, after.snapshot),
      ...idsOf(meaning),
      ...toldRules(before.snapshot, after.snapshot),
    };
    const difference = await this.store.add(found, {
      baseline: base.hash,
      isDrift: isDrifted(base, after.snapshot),
      isEntered: isEntered(found, isMovement ?? false),
      nowMs: this.options.clock(),
    });
    this.events.publish({ kind: "difference", difference });
  }

  private meaningBetween(before: Seen, after: Seen): Meaning {
    const [first, second] = [before.running, after.running];
    const network = this.options.network();
    const meaning = meaningOf(network, this.watched.name, first.device, second.device);
    const isWhole = isReadWhole(first) && isReadWhole(second);
    return asFarAsModelled(asFarAsRead(meaning, isWhole), before.snapshot, after.snapshot);
  }

  /** What this device had when it was seen last, in this run of the server or an earlier one. */
  private async seenBefore(last: string | null, base: Snapshot): Promise<Seen> {
    const found = last === null ? null : await this.options.snapshotOf(last);
    return seen(found ?? base, 0);
  }

  private whoDid(
    { atMs, transactions }: Drift,
    device: NetworkDevice,
    isDrift: boolean,
  ): Promise<Who> {
    const process = transactions.flatMap(({ by }) => by?.name ?? []).at(-1) ?? null;
    const work = workAt(this.watched, atMs, isDrift);
    if (work !== null) return Promise.resolve(work);
    const reason =
      transactions.length === 0 ? "nobody watched then" : "the kernel does not say who";
    if (process === null) return Promise.resolve({ kind: "unknown", reason, process });
    const { transportOf, network, clock } = this.options;
    const moment = { process, untold: null, sinceMs: atMs, atMs, nowMs: clock() };
    return whoWas(transportOf(this.watched.name), device, network().people, moment);
  }

  /** Of what has no events our own work touches source files alone. */
  private whoOf(
    parts: readonly string[],
    { sinceMs, atMs }: UnseenSpan,
    { device, isDrift }: FoundBoth,
  ): Promise<Who> {
    const isOurs = parts.every((part) => hasEvents(part) || device.sources.includes(part));
    const work = isOurs ? workAt(this.watched, atMs, isDrift) : null;
    if (work !== null) return Promise.resolve(work);
    const { transportOf, network, clock } = this.options;
    const moment = { process: null, untold: untoldText(parts), sinceMs, atMs, nowMs: clock() };
    return whoWas(transportOf(this.watched.name), device, network().people, moment);
  }
}

interface ToTell {
  readonly before: Seen;
  readonly after: Seen;
  /** What was approved. */
  readonly base: Snapshot;
  readonly meaning: Meaning;
  readonly sinceMs: number | null;
  /** Missing: it was not. */
  readonly isPolled?: boolean;
  /** Missing: it is not what live sets held. */
  readonly isMovement?: boolean;
  readonly by: Who;
}

/** What was found by one read-back. */
interface FoundBoth {
  readonly last: Seen;
  readonly after: Seen;
  readonly base: Snapshot;
  readonly drift: Drift;
  readonly device: NetworkDevice;
  readonly isDrift: boolean;
}

/** What differs from the result of our work is not part of it, however soon it came. */
export function workAt(
  { attribution, base }: Watched,
  atMs: number,
  isDrift: boolean,
): OwnWork | null {
  const work = attribution.at(atMs);
  return work === base && isDrift ? null : work;
}

const MOVED: Who = { kind: "unknown", reason: "elements of a live set moved", process: null };

function isSame(one: Seen, other: Seen): boolean {
  return one.snapshot.hash === other.snapshot.hash;
}

function seen(snapshot: Snapshot, atMs: number): Seen {
  return { atMs, snapshot, running: runningDevice(snapshot) };
}

function idsOf({ kind, broken, repaired, doubtful }: Meaning) {
  return { meaning: kind, broken: broken.map(({ id }) => id), repaired, doubtful } as const;
}
