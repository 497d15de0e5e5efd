import { FALSE, type Node } from "../bdd/index.ts";
import type { Space } from "../packet/header/layout.ts";
import { selectorRow } from "../packet/selectors/index.ts";
import { ASIDE } from "./store.ts";
import { connected, intoZone } from "./tracking.ts";
import { mergedBits, type Value, valueText } from "./value.ts";
import type { World } from "./world.ts";

interface Target {
  readonly space: Space;
  readonly from: number;
  readonly width: number;
}

/** Where bits of the network header are kept, by selector. */
const NETWORK: ReadonlyMap<string, Target> = new Map([
  ["ip saddr", { space: "saddr4", from: 0, width: 32 }],
  ["ip daddr", { space: "daddr4", from: 0, width: 32 }],
  ["ip6 saddr", { space: "saddr6", from: 0, width: 128 }],
  ["ip6 daddr", { space: "daddr6", from: 0, width: 128 }],
]);

/**
 * What has become of a write. `kept`: the store has it. `untold`: nobody reads the field, and its value has no
 * form. `unknown`: the same, and something may read it: the caller then says that it is undecided.
 */
export type WriteDone = "kept" | "untold" | "unknown";

/** Gives the packets in `hit` a new value. */
export function writeSelector(
  world: World,
  id: string,
  value: Value,
  hit: Node,
  lowersOnly: boolean,
): WriteDone {
  const written = writtenOf(world, id, hit);
  if (!isWatched(world, id)) {
    /* Nobody reads the field, but a search in the bytes behind it may find something else now. */
    if (!/^(meta|ct) /.test(id)) world.store.writeUnread(id, valueText(value), hit);
    return world.deeds === null ? "kept" : writeAside(world, id, value, written, lowersOnly);
  }
  const target = targetOf(id);
  if (target === null || lowersOnly || mergedBits(world.arena, value) === null) return "unknown";
  if (written === FALSE) return "kept";
  world.store.write(target.space, target.from, target.width, written, value);
  return "kept";
}

/** What tracking keeps has to be there, but for the zone, in which it is looked up. */
function writtenOf(world: World, id: string, hit: Node): Node {
  if (!id.startsWith("ct ")) return hit;
  return id.endsWith("zone") ? intoZone(world, hit) : world.arena.and(hit, connected(world));
}

/** Keeps the new value of a field that no rule reads, beside the header. */
function writeAside(
  world: World,
  id: string,
  value: Value,
  hit: Node,
  lowersOnly: boolean,
): WriteDone {
  const { width } = selectorRow(id);
  if (lowersOnly || value.width !== width || mergedBits(world.arena, value) === null)
    return "untold";
  world.store.write(asideOf(id), 0, width, hit, value);
  return "kept";
}

/** Where the new value of a field is kept that no rule reads. */
function asideOf(id: string): Space {
  return `${ASIDE}${id}`;
}

/** Whether a rule reads what is written to `id`, or a fate holds it. */
export function isWatched(world: World, id: string): boolean {
  return isFate(id) || world.layout.questions.read.has(id) || isAskedOption(world, id);
}

/** Taking a TCP option out takes all of its fields. */
function isAskedOption({ layout }: World, id: string): boolean {
  const { source } = selectorRow(id);
  if (source.kind !== "tcpOption" || source.offset !== null) return false;
  return [...layout.questions.read].some((read) => {
    const other = selectorRow(read).source;
    return other.kind === "tcpOption" && other.option === source.option;
  });
}

/** What a fate holds beside the verdict. */
function isFate(id: string): boolean {
  return (
    id === "meta mark" || id === "ct mark" || NETWORK.has(id) || /^(tcp|udp|th) .port$/.test(id)
  );
}

function targetOf(id: string): Target | null {
  if (id === "meta mark") return { space: "mark", from: 0, width: 32 };
  if (id === "ct mark") return { space: "ctmark", from: 0, width: 32 };
  if (id === "ct zone") return { space: "value ct zone", from: 0, width: 16 };
  if (id === "ct label") return { space: "value ct label", from: 0, width: 128 };
  const known = NETWORK.get(id);
  if (known !== undefined) return known;
  const row = selectorRow(id);
  if (row.source.kind !== "payload") return null;
  const { base, offset } = row.source;
  if (base === "transport") return { space: "transport", from: offset, width: row.width };
  if (base !== "network") return null;
  const isProtocol = row.type === "inet_proto" || (row.type === "integer" && offset < 8);
  if (isProtocol) return null;
  const v6 = id.startsWith("ip6 ");
  return { space: v6 ? "network6" : "network4", from: offset, width: row.width };
}
