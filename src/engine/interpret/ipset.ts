import type { SetReference } from "../device/expression.ts";
import type { NamedSet, SetElement } from "../device/set.ts";
import type { Statement } from "../device/statement.ts";
import { containsParts, findElement, type ResolvedSet } from "./lookup.ts";
import { readSelector } from "./readSelector.ts";
import { writtenElement } from "./runtimeSets.ts";
import { hasPorts, readAddress, readPort } from "./tuples.ts";
import { decideRanges, known, mapValue, type PresentValue, type Value } from "./value.ts";
import { readPacket, type Walk } from "./walk.ts";

type IpsetReference = Extract<SetReference, { kind: "ipset" }>;
type Direction = IpsetReference["directions"][number];

/** `--match-set NAME src,dst`, without the negation of the match. */
export function matchIpset(walk: Walk, reference: IpsetReference): boolean {
  const set = walk.device.ipsets.get(reference.name);
  if (set === undefined) {
    const label = `@${reference.name} is not defined`;
    return walk.choices.choose(label, label, ["holds it", "does not"]) === 0;
  }
  return matchSet(walk, set, reference);
}

function matchSet(walk: Walk, set: NamedSet, reference: IpsetReference): boolean {
  const members = set.ipset?.members ?? [];
  if (set.ipset?.type === "list:set")
    return members.some((name) => {
      const member = walk.device.ipsets.get(name);
      return member !== undefined && matchSet(walk, member, reference);
    });
  const parts = keyParts(walk, set, reference.directions);
  if (parts === null) return false;
  const wantsException = reference.returnNomatch === true;
  const resolved = resolve(set);
  if (set.elements.some((element) => element.exception))
    return decidingElement(walk, set, parts)?.exception === wantsException;
  return !wantsException && containsParts(walk, resolved, parts);
}

function resolve(set: NamedSet): ResolvedSet {
  return { elements: set.elements, named: set, key: `ipset ${set.name}` };
}

/** The most specific element decides: an exception inside a network, or a network inside it. */
function decidingElement(
  walk: Walk,
  set: NamedSet,
  parts: readonly PresentValue[],
): SetElement | null {
  const live =
    walk.memory === null ? set.elements : walk.memory.liveElements(`ipset ${set.name}`, set);
  const sorted = [...live].sort(bySize);
  const holds = (element: SetElement) =>
    parts.every((part, i) => {
      const range = element.key[i];
      return range !== undefined && decideRanges(walk.choices, part, [range]);
    });
  return sorted.find(holds) ?? null;
}

function bySize(a: SetElement, b: SetElement): number {
  for (let i = 0; i < a.key.length; i++) {
    const difference = size(a, i) - size(b, i);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}

function size(element: SetElement, i: number): bigint {
  const range = element.key[i];
  return range === undefined ? 0n : range.to - range.from;
}

/**
 * What the set compares, from its type and the directions of the match; null where the packet does
 * not have it, or where the match gives too few directions (it loads and never matches, measured).
 */
function keyParts(
  walk: Walk,
  set: NamedSet,
  directions: readonly Direction[],
): readonly PresentValue[] | null {
  const types = (set.ipset?.type.split(":")[1] ?? "").split(",");
  const family = set.ipset?.family ?? "none";
  if (directions.length < types.length) return null;
  if (family !== "none" && family !== walk.wire.family) return null;
  const withProtocol = set.keyWidths.length > types.length;
  const parts: PresentValue[] = [];
  for (const [i, type] of types.entries()) {
    for (const value of keyPart(walk, set, type, directions[i] ?? "source", withProtocol)) {
      if (value.kind === "absent") return null;
      parts.push(value);
    }
  }
  return parts;
}

function keyPart(
  walk: Walk,
  set: NamedSet,
  type: string,
  direction: Direction,
  withProtocol: boolean,
): readonly Value[] {
  switch (type) {
    case "ip":
    case "net":
      return [readAddress(walk, direction)];
    case "port": {
      const port = setPort(walk, direction, withProtocol);
      return withProtocol ? [readSelector(walk, "meta l4proto"), port] : [port];
    }
    case "mac":
      return [readSelector(walk, `ether ${direction === "source" ? "saddr" : "daddr"}`)];
    case "iface":
      return [readSelector(walk, direction === "source" ? "iifname" : "oifname")];
    case "mark": {
      const mask = set.ipset?.markMask ?? 0xffffffffn;
      return [mapValue(walk.mark, 32, `and ${mask}`, (mark) => mark & mask)];
    }
    default:
      return [{ kind: "absent" }];
  }
}

/** Ports of those protocols that have them; type and code of ICMP where the set names protocols. */
function setPort(walk: Walk, direction: Direction, withProtocol: boolean): Value {
  const { protocol, fragmentOffset } = walk.headers;
  if (hasPorts(walk)) return fragmentOffset > 0 ? { kind: "absent" } : readPort(walk, direction);
  if (!withProtocol) return { kind: "absent" };
  if (protocol === 1 || protocol === 58)
    return readPacket(walk, walk.headers.transport * 8, 16, "icmp type and code");
  return known(0n, 16);
}

type Update = Extract<Statement, { kind: "ipsetUpdate" }>;

/** `SET --add-set` and `--del-set` from the packet path. */
export function updateIpset(walk: Walk, statement: Update): void {
  const set = walk.device.ipsets.get(statement.set.name);
  if (set === undefined) return;
  const parts = keyParts(walk, set, statement.set.directions);
  if (parts === null) return;
  const resolved = resolve(set);
  if (walk.memory === null) {
    if (statement.operation === "delete") return;
    const own = walk.ownElements.get(resolved.key) ?? [];
    walk.ownElements.set(resolved.key, [...own, [...parts]]);
    return;
  }
  const values = parts.flatMap((part) => (part.kind === "known" ? [part.value] : []));
  if (values.length < parts.length) return;
  const found = findElement(walk, resolved, parts);
  if (statement.operation === "delete") {
    if (found !== null) walk.memory.deleteElement(resolved.key, set, found);
  } else if (found === null) {
    const element = writtenElement(values, statement.timeoutMs, [], null);
    walk.memory.addElement(resolved.key, set, element);
  } else if (statement.exist) {
    walk.memory.renewElement(resolved.key, set, found, statement.timeoutMs);
  }
}
