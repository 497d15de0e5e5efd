import { normalizeRanges, type Range } from "../base/range.ts";
import { type Arena, FALSE, type Node, TRUE } from "../bdd/index.ts";
import type { SetReference } from "../device/expression.ts";
import { limitsElements } from "../device/limitedSet.ts";
import type { NamedSet, SetElement } from "../device/set.ts";
import { rangesOver } from "../packet/header/rangesOver.ts";
import { canonicalText } from "./canonical.ts";
import { unknownFlag } from "./unknown.ts";
import { constantBits, inRangesOf, type Piece, type Value } from "./value.ts";
import type { Asker, World } from "./world.ts";

/** What a set says about a key. */
export interface Membership {
  /** The packets that have the key at all. */
  readonly present: Node;
  /** Those whose key is in the set. */
  readonly inside: Node;
}

/** The packets whose key a set holds. */
export function membership(
  world: World,
  asker: Asker,
  parts: readonly Value[],
  reference: SetReference,
): Membership {
  const found = openSet(world, asker, reference);
  if (found === null) return { present: TRUE, inside: undefinedSet(world, reference) };
  if (parts.length === 0) return { present: TRUE, inside: FALSE };
  const { arena } = world;
  const present = allPresent(arena, parts);
  const wanted = reference.kind === "ipset" && reference.returnNomatch === true;
  const kept = world.facts.habits.deletesFrom(asker.table, reference)
    ? stillHeld(world, asker, reference)
    : TRUE;
  const listed = [kept, unspent(world, asker, found)].reduce<Node>(
    (all, part) => arena.and(all, part),
    holding(arena, parts, found.elements, wanted),
  );
  const written =
    found.named?.dynamic === true ? heldByPacketPath(world, asker, found.named) : FALSE;
  return { present, inside: arena.and(present, arena.or(listed, written)) };
}

/** The packets for which a map holds data, in groups of the same data. */
export function lookupGroups(
  world: World,
  asker: Asker,
  parts: readonly Value[],
  reference: SetReference,
): readonly { readonly element: SetElement; readonly packets: Node }[] {
  const found = openSet(world, asker, reference);
  if (found === null) return [];
  const { arena } = world;
  const groups = new Map<string, SetElement[]>();
  for (const element of found.elements) {
    const data = canonicalText(element.data);
    const group = groups.get(data);
    if (group === undefined) groups.set(data, [element]);
    else group.push(element);
  }
  const present = allPresent(arena, parts);
  const caught = found.elements.find(({ catchAll }) => catchAll);
  const listed = [...groups.values()].flatMap((elements) => {
    const [element] = elements;
    const plain = elements.filter(({ catchAll }) => !catchAll);
    if (element === undefined || plain.length === 0) return [];
    return [{ element, packets: holding(arena, parts, plain, false) }];
  });
  const free = unspent(world, asker, found);
  const inTime = listed.map((group) => ({ ...group, packets: arena.and(group.packets, free) }));
  if (caught === undefined) return inTime;
  const rest = arena.and(
    present,
    arena.not(
      anyOf(
        arena,
        listed.map(({ packets }) => packets),
      ),
    ),
  );
  return [...inTime, { element: caught, packets: arena.and(rest, free) }];
}

/** The data that a map holds for the key of each packet. */
export function lookupData(
  world: World,
  asker: Asker,
  parts: readonly Value[],
  reference: SetReference,
): Value {
  const groups = lookupGroups(world, asker, parts, reference);
  const pieces: Piece[] = [];
  let width = 0;
  for (const { element, packets } of groups) {
    if (element.data?.kind !== "value") continue;
    const { parts: data, widths } = element.data;
    const bits: Node[] = [];
    for (const [i, part] of data.entries()) {
      const bitsOfPart = widths[i] ?? 32;
      if (part.from === part.to) bits.push(...constantBits(part.from, bitsOfPart));
      else bits.push(...oneOf(world, part, bitsOfPart, "data of a map", asker.instance));
    }
    width = bits.length;
    pieces.push({ guard: packets, value: { kind: "bits", bits } });
  }
  const written = writtenData(world, asker, reference, pieces, width);
  return (
    written ?? {
      width,
      pieces,
      present: anyOf(
        world.arena,
        pieces.map(({ guard }) => guard),
      ),
    }
  );
}

/** A value of the range, nobody knows which: the same for the same rule. */
export function oneOf(
  world: World,
  range: Range,
  width: number,
  what: string,
  instance: string,
): readonly Node[] {
  const name = `value ${what}#${width} ${range.from}-${range.to} ${instance}` as const;
  const bits = world.layout.bits(name, 0, width);
  world.constraints.push(rangesOver(world.arena, bits, [range]));
  return bits;
}

/** A map that packets write may hold anything for a key that it does not list. */
function writtenData(
  world: World,
  asker: Asker,
  reference: SetReference,
  listed: readonly Piece[],
  width: number,
): Value | null {
  const named = openSet(world, asker, reference)?.named;
  if (named?.dynamic !== true) return null;
  const { arena } = world;
  const known = anyOf(
    arena,
    listed.map(({ guard }) => guard),
  );
  const held = arena.difference(heldByPacketPath(world, asker, named), known);
  const bits = width > 0 ? width : DEFAULT_DATA_BITS;
  const unknown = world.layout.bits(`value @${named.name} data#${asker.instance}`, 0, bits);
  const piece: Piece = { guard: held, value: { kind: "bits", bits: unknown } };
  return { width: bits, pieces: [...listed, piece], present: arena.or(known, held) };
}

/** Width of data of a map that lists no element: an address or a mark. */
const DEFAULT_DATA_BITS = 32;

interface OpenSet {
  readonly elements: readonly SetElement[];
  /** Null: written where it is used. */
  readonly named: NamedSet | null;
}

/** Null where the set is not defined. */
function openSet(world: World, asker: Asker, reference: SetReference): OpenSet | null {
  if (reference.kind === "anonymous") return { elements: reference.elements, named: null };
  const named = world.facts.set(asker.table, reference);
  return named === null ? null : { elements: named.elements, named };
}

/** Nobody knows what a set holds that is nowhere defined; who asks for another key asks anew. */
function undefinedSet(world: World, reference: SetReference): Node {
  const name = reference.kind === "anonymous" ? "set" : `@${reference.name}`;
  const directions = reference.kind === "ipset" ? ` ${reference.directions.join()}` : "";
  const key = `${name}${directions} (not defined)`;
  return unknownFlag(world, key, "moment", world.store.writtenBytes());
}

/** Elements that packets may have taken out. */
function stillHeld(world: World, asker: Asker, reference: SetReference): Node {
  const name = reference.kind === "anonymous" ? "the set" : reference.name;
  const flag = world.layout.flag(`still in ${name}#${asker.instance}`, "stateful", {
    value: true,
    beyond: `as long as packets take nothing out of ${name} (${placeOf(asker)})`,
  });
  return world.arena.variable(flag.level);
}

/** Elements whose own limits are not used up: unknown, and new for each rule that asks. */
function unspent(world: World, asker: Asker, { named }: OpenSet): Node {
  if (named === null || !limitsElements(named)) return TRUE;
  const flag = world.layout.flag(`limit in @${named.name}#${asker.instance}`, "stateful");
  return world.arena.variable(flag.level);
}

/** Elements that packets have put there: unknown, and new for each rule that asks. */
function heldByPacketPath(world: World, asker: Asker, set: NamedSet): Node {
  const flag = world.layout.flag(`@${set.name} holds it#${asker.instance}`, "stateful", {
    value: false,
    beyond: `but for what packets put into @${set.name} by then (${placeOf(asker)})`,
  });
  return world.arena.variable(flag.level);
}

function placeOf({ rule }: Asker): string {
  return `${rule.span.file}:${rule.span.line}`;
}

function allPresent(arena: Arena, parts: readonly Value[]): Node {
  return parts.reduce<Node>((all, part) => arena.and(all, part.present), TRUE);
}

/** The packets whose key one of `elements` holds. An ipset's exceptions beat wider elements. */
function holding(
  arena: Arena,
  parts: readonly Value[],
  elements: readonly SetElement[],
  exceptionsAsked: boolean,
): Node {
  if (elements.some(({ exception }) => exception))
    return holdingWithExceptions(arena, parts, elements, exceptionsAsked);
  if (exceptionsAsked) return FALSE;
  const catchAll = elements.some((element) => element.catchAll);
  const plain = elements.filter(
    (element) => !element.catchAll && element.key.length === parts.length,
  );
  return catchAll ? allPresent(arena, parts) : keysFrom(arena, parts, plain, 0);
}

/** Widest elements first, so that each narrower one overrules them. */
function holdingWithExceptions(
  arena: Arena,
  parts: readonly Value[],
  elements: readonly SetElement[],
  exceptionsAsked: boolean,
): Node {
  const widest = [...elements].sort((a, b) => (sizeOf(a) < sizeOf(b) ? 1 : -1));
  let inside: Node = FALSE;
  for (const element of widest) {
    const covered = keysFrom(arena, parts, [element], 0);
    inside =
      element.exception === exceptionsAsked
        ? arena.or(inside, covered)
        : arena.and(inside, arena.not(covered));
  }
  return inside;
}

function sizeOf(element: SetElement): bigint {
  return element.key.reduce((size, { from, to }) => size * (to - from + 1n), 1n);
}

/** Elements with the same first range are told apart by the parts behind it. */
function keysFrom(
  arena: Arena,
  parts: readonly Value[],
  elements: readonly SetElement[],
  index: number,
): Node {
  const part = parts[index];
  if (part === undefined) return elements.length > 0 ? TRUE : FALSE;
  if (index === parts.length - 1) {
    const ranges = normalizeRanges(elements.flatMap(({ key }) => key[index] ?? []));
    return inRangesOf(arena, part, ranges);
  }
  const groups = new Map<string, { readonly range: Range; readonly elements: SetElement[] }>();
  for (const element of elements) {
    const range = element.key[index];
    if (range === undefined) continue;
    const name = `${range.from}-${range.to}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { range, elements: [element] });
    else group.elements.push(element);
  }
  const each = [...groups.values()].map((group) =>
    arena.and(
      inRangesOf(arena, part, [group.range]),
      keysFrom(arena, parts, group.elements, index + 1),
    ),
  );
  return anyOf(arena, each);
}

/** The union, put together in pairs: cheaper than one after the other. */
export function anyOf(arena: Arena, nodes: readonly Node[]): Node {
  if (nodes.length === 0) return FALSE;
  let level = [...nodes];
  while (level.length > 1) {
    const next: Node[] = [];
    for (let i = 0; i < level.length; i += 2)
      next.push(arena.or(level[i] ?? FALSE, level[i + 1] ?? FALSE));
    level = next;
  }
  return level[0] ?? FALSE;
}
