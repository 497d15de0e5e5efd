import type { Range } from "../base/range.ts";
import { normalizeRanges } from "../base/range.ts";
import type { Table } from "../device/device.ts";
import type { SetReference } from "../device/expression.ts";
import { limitsElements } from "../device/limitedSet.ts";
import type { NamedSet, SetElement } from "../device/set.ts";
import type { Verdict } from "../device/statement.ts";
import { decideRanges, type PresentValue, textOf, unknown } from "./value.ts";
import type { Walk } from "./walk.ts";

/** What an element of a map holds. */
export type Data =
  | { readonly kind: "value"; readonly values: readonly PresentValue[] }
  | { readonly kind: "verdict"; readonly verdict: Verdict }
  | { readonly kind: "object"; readonly name: string };

export interface ResolvedSet {
  readonly elements: readonly SetElement[];
  /** Null for a set written where it is used. */
  readonly named: NamedSet | null;
  readonly key: string;
}

/** The elements behind a reference; null where there is no such set. */
export function resolveSet(walk: Walk, table: Table, reference: SetReference): ResolvedSet | null {
  if (reference.kind === "anonymous") return { elements: reference.elements, named: null, key: "" };
  const named =
    reference.kind === "ipset"
      ? (walk.device.ipsets.get(reference.name) ?? null)
      : walk.index.set(table, reference.name);
  if (named === null) return null;
  const key =
    reference.kind === "ipset"
      ? `ipset ${named.name}`
      : `${table.family} ${table.name} ${named.name}`;
  return { elements: named.elements, named, key };
}

/** Whether the set holds the key; `parts` are present values. */
export function containsKey(
  walk: Walk,
  table: Table,
  reference: SetReference,
  parts: readonly PresentValue[],
): boolean {
  const set = resolveSet(walk, table, reference);
  if (set === null) return choosesUnknownSet(walk, reference);
  return containsParts(walk, set, parts);
}

/** By its elements, or because the packet path may have put it there. */
export function containsParts(
  walk: Walk,
  set: ResolvedSet,
  parts: readonly PresentValue[],
): boolean {
  if (findElement(walk, set, parts) !== null)
    return isStillHeld(walk, set, parts) && isUnspent(walk, set, parts);
  return holdsWritten(walk, set, parts);
}

/** An element that a rule deletes may be gone by the time of the packet. */
function isStillHeld(walk: Walk, set: ResolvedSet, parts: readonly PresentValue[]): boolean {
  if (walk.memory !== null || !walk.index.deletes(set.key)) return true;
  const label = `still in ${set.named?.name ?? "the set"}`;
  const key = `${label} ${parts.map(textOf).join(" . ")}`;
  return walk.choices.choose(key, label, ["no", "yes"]) === 1;
}

/** The limits of an element of its own: whether they are used up, nobody knows. */
function isUnspent(walk: Walk, set: ResolvedSet, parts: readonly PresentValue[]): boolean {
  if (set.named === null || !limitsElements(set.named)) return true;
  const label = `limit in @${set.named.name}`;
  const key = `${label} ${parts.map(textOf).join(" . ")}`;
  return walk.choices.choose(key, label, ["used up", "lets through"]) === 1;
}

function choosesUnknownSet(walk: Walk, reference: SetReference): boolean {
  const name = reference.kind === "anonymous" ? "set" : `@${reference.name}`;
  return (
    walk.choices.choose(`undefined ${name}`, `${name} is not defined`, ["holds it", "does not"]) ===
    0
  );
}

/** The element that decides for a key: by content first, the catch-all last. */
export function findElement(
  walk: Walk,
  set: ResolvedSet,
  parts: readonly PresentValue[],
): SetElement | null {
  const live = liveElements(walk, set);
  const allKnown = parts.every((part) => part.kind === "known");
  const found = allKnown ? findKnown(live, parts) : findUnknown(walk, live, parts);
  if (found !== null) return found;
  return live.find((element) => element.catchAll) ?? null;
}

/** Elements that have not run out and that nobody has deleted on the way. */
function liveElements(walk: Walk, set: ResolvedSet): readonly SetElement[] {
  if (walk.memory === null || set.named === null) return set.elements;
  return walk.memory.liveElements(set.key, set.named);
}

/** Lists longer than this get an index. */
const SMALL = 16;
const indexes = new WeakMap<readonly SetElement[], ElementIndex>();

/** Elements sorted by the first part of their key, for binary search. */
interface ElementIndex {
  readonly sorted: readonly SetElement[];
  /** No two first parts overlap, so one look is enough. */
  readonly disjoint: boolean;
}

function findKnown(
  elements: readonly SetElement[],
  parts: readonly PresentValue[],
): SetElement | null {
  if (elements.length <= SMALL) return elements.find((element) => holds(element, parts)) ?? null;
  const index = indexes.get(elements) ?? makeIndex(elements);
  indexes.set(elements, index);
  if (!index.disjoint) return elements.find((element) => holds(element, parts)) ?? null;
  const [first] = parts;
  if (first?.kind !== "known") return null;
  const at = lastFrom(index.sorted, first.value);
  const element = index.sorted[at];
  return element !== undefined && holds(element, parts) ? element : null;
}

function makeIndex(elements: readonly SetElement[]): ElementIndex {
  const sorted = elements.filter((element) => !element.catchAll).sort(byFirst);
  const disjoint = sorted.every((element, i) => {
    const next = sorted[i + 1];
    return next === undefined || (element.key[0]?.to ?? 0n) < (next.key[0]?.from ?? 0n);
  });
  return { sorted, disjoint };
}

function byFirst(a: SetElement, b: SetElement): number {
  const x = a.key[0]?.from ?? 0n;
  const y = b.key[0]?.from ?? 0n;
  return x < y ? -1 : x > y ? 1 : 0;
}

/** The place of the last element whose first part begins at or below `value`. */
function lastFrom(sorted: readonly SetElement[], value: bigint): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle]?.key[0]?.from ?? 0n) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function holds(element: SetElement, parts: readonly PresentValue[]): boolean {
  if (element.catchAll || element.key.length !== parts.length) return false;
  return parts.every((part, i) => {
    const range = element.key[i];
    return (
      range !== undefined &&
      part.kind === "known" &&
      range.from <= part.value &&
      part.value <= range.to
    );
  });
}

/** Elements with the same data are asked for together, so that a plain set takes one choice. */
function findUnknown(
  walk: Walk,
  elements: readonly SetElement[],
  parts: readonly PresentValue[],
): SetElement | null {
  const possible = elements.filter((element) => couldHold(element, parts));
  const open = parts.flatMap((part, i) => (part.kind === "known" ? [] : [i]));
  const [index] = open;
  if (open.length === 1 && index !== undefined) return findByOnePart(walk, possible, parts, index);
  for (const element of possible) {
    const matches = parts.every((part, i) => {
      const range = element.key[i];
      return range !== undefined && decideRanges(walk.choices, part, [range]);
    });
    if (matches) return element;
  }
  return null;
}

function findByOnePart(
  walk: Walk,
  elements: readonly SetElement[],
  parts: readonly PresentValue[],
  index: number,
): SetElement | null {
  const groups = new Map<string, SetElement[]>();
  for (const element of elements) {
    const data = element.data === null ? "" : dataKey(element);
    groups.set(data, [...(groups.get(data) ?? []), element]);
  }
  for (const group of groups.values()) {
    const ranges = normalizeRanges(group.flatMap((element) => partRange(element, index)));
    const part = parts[index];
    if (part !== undefined && decideRanges(walk.choices, part, ranges)) return group[0] ?? null;
  }
  return null;
}

function partRange(element: SetElement, index: number): readonly Range[] {
  const range = element.key[index];
  return range === undefined ? [] : [range];
}

function dataKey(element: SetElement): string {
  return JSON.stringify(element.data, (_, value: unknown) =>
    typeof value === "bigint" ? value.toString() : value,
  );
}

function couldHold(element: SetElement, parts: readonly PresentValue[]): boolean {
  if (element.catchAll || element.key.length !== parts.length) return false;
  return parts.every((part, i) => {
    const range = element.key[i];
    if (range === undefined) return false;
    return part.kind !== "known" || (range.from <= part.value && part.value <= range.to);
  });
}

/** Whether the packet path may have written the key: by this walk, by memory, or nobody knows. */
function holdsWritten(walk: Walk, set: ResolvedSet, parts: readonly PresentValue[]): boolean {
  if (set.named === null || !set.named.dynamic || walk.memory !== null) return false;
  const text = parts.map(textOf).join(" . ");
  const own = walk.ownElements.get(set.key) ?? [];
  if (
    own.some(
      (element) =>
        element.map((part) => (part.kind === "absent" ? "" : textOf(part))).join(" . ") === text,
    )
  )
    return true;
  const label = `@${set.named.name} holds it`;
  return walk.choices.choose(`${set.key} ${text}`, label, ["yes", "no"]) === 0;
}

/** The data for a key, or null where the key is absent or the map has no element for it. */
export function lookupData(
  walk: Walk,
  table: Table,
  parts: readonly PresentValue[] | null,
  reference: SetReference,
): Data | null {
  if (parts === null) return null;
  const set = resolveSet(walk, table, reference);
  if (set === null) return null;
  const element = findElement(walk, set, parts);
  if (element?.data == null || !isUnspent(walk, set, parts)) return null;
  switch (element.data.kind) {
    case "verdict":
      return element.data;
    case "object":
      return element.data;
    case "value": {
      const { parts: ranges, widths } = element.data;
      const values = ranges.map((range, i): PresentValue => {
        const width = widths[i] ?? 32;
        return constantOrOneOf(walk, range, width);
      });
      return { kind: "value", values };
    }
  }
}

/** A range as data (NAT to several addresses): one of its values, nobody knows which. */
function constantOrOneOf(walk: Walk, range: Range, width: number): PresentValue {
  if (range.from === range.to) return { kind: "known", value: range.from, width };
  const value = unknown(`one of ${range.from}-${range.to}`, width, "map data", "unknown");
  if (value.kind !== "unknown") return { kind: "known", value: range.from, width };
  walk.choices.restrict(value.variable, [range]);
  return value;
}
