import { digestOf } from "../base/digest.ts";
import { protocolName } from "../base/names/protocols.ts";
import { serviceName } from "../base/names/services.ts";
import { complementRanges, intersectRanges, normalizeRanges, type Range } from "../base/range.ts";
import type { Device } from "../device/device.ts";
import { STATES } from "../packet/header/stateCodes.ts";
import type { IpFamily } from "../packet/packet.ts";
import { formatRange } from "../packet/selectors/formatRange.ts";
import type { Field } from "./fields.ts";
import { formatNetworks } from "./networks.ts";

/** Values of one field that are written out; more are counted. */
const MAXIMUM_VALUES = 8;

/** Names that the rulesets themselves have for sets of values. */
export type Vocabulary = ReadonlyMap<string, string>;

/** Sets of one kind of value, by their content: a reader knows `@mail_servers`. */
export function vocabularyOf(devices: readonly Device[]): Vocabulary {
  const names = new Map<string, string>();
  for (const device of devices) {
    const sets = [...device.tables.flatMap((table) => table.sets), ...device.ipsets.values()];
    for (const { name, kind, keyTypes, elements } of sets) {
      const isPlain =
        kind === "set" && keyTypes.length === 1 && keyTypes[0]?.startsWith("ipv") === true;
      if (
        !isPlain ||
        elements.length < 2 ||
        elements.some(({ catchAll, exception }) => catchAll || exception)
      )
        continue;
      names.set(contentKey(elements.flatMap(({ key }) => key[0] ?? [])), `@${name}`);
    }
  }
  return names;
}

/** Names that somebody has for lists of addresses. */
export function vocabularyFor(
  lists: readonly (readonly [name: string, ranges: readonly Range[]])[],
): Vocabulary {
  return new Map(lists.map(([name, ranges]) => [contentKey(ranges), name]));
}

function contentKey(ranges: readonly Range[]): string {
  return digestOf(rangeTexts(normalizeRanges(ranges)));
}

function* rangeTexts(ranges: readonly Range[]): Iterable<string> {
  for (const { from, to } of ranges) yield `${from}-${to}`;
}

/** Addresses as networks, ranges and names of sets. */
export function addressWords(
  ranges: readonly Range[],
  family: IpFamily,
  vocabulary: Vocabulary,
  possible: readonly Range[],
): string {
  const name = vocabulary.get(contentKey(ranges));
  return name ?? listed(formatNetworks(ranges, family, possible));
}

/** `possible` is asked where that many are in that the others may be fewer. */
export function protocolWords(ranges: readonly Range[], possible: () => readonly Range[]): string {
  const others = () => intersectRanges(complementRanges(ranges, 8), possible());
  return valuesOrOthers(ranges, others, (value) => protocolName(value) ?? `protocol ${value}`);
}

/** Ports with the name of their service, where it has one that people use. */
export function portWords(ranges: readonly Range[], protocol: string): string {
  const whole = ranges.map(({ from, to }) => {
    if (from !== to) return `${from}-${to}`;
    const name = serviceName(Number(from), protocol === "" ? null : protocol);
    return name === null ? `${from}` : `${from} (${name})`;
  });
  const others = complementRanges(ranges, 16);
  if (others.length > 0 && others.length < ranges.length)
    return `not ${listed(others.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)))}`;
  return listed(whole);
}

export function stateWords(ranges: readonly Range[]): string {
  return valuesOrOthers(
    ranges,
    () => complementRanges(ranges, 3),
    (value) => STATES[value] ?? `${value}`,
  );
}

/** Numbers of other fields, as the selector writes them. */
export function valueWords(ranges: readonly Range[], { name, atoms, levels }: Field): string {
  if (levels.length === 1 && atoms === null) return ranges[0]?.from === 1n ? "there" : "missing";
  const plain =
    atoms === null
      ? ranges
      : valuesOf(ranges).flatMap((number) => [...(atoms.atoms.classes[number] ?? [])]);
  const width = atoms?.width ?? levels.length;
  const inside = normalizeRanges(plain);
  const others = complementRanges(inside, width);
  const say = (some: readonly Range[]) => listed(some.map((range) => formatRange(name, range)));
  const isShorter = others.length < inside.length || (isSingles(others) && !isSingles(inside));
  return others.length > 0 && others.length <= inside.length && isShorter
    ? `not ${say(others)}`
    : say(inside);
}

function isSingles(ranges: readonly Range[]): boolean {
  return ranges.every(({ from, to }) => from === to);
}

/** Each number of some ranges. */
export function valuesOf(ranges: readonly Range[]): readonly number[] {
  return ranges.flatMap(({ from, to }) =>
    Array.from({ length: Number(to - from) + 1 }, (_, i) => Number(from) + i),
  );
}

/** Few values are told; where nearly all are in, those that are not. */
function valuesOrOthers(
  ranges: readonly Range[],
  others: () => readonly Range[],
  name: (value: number) => string,
): string {
  const size = sizeOf(ranges);
  const names = (some: readonly Range[]) => valuesOf(some).map(name);
  if (size <= MAXIMUM_VALUES) return listed(names(ranges));
  const left = others();
  return size <= sizeOf(left) ? listed(names(ranges)) : `not ${listed(names(left))}`;
}

function sizeOf(ranges: readonly Range[]): bigint {
  return ranges.reduce((sum, { from, to }) => sum + (to - from + 1n), 0n);
}

/** The first of many, and how many more there are. */
export function listed(values: readonly string[]): string {
  const shown = values.slice(0, MAXIMUM_VALUES);
  const more = values.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

/** Whether words count values instead of naming them. */
export function isCut(words: string): boolean {
  return / and \d+ more\b/.test(words);
}
