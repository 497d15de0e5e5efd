import { type Arena, FALSE, type Node, support } from "../bdd/index.ts";
import { incidentals } from "../intents/incidental.ts";
import type { HeaderLayout } from "../packet/header/layout.ts";
import { unknownKeys, unknownLevels } from "../packet/header/unknowns.ts";
import type { AskedPackets } from "./packets.ts";

/** Something that a packet's fate may hang on, beside its two ends. */
export interface Dependence {
  readonly name: string;
  readonly levels: readonly number[];
}

/** All that the fates of a question may hang on; `ends`: the variables of both ends. */
export function dependencesOf(
  { analysis: { arena, layout }, all, accepted, perhaps }: AskedPackets,
  ends: ReadonlySet<number>,
): readonly Dependence[] {
  const asked = support(arena, all, accepted, perhaps).filter((level) => !ends.has(level));
  const unknown = new Set(
    [all, accepted, perhaps].flatMap((set) => [...unknownLevels(layout, set)]),
  );
  const byName = new Map<string, number[]>();
  const header = headerNames(layout);
  for (const level of asked) {
    const name = unknown.has(level) ? unknownName(layout, level) : (header.get(level) ?? OTHER);
    byName.set(name, [...(byName.get(name) ?? []), level]);
  }
  return [...byName].map(([name, levels]) => ({ name, levels }));
}

const OTHER = "other bits of the header";

/** Pairs for which a dependence alone can tell whether packets of `among` are accepted. */
export function pairsThatHang(
  arena: Arena,
  { levels }: Dependence,
  among: Node,
  accepted: Node,
  beside: readonly number[],
): Node {
  const one = arena.exists(arena.and(among, accepted), levels);
  if (one === FALSE) return FALSE;
  const other = arena.exists(arena.difference(among, accepted), levels);
  return arena.exists(arena.and(one, other), beside);
}

function unknownName(layout: HeaderLayout, level: number): string {
  const [key = OTHER] = unknownKeys(layout, [level]);
  return key.replace(/#.*$/s, "").replace(/ version \d+.*$/, "");
}

function headerNames(layout: HeaderLayout): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  const add = (name: string, levels: readonly (number | null)[]) => {
    for (const level of levels) if (level !== null && !names.has(level)) names.set(level, name);
  };
  add("protocol", layout.levelsAt("protocol", 0, 8));
  add("source port", layout.levelsAt("transport", 0, 16));
  add("destination port", layout.levelsAt("transport", 16, 16));
  add("tcp flags", layout.levelsAt("transport", 104, 8));
  add("packet mark", layout.levelsRead("mark"));
  add("ct mark", layout.levelsRead("ctmark"));
  for (const { name, levels } of incidentals(layout)) add(name, levels);
  for (const { key, levels } of layout.fields) add(key, levels);
  return names;
}
