import type { NamedSet, SetElement } from "../device/set.ts";
import { Journal } from "./journal.ts";
import { RuntimeSets, type TimedElement } from "./runtimeSets.ts";
import { isClosed } from "./tcpTracking.ts";
import { type Connection, copyConnection, type Tuple, tupleKey, type Zones } from "./tracking.ts";

/** Tokens of a limiter, in nanoseconds of its rate (nft_limit counts them so). */
export interface Bucket {
  readonly tokens: bigint;
  readonly lastMs: number;
  /** Nothing was taken from it: it is full whatever the clock says. */
  readonly isUntouched: boolean;
}

export interface TrackedEntry {
  readonly connection: Connection;
  readonly direction: "original" | "reply";
}

/** What xt_recent keeps of one address, times in milliseconds of the memory's clock. */
export interface RecentEntry {
  readonly stampsMs: readonly number[];
  readonly ttl: bigint | null;
}

/** Time stamps that xt_recent keeps for an address (ip_pkt_list_tot). */
export const RECENT_STAMPS = 20;

/**
 * What a kernel remembers between packets: connections, written sets, limits and counts, on a clock
 * that only `advance` moves. It outlives reloads: state hangs on the statement objects of a device,
 * so a rule that stays keeps its bucket, and a rule that is loaded anew gets a fresh one (measured).
 */
export class Memory {
  clockMs = 0;
  /** How far the clock may be off; what hangs on less than that is open. */
  clockSlackMs = 0;
  readonly journal = new Journal();
  private readonly connections = new Map<string, TrackedEntry>();
  /** Fragments that wait for the rest of their datagram, by datagram. */
  private readonly fragments = new Map<string, readonly Uint8Array[]>();
  private readonly recent = new Map<string, RecentEntry>();
  private readonly buckets = new Map<object | string, Map<string, Bucket>>();
  private readonly counters = new WeakMap<object, bigint>();
  private readonly bytes = new Map<object | string, bigint>();
  private readonly counted = new WeakMap<object, Map<string, ReadonlySet<string>>>();
  private readonly sets = new RuntimeSets(this.journal);

  advance(milliseconds: number): void {
    this.clockMs += milliseconds;
    for (const [key, { connection }] of this.connections) {
      if (connection.expiresMs !== null && connection.expiresMs <= this.clockMs)
        this.connections.delete(key);
    }
  }

  flushConnections(): void {
    this.connections.clear();
    this.fragments.clear();
  }

  /** The connection that a packet belongs to. The caller may write it: it can be taken back. */
  findConnection(tuple: Tuple, zones: Zones): TrackedEntry | null {
    for (const zone of new Set([zones.original, zones.reply])) {
      const key = tupleKey(tuple, zone);
      const entry = key === null ? undefined : this.connections.get(key);
      if (entry === undefined) continue;
      if (entry.connection.zones[entry.direction] !== zones[entry.direction]) continue;
      const { connection } = entry;
      const before = copyConnection(connection);
      this.journal.note(() => Object.assign(connection, before));
      return entry;
    }
    return null;
  }

  /** Whether another connection than `except` has this tuple already. */
  isTaken(tuple: Tuple, zones: Zones, except: Connection): boolean {
    const key = tupleKey(tuple, zones.reply);
    const entry = key === null ? undefined : this.connections.get(key);
    return entry !== undefined && entry.connection !== except;
  }

  remember(connection: Connection): void {
    for (const direction of ["original", "reply"] as const) {
      const key = tupleKey(connection[direction], connection.zones[direction]);
      if (key !== null) this.journal.put(this.connections, key, { connection, direction });
    }
  }

  forget(connection: Connection): void {
    for (const direction of ["original", "reply"] as const) {
      const key = tupleKey(connection[direction], connection.zones[direction]);
      if (key !== null) this.journal.put(this.connections, key, undefined);
    }
  }

  waitingFragments(datagram: string): readonly Uint8Array[] {
    return this.fragments.get(datagram) ?? [];
  }

  get waitingDatagrams(): number {
    return this.fragments.size;
  }

  /** Null: the datagram is whole, or given up. */
  keepFragments(datagram: string, parts: readonly Uint8Array[] | null): void {
    this.journal.put(this.fragments, datagram, parts ?? undefined);
  }

  recentEntry(list: string, key: string): RecentEntry | null {
    return this.recent.get(`${list} ${key}`) ?? null;
  }

  setRecent(list: string, key: string, entry: RecentEntry | null): void {
    this.journal.put(this.recent, `${list} ${key}`, entry ?? undefined);
  }

  /** The bucket of a statement or a named object, for one key (empty where it has none). */
  bucket(owner: object | string, key: string, full: bigint): Bucket {
    const found = this.buckets.get(owner)?.get(key);
    return found ?? { tokens: full, lastMs: this.clockMs, isUntouched: true };
  }

  setBucket(owner: object | string, key: string, bucket: Bucket): void {
    const byKey = this.buckets.get(owner) ?? new Map<string, Bucket>();
    this.buckets.set(owner, byKey);
    this.journal.put(byKey, key, bucket);
  }

  /** Counts up and gives the number before. */
  increment(owner: object): bigint {
    const count = this.counters.get(owner) ?? 0n;
    this.journal.put(this.counters, owner, count + 1n);
    return count;
  }

  /** Bytes counted by a quota so far, these included. */
  addBytes(owner: object | string, used: bigint, bytes: bigint): bigint {
    const sum = (this.bytes.get(owner) ?? used) + bytes;
    this.journal.put(this.bytes, owner, sum);
    return sum;
  }

  /**
   * Connections counted together by a statement, the one of `tuple` included. One that was refused, closed
   * or forgotten stays counted (measured on 6.18) until the list is cleaned, a few entries at a time:
   * `gone` of them may be out already.
   */
  countConnections(
    owner: object,
    group: string,
    tuple: string,
  ): { readonly count: number; readonly gone: number } {
    const groups = this.counted.get(owner) ?? new Map<string, ReadonlySet<string>>();
    this.counted.set(owner, groups);
    const members = new Set(groups.get(group) ?? []).add(tuple);
    this.journal.put(groups, group, members);
    const gone = [...members].filter((member) => member !== tuple && !this.isOpen(member));
    return { count: members.size, gone: gone.length };
  }

  /** Whether a connection of this tuple is in the table and not over. */
  private isOpen(tuple: string): boolean {
    const entry = this.connections.get(tuple);
    return entry !== undefined && !isClosed(entry.connection.tcp?.state ?? null);
  }

  liveElements(key: string, named: NamedSet): readonly SetElement[] {
    return this.sets.live(key, named, this.clockMs);
  }

  /** The same, with the time that each has left; null: it stays. */
  timedElements(key: string, named: NamedSet): readonly TimedElement[] {
    return this.sets.timed(key, named, this.clockMs);
  }

  /** Puts an element into a set; false where the set is full. */
  addElement(key: string, named: NamedSet, element: SetElement): boolean {
    return this.sets.add(key, named, element, this.clockMs);
  }

  renewElement(key: string, named: NamedSet, element: SetElement, timeoutMs: number | null): void {
    this.sets.renew(key, named, element, timeoutMs, this.clockMs);
  }

  deleteElement(key: string, named: NamedSet, element: SetElement): void {
    this.sets.remove(key, named, element, this.clockMs);
  }
}
