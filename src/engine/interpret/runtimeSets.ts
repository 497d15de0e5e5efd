import type { NamedSet, SetElement } from "../device/set.ts";
import type { Statement } from "../device/statement.ts";
import type { Journal } from "./journal.ts";

interface RuntimeElement {
  readonly element: SetElement;
  readonly expiresAtMs: number | null;
}

/** An element with the milliseconds until it runs out; null: it stays. */
export interface TimedElement {
  readonly element: SetElement;
  readonly leftMs: number | null;
}

interface RuntimeSet {
  readonly source: NamedSet;
  readonly entries: readonly RuntimeElement[];
  /** What `live` gave last; null when an element came, went or ran out. */
  readonly live: readonly SetElement[] | null;
  /** When the first of the live elements runs out. */
  readonly nextExpiryMs: number;
}

/** Contents of named sets as the packet path and the clock change them. */
export class RuntimeSets {
  private readonly sets = new Map<string, RuntimeSet>();
  private readonly journal: Journal;

  constructor(journal: Journal) {
    this.journal = journal;
  }

  /** Elements that have not run out at `clockMs`. */
  live(key: string, named: NamedSet, clockMs: number): readonly SetElement[] {
    const set = this.current(key, named, clockMs);
    if (set.live !== null && clockMs < set.nextExpiryMs) return set.live;
    const entries = set.entries.filter(
      ({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > clockMs,
    );
    const nextExpiryMs = entries.reduce(
      (least, { expiresAtMs }) => Math.min(least, expiresAtMs ?? least),
      Number.POSITIVE_INFINITY,
    );
    const live = entries.map(({ element }) => element);
    this.sets.set(key, { ...set, entries, nextExpiryMs, live });
    return live;
  }

  timed(key: string, named: NamedSet, clockMs: number): readonly TimedElement[] {
    this.live(key, named, clockMs);
    const entries = this.sets.get(key)?.entries ?? [];
    return entries.map(({ element, expiresAtMs }) => ({
      element,
      leftMs: expiresAtMs === null ? null : expiresAtMs - clockMs,
    }));
  }

  /** False where the set is full. */
  add(key: string, named: NamedSet, element: SetElement, clockMs: number): boolean {
    const live = this.live(key, named, clockMs);
    if (named.size !== null && live.length >= named.size) return false;
    const set = this.current(key, named, clockMs);
    this.replace(key, set, [...set.entries, runtimeElement(named, element, clockMs)]);
    return true;
  }

  renew(
    key: string,
    named: NamedSet,
    element: SetElement,
    timeoutMs: number | null,
    clockMs: number,
  ): void {
    const timeout = timeoutMs ?? element.timeoutMs ?? named.defaultTimeoutMs;
    if (timeout === null) return;
    const set = this.current(key, named, clockMs);
    const renewed = set.entries.map((entry) =>
      entry.element === element ? { element, expiresAtMs: clockMs + timeout } : entry,
    );
    this.replace(key, set, renewed);
  }

  remove(key: string, named: NamedSet, element: SetElement, clockMs: number): void {
    const set = this.current(key, named, clockMs);
    this.replace(
      key,
      set,
      set.entries.filter((entry) => entry.element !== element),
    );
  }

  private replace(key: string, set: RuntimeSet, entries: readonly RuntimeElement[]): void {
    this.journal.put(this.sets, key, { ...set, entries, live: null });
  }

  private current(key: string, named: NamedSet, clockMs: number): RuntimeSet {
    const set = this.sets.get(key);
    if (set?.source === named) return set;
    const made = set === undefined ? firstContent(named, clockMs) : followed(set, named, clockMs);
    this.sets.set(key, made);
    return made;
  }
}

function firstContent(named: NamedSet, clockMs: number): RuntimeSet {
  const entries = named.elements.map((element) => runtimeElement(named, element, clockMs));
  return { source: named, entries, live: null, nextExpiryMs: 0 };
}

/** Takes over what scripts did to the set: elements that came and went; the others stay. */
function followed(set: RuntimeSet, named: NamedSet, clockMs: number): RuntimeSet {
  const before = new Set(set.source.elements.map(elementKey));
  const after = new Set(named.elements.map(elementKey));
  const kept = set.entries.filter(
    ({ element }) => !before.has(elementKey(element)) || after.has(elementKey(element)),
  );
  const held = new Set(kept.map(({ element }) => elementKey(element)));
  const come = named.elements.filter((element) => {
    const key = elementKey(element);
    return !held.has(key) && !before.has(key);
  });
  const entries = [...kept, ...come.map((element) => runtimeElement(named, element, clockMs))];
  return { source: named, entries, live: null, nextExpiryMs: 0 };
}

function runtimeElement(named: NamedSet, element: SetElement, clockMs: number): RuntimeElement {
  const left = element.expiresMs ?? ownTimeout(named, element) ?? named.defaultTimeoutMs;
  return { element, expiresAtMs: left === null || left === 0 ? null : clockMs + left };
}

/** In nftables `timeout 0s` does not lift the set's default (measured); in ipset it does. */
function ownTimeout(named: NamedSet, element: SetElement): number | null {
  return element.timeoutMs === 0 && named.ipset === null ? null : element.timeoutMs;
}

function elementKey(element: SetElement): string {
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
