import type { NamedSet, SetElement } from "../device/set.ts";
import type { Statement } from "../device/statement.ts";
import { type Connection, tupleKey } from "./tracking.ts";

/** Tokens of a limiter, in nanoseconds of its rate (nft_limit counts them so). */
export interface Bucket {
  tokens: bigint;
  lastMs: number;
}

export interface TrackedEntry {
  readonly connection: Connection;
  readonly direction: "original" | "reply";
}

interface RuntimeElement {
  readonly element: SetElement;
  expiresAtMs: number | null;
}

interface RuntimeSet {
  source: NamedSet;
  entries: RuntimeElement[];
  /** What `liveElements` gave last; dropped when an element comes, goes or runs out. */
  live: readonly SetElement[] | null;
  /** When the first of the live elements runs out. */
  nextExpiryMs: number;
}

export interface RecentEntry {
  stampsMs: number[];
  ttl: bigint | null;
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
  readonly connections = new Map<string, TrackedEntry>();
  /** Fragments that wait for the rest of their datagram, by datagram. */
  readonly fragments = new Map<string, Uint8Array[]>();
  readonly recent = new Map<string, Map<string, RecentEntry>>();
  private readonly buckets = new Map<object | string, Map<string, Bucket>>();
  private readonly counters = new WeakMap<object, bigint>();
  private readonly bytes = new Map<object | string, bigint>();
  private readonly counted = new WeakMap<object, Map<string, Set<Connection>>>();
  private readonly sets = new Map<string, RuntimeSet>();

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

  remember(connection: Connection): void {
    for (const direction of ["original", "reply"] as const) {
      const key = tupleKey(connection[direction], connection.zone);
      if (key !== null) this.connections.set(key, { connection, direction });
    }
  }

  forget(connection: Connection): void {
    for (const direction of ["original", "reply"] as const) {
      const key = tupleKey(connection[direction], connection.zone);
      if (key !== null) this.connections.delete(key);
    }
  }

  /** The bucket of a statement or a named object, for one key (empty where it has none). */
  bucket(owner: object | string, key: string, full: bigint): Bucket {
    const byKey = this.buckets.get(owner) ?? new Map<string, Bucket>();
    this.buckets.set(owner, byKey);
    const bucket = byKey.get(key) ?? { tokens: full, lastMs: this.clockMs };
    byKey.set(key, bucket);
    return bucket;
  }

  /** Counts up and gives the number before. */
  increment(owner: object): bigint {
    const count = this.counters.get(owner) ?? 0n;
    this.counters.set(owner, count + 1n);
    return count;
  }

  /** Bytes counted by a quota so far, these included. */
  addBytes(owner: object | string, used: bigint, bytes: bigint): bigint {
    const sum = (this.bytes.get(owner) ?? used) + bytes;
    this.bytes.set(owner, sum);
    return sum;
  }

  /**
   * Connections counted together by a statement, this one included. A refused connection stays
   * counted (measured on 6.18): its entry goes only when the list is cleaned.
   */
  countConnections(owner: object, group: string, connection: Connection): number {
    const groups = this.counted.get(owner) ?? new Map<string, Set<Connection>>();
    this.counted.set(owner, groups);
    const members = groups.get(group) ?? new Set<Connection>();
    groups.set(group, members);
    members.add(connection);
    return members.size;
  }

  liveElements(key: string, named: NamedSet): readonly SetElement[] {
    const set = this.runtimeSet(key, named);
    if (set.live !== null && this.clockMs < set.nextExpiryMs) return set.live;
    set.entries = set.entries.filter(
      ({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > this.clockMs,
    );
    set.nextExpiryMs = Math.min(
      ...set.entries.map(({ expiresAtMs }) => expiresAtMs ?? Number.POSITIVE_INFINITY),
      Number.POSITIVE_INFINITY,
    );
    set.live = set.entries.map(({ element }) => element);
    return set.live;
  }

  /** Puts an element into a set; false where the set is full. */
  addElement(key: string, named: NamedSet, element: SetElement): boolean {
    const live = this.liveElements(key, named);
    if (named.size !== null && live.length >= named.size) return false;
    const set = this.runtimeSet(key, named);
    set.entries.push({ element, expiresAtMs: this.expiry(named, element) });
    set.live = null;
    return true;
  }

  renewElement(key: string, named: NamedSet, element: SetElement, timeoutMs: number | null): void {
    const set = this.runtimeSet(key, named);
    const entry = set.entries.find((candidate) => candidate.element === element);
    const timeout = timeoutMs ?? element.timeoutMs ?? named.defaultTimeoutMs;
    if (entry !== undefined && timeout !== null) entry.expiresAtMs = this.clockMs + timeout;
    set.live = null;
  }

  deleteElement(key: string, named: NamedSet, element: SetElement): void {
    const set = this.runtimeSet(key, named);
    set.entries = set.entries.filter((entry) => entry.element !== element);
    set.live = null;
  }

  private runtimeSet(key: string, named: NamedSet): RuntimeSet {
    const set = this.sets.get(key);
    if (set === undefined) {
      const entries = named.elements.map((element) => this.runtimeElement(named, element));
      const made: RuntimeSet = { source: named, entries, live: null, nextExpiryMs: 0 };
      this.sets.set(key, made);
      return made;
    }
    if (set.source !== named) this.follow(set, named);
    return set;
  }

  /** Takes over what scripts did to the set: elements that came and went; the others stay. */
  private follow(set: RuntimeSet, named: NamedSet): void {
    const before = new Set(set.source.elements.map(elementKey));
    const after = new Set(named.elements.map(elementKey));
    set.entries = set.entries.filter(
      ({ element }) => !before.has(elementKey(element)) || after.has(elementKey(element)),
    );
    const held = new Set(set.entries.map(({ element }) => elementKey(element)));
    for (const element of named.elements) {
      const key = elementKey(element);
      if (!held.has(key) && !before.has(key)) set.entries.push(this.runtimeElement(named, element));
    }
    set.source = named;
    set.live = null;
  }

  private runtimeElement(named: NamedSet, element: SetElement): RuntimeElement {
    return { element, expiresAtMs: this.expiry(named, element) };
  }

  private expiry(named: NamedSet, element: SetElement): number | null {
    const left = element.expiresMs ?? element.timeoutMs ?? named.defaultTimeoutMs;
    return left === null || left === 0 ? null : this.clockMs + left;
  }
}

export function elementKey(element: SetElement): string {
  if (element.catchAll) return "*";
  return element.key.map(({ from, to }) => `${from}-${to}`).join(" . ");
}

/** What an element written by the packet path carries. */
export function writtenElement(
  values: readonly bigint[],
  timeoutMs: number | null,
  statements: readonly Statement[],
  data: SetElement["data"],
): SetElement {
  return {
    key: values.map((value) => ({ from: value, to: value })),
    catchAll: false,
    data,
    timeoutMs,
    expiresMs: null,
    exception: false,
    statements,
    span: { file: "", line: 0, column: 0, endLine: 0, endColumn: 0 },
  };
}
